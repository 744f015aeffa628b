// The parts around the conversation: header, state lines, first screen, composer.
import { html, nothing } from "lit/html.js";
import { icons } from "./icons.js";
import { t } from "./translate.js";
import * as words from "./words.js";

export const LONGEST = 8000;
const SHOW_COUNT_FROM = 7000;

function menu(view) {
  if (!view.menuOpen) return nothing;
  return html`
    <div class="menu" role="menu" @keydown=${view.menuKey}>
      <button type="button" role="menuitem" data-part="new" @click=${view.startNew}>${icons.plus}${t("New conversation")}</button>
      ${view.mode.mode === "bot" ? html`<button type="button" role="menuitem" data-part="handoff" @click=${view.handoff}>${icons.person}${t("Talk to a person")}</button>` : nothing}
      ${view.startVerify ? html`<button type="button" role="menuitem" data-part="start-verify" @click=${view.startVerify}>${icons.check}${t("Verify by e-mail")}</button>` : nothing}
      ${view.logout ? html`<button type="button" role="menuitem" data-part="logout" @click=${view.logout}>${icons.close}${t("Sign out")}</button>` : nothing}
    </div>`;
}

export function header(view) {
  const { widget, customer, page } = view;
  const name = widget?.name || t("Support");
  return html`
    <header>
      <span class="mark" aria-hidden="true">${Array.from(name)[0]}</span>
      <div class="title">
        <h2 id="title">${name}</h2>
        <p>${view.connection === "refused" ? t("Not available") : view.known ? words.statusLine(view.mode) : t(words.connection.connecting)}</p>
      </div>
      ${customer ? html`<span class="badge" title=${t("{}, verified", customer.name)}>${icons.check}<span>${customer.name.split(" ")[0]}</span></span>` : nothing}
      <div class="menu-anchor">
        <button class="icon" type="button" data-part="menu" aria-label=${t("Menu")} aria-haspopup="menu" aria-expanded=${view.menuOpen}
          ?disabled=${view.connection === "refused"} @click=${view.toggleMenu}>${icons.more}</button>
        ${menu(view)}
      </div>
      ${page ? nothing : html`<button class="icon" type="button" data-part="close" aria-label=${t("Close chat")} @click=${view.close}>${icons.close}</button>`}
    </header>`;
}

export function lines(view) {
  const connection = t(words.connection[view.connection]);
  const mode = words.modeLine(view.mode);
  return html`
    <p class="line" data-part="connection" data-state=${view.connection} role="status" ?hidden=${!connection || (view.connection === "connecting" && !view.known)}>
      ${view.connection === "offline" ? icons.offline : html`<span class="pulse" aria-hidden="true"></span>`}<span>${connection}</span></p>
    <p class="line" data-part="mode" data-mode=${view.mode.mode} role="status" ?hidden=${!mode}>
      ${view.mode.mode === "resolved" ? icons.check : icons.person}<span>${mode}</span></p>`;
}

const chips = (list, view) => list.map((text) => html`<button type="button" data-part="suggestion" @click=${() => view.ask(text)}><span>${text}</span>${icons.arrow}</button>`);

export function firstScreen({ widget }, view) {
  const suggestions = widget.suggestions || [];
  return html`
    <div class="first">
      <h3>${widget.greeting || t("How can we help?")}</h3>
      ${suggestions.length ? html`<div class="suggestions" aria-label=${t("Suggested questions")} role="group">${chips(suggestions, view)}</div>`
        : html`<p class="muted">${t("Ask a question in your own words.")}</p>`}
    </div>`;
}

export const followUps = (list, view) => list.length ? html`<div class="suggestions" aria-label=${t("Suggested questions")} role="group">${chips(list, view)}</div>` : nothing;

export const skeleton = () => html`
  <div class="skeleton"><span></span><span></span><span></span><p class="muted">${t(words.connection.connecting)}</p></div>`;

export function refusedScreen(view) {
  const [title, text] = words.refused[view.refusedCode] || words.refused[4403];
  return html`
    <div class="refused" role="alert">
      ${icons.alert}<h3>${t(title)}</h3><p>${t(text)}</p>
      <button class="plain" type="button" @click=${view.tryAgain}>${t("Try again")}</button>
    </div>`;
}

function placeholder({ mode }) {
  if (mode.mode === "human") return mode.agent ? t("Write to {}…", mode.agent) : t("Write to the agent…");
  return mode.mode === "waiting" ? t("Add anything the agent should know…") : t("Ask a question…");
}

export function composer(view) {
  if (view.mode.mode === "resolved") {
    return html`<div class="composer closed"><button class="primary wide" type="button" data-part="new" @click=${view.startNew}>${t("Start a new conversation")}</button></div>`;
  }
  const over = view.length > LONGEST;
  const count = view.length > SHOW_COUNT_FROM ? html`<span class="count" ?data-over=${over} role="status">${view.length.toLocaleString()} / ${LONGEST.toLocaleString()}</span>` : null;
  return html`
    <form class="composer" @submit=${view.submit}>
      ${view.notice ? html`<p class="notice" role="alert">${icons.alert}<span>${view.notice}</span></p>` : nothing}
      ${view.images?.above()}
      <div class="box" ?data-over=${over}>
        ${view.images?.button()}
        <textarea data-part="input" rows="1" aria-label=${t("Your message")} placeholder=${placeholder(view)} enterkeyhint="send"
          .value=${view.draft} @input=${view.typed} @keydown=${view.key}></textarea>
        ${view.running ? html`<button class="round quiet" type="button" data-part="stop" aria-label=${t("Stop the answer")} title=${t("Stop")} @click=${view.stop}>${icons.stop}</button>` : nothing}
        <button class="round" type="submit" data-part="send" aria-label=${t("Send")} title=${t("Send")} ?disabled=${!view.canSend}>${icons.send}</button>
      </div>
      <p class="foot">${count || (view.mode.mode === "bot" ? html`<span>${t("Automatic answers. Check the sources.")}</span>` : nothing)}
        ${view.privacy ? html`<a href=${view.privacy} target="_blank" rel="noopener noreferrer">${t("Privacy")}</a>` : nothing}</p>
    </form>`;
}
