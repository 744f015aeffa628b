// Drawn on a 20-pixel grid with one stroke width.
import { svg } from "lit/html.js";

const icon = (path) => svg`<svg viewBox="0 0 20 20" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;
const thumb = svg`<path d="M6.5 9v7.5H4A1 1 0 0 1 3 15.5V10a1 1 0 0 1 1-1h2.5Zm0 0L9.5 3c1.2 0 2 .8 2 2v2.5h4a1.5 1.5 0 0 1 1.5 1.75l-.8 5.5a1.5 1.5 0 0 1-1.5 1.25H6.5"/>`;

export const icons = {
  chat: icon(svg`<path d="M4 4.5h12A1.5 1.5 0 0 1 17.5 6v7a1.5 1.5 0 0 1-1.5 1.5H9.5L6 17.5v-3H4A1.5 1.5 0 0 1 2.5 13V6A1.5 1.5 0 0 1 4 4.5Z"/><path d="M6.5 8h7M6.5 11h4.5"/>`),
  close: icon(svg`<path d="m5 5 10 10M15 5 5 15"/>`),
  down: icon(svg`<path d="m5 8 5 5 5-5"/>`),
  more: icon(svg`<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" stroke-width="2"/>`),
  send: icon(svg`<path d="M10 16V4.5M5 9.5l5-5 5 5"/>`),
  stop: icon(svg`<rect x="6" y="6" width="8" height="8" rx="1.5"/>`),
  plus: icon(svg`<path d="M10 4.5v11M4.5 10h11"/>`),
  person: icon(svg`<circle cx="10" cy="7" r="3"/><path d="M4.5 16.5c.6-3 2.7-4.5 5.5-4.5s4.9 1.5 5.5 4.5"/>`),
  check: icon(svg`<path d="m4.5 10.5 3.5 3.5 7.5-8"/>`),
  arrow: icon(svg`<path d="M4.5 10h11M11 5.5l4.5 4.5-4.5 4.5"/>`),
  up: icon(thumb),
  thumbdown: icon(svg`<g transform="rotate(180 10 10)">${thumb}</g>`),
  document: icon(svg`<path d="M5.5 2.5h6l4 4v10a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1Z"/><path d="M11.5 2.5v4h4M7.5 10.5h5M7.5 13.5h5"/>`),
  account: icon(svg`<rect x="2.5" y="4" width="15" height="12" rx="1.5"/><circle cx="7" cy="9" r="1.5"/><path d="M4.8 13c.3-1.2 1.1-1.8 2.2-1.8s1.9.6 2.2 1.8M12 8.5h3M12 11.5h3"/>`),
  ticket: icon(svg`<path d="M2.5 6A1.5 1.5 0 0 1 4 4.5h12A1.5 1.5 0 0 1 17.5 6v2a2 2 0 0 0 0 4v2a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 14v-2a2 2 0 0 0 0-4V6Z"/><path d="M12 5v1.5M12 9.25v1.5M12 13.5V15"/>`),
  alert: icon(svg`<circle cx="10" cy="10" r="7"/><path d="M10 6.5v4M10 13.5h.01"/>`),
  offline: icon(svg`<path d="M3 3l14 14M5.5 11a6.5 6.5 0 0 1 2.5-1.5M14.5 11a6 6 0 0 0-1.5-1M2.5 7.5A11 11 0 0 1 5 5.8M17.5 7.5A11 11 0 0 0 8.5 4.6M10 15h.01"/>`),
};
