// The list under an answer: where each numbered statement comes from.
import { html, nothing } from "lit/html.js";
import { icons } from "./icons.js";
import { safeHref } from "./links.js";
import { t } from "./translate.js";
import { time } from "./words.js";

const KINDS = { document: "Document", account: "Your account", ticket: "Ticket" };
const SHORT_LIST = 4;

/** A quote is kept as the page has it, and read without its marks: those of a list, of emphasis, of code. */
export const asRead = (quote) => quote.replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s+/, "").replace(/\*\*(\S(?:.*?\S)?)\*\*|`([^`]+)`/g, "$1$2");

function detail({ kind, as_of: asOf }, href) {
  if (asOf) return t("as of {}", time(asOf));
  if (kind !== "document") return t(KINDS[kind]);
  return href ? new URL(href).hostname.replace(/^www\./, "") : "";
}

function source(citation, view) {
  const { number, kind, title, url, quote } = citation;
  const href = safeHref(url, view.origin);
  const open = view.openQuotes.has(number);
  const quoteId = `quote-${view.message}-${number}`;
  return html`
    <li class="source" data-number=${number} ?data-lit=${view.litNumber === number}>
      <div class="source-row">
        <a data-part="citation" data-number=${number} class="source-link" href=${href || nothing} target=${href ? "_blank" : nothing}
          rel=${href ? "noopener noreferrer nofollow" : nothing} title=${quote ? asRead(quote) : nothing}>
          <span class="number">${number}</span>
          <span class="kind" title=${t(KINDS[kind]) || nothing}>${icons[kind] || icons.document}</span>
          <span class="source-title">${title}</span>
          <span class="source-detail" ?data-host=${kind === "document" && !citation.as_of}>${detail(citation, href)}</span>
        </a>
        ${quote ? html`<button class="icon small" type="button" aria-expanded=${open} aria-controls=${quoteId} ?data-open=${open}
            aria-label=${t("Quote from source {}", number)} @click=${() => view.toggleQuote(number)}>${icons.down}</button>` : nothing}
      </div>
      <blockquote class="quote" id=${quoteId} ?hidden=${!open}>${asRead(quote || "")}</blockquote>
    </li>`;
}

/** @param {object[]} citations @param {{openQuotes: Set<number>, showAll: boolean}} view */
export function sources(citations, view) {
  if (!citations.length) return nothing;
  const listed = view.showAll || citations.length <= SHORT_LIST + 1 ? citations : citations.slice(0, SHORT_LIST);
  const rest = citations.length - listed.length;
  return html`
    <section class="sources" aria-label=${t("Sources")}>
      <h3>${t("Sources")}</h3>
      <ol>${listed.map((citation) => source(citation, view))}</ol>
      ${rest ? html`<button class="text" type="button" @click=${view.showAllSources}>${t("Show {} more", rest)}</button>` : nothing}
    </section>`;
}
