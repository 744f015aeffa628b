// <supportbot-widget>: draws what the client knows and turns clicks into calls on it.
import { html, nothing } from "lit/html.js";
import { codePoints, isRunning } from "./answer.js";
import { accentProperties } from "./colour.js";
import { drawn } from "./drawn.js";
import { icons } from "./icons.js";
import { isSendKey, keepFocusInside, moveInMenu } from "./keys.js";
import { safeHref } from "./links.js";
import { typing, waiting } from "./message.js";
import { LONGEST, composer, firstScreen, followUps, header, lines, refusedScreen, skeleton } from "./panel.js";
import { Rows } from "./rows.js";
import { visible } from "./store.js";
import { t } from "./translate.js";
import tokens from "./styles/tokens.css";
import panelCss from "./styles/panel.css";
import messagesCss from "./styles/messages.css";

const NEAR_END = 64;
const EDGE = 12;
const SPOKEN_FOR = 5000;
const offers = (row) => row.actions.filter(({ status }) => status === "pending").map(({ title }) => ` ${t("Waiting for your decision: {}.", title)}`).join("");
const spoken = (row) => `${row.role === "bot" ? t("Answer:") : t("{} said:", row.author || t("Support"))} ${row.text.replace(/\[[\d, ]+\]|[*`#]/g, "")}${offers(row)}`;

const Base = drawn({
  watched: ["draft", "menuOpen", "spokenText", "atEnd"],
  styles: [tokens, panelCss, messagesCss],
});

export class SupportbotWidget extends Base {
  client = null;
  sheet = matchMedia("(max-width: 480px)");

  constructor() {
    super();
    this.#clear();
  }

  get mode() {
    return this.getAttribute("mode");
  }

  get opened() {
    return this.hasAttribute("opened");
  }

  set opened(open) {
    this.toggleAttribute("opened", open);
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("toggle", { detail: { open } }));
  }

  /** Another client means another person: nothing drawn for the last one stays. */
  attach(client, accent) {
    this.#clear();
    this.client = client;
    this.setAccent(accent);
    client.addEventListener("change", () => this.client === client && this.requestUpdate());
    client.addEventListener("ready", ({ detail }) => {
      this.setAccent(detail.widget?.accent);
      if (detail.widget?.images?.bytes) this.#takeImages(client);
    });
    client.addEventListener("arrived", ({ detail }) => this.client === client && this.#speak(detail));
    this.requestUpdate();
  }

  /** Without the file for it there is a chat all the same. */
  async #takeImages(client) {
    const { Images } = await import(new URL("images.js", import.meta.url).href).catch(() => ({}));
    if (!Images || this.client !== client) return;
    this.images ||= new Images(this, { html, t });
    this.images.resume();
  }

  get #startVerify() {
    const { widget, customer } = this.client.state;
    return widget?.verify && !customer ? this.#openVerify : "";
  }

  #openVerify = async () => {
    this.menuOpen = false;
    const file = await import(new URL("verify.js", import.meta.url).href).catch(() => null);
    file?.open(this, { html, t });
  };

  #clear() {
    Object.assign(this, { draft: "", menuOpen: false, spokenText: "", atEnd: true, images: null, verify: null });
    this.rows = new Rows({
      redraw: () => this.requestUpdate(),
      unpin: this.#unpin,
      find: (selector) => this.updateComplete.then(() => this.root.querySelector(selector)),
      handoff: this.#handoff,
      origin: () => this.origin,
      pictures: (row) => this.images?.pictures(row),
      verify: () => this.#startVerify,
    });
  }

  /** To screen readers, once and whole; taken away again so that nobody reads it twice. */
  #speak(row) {
    if (row.role === "customer") return;
    this.spokenText = spoken(row);
    clearTimeout(this.spokenTimer);
    this.spokenTimer = setTimeout(() => (this.spokenText = ""), SPOKEN_FOR);
  }

  setAccent(accent) {
    for (const [name, value] of Object.entries(accentProperties(accent))) this.style.setProperty(name, value);
  }

  connectedCallback() {
    super.connectedCallback();
    window.visualViewport?.addEventListener("resize", this.#fitKeyboard);
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("focus", this.#seen);
  }

  disconnectedCallback() {
    window.visualViewport?.removeEventListener("resize", this.#fitKeyboard);
    document.removeEventListener("visibilitychange", this.#seen);
    removeEventListener("focus", this.#seen);
  }

  #fitKeyboard = () => this.style.setProperty("--viewport-height", `${window.visualViewport.height}px`);
  #seen = () => {
    if (this.#shown && !document.hidden) this.client?.markRead();
  };

  get #shown() {
    return this.opened || this.mode === "page";
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  async open({ focus = true } = {}) {
    if (this.mode === "page") return this.part("input")?.focus();
    this.client?.open();
    this.opened = true;
    this.atEnd = true;
    await this.updateComplete;
    if (focus) (this.part("input") || this.part("close"))?.focus();
  }

  async close() {
    if (!this.opened) return;
    this.opened = false;
    this.menuOpen = false;
    await this.updateComplete;
    this.part("launcher")?.focus();
  }

  get #canSend() {
    const { draft, images } = this;
    return (draft.trim() || images?.items.length) && images?.isReady !== false && codePoints(draft) <= LONGEST;
  }

  #submit = (event) => {
    event?.preventDefault();
    if (!this.#canSend) return;
    const text = this.draft.trim();
    this.draft = "";
    this.#ask(text, this.images?.take());
  };

  #ask = (text, images) => {
    this.atEnd = true;
    this.client.send(text, images);
    this.part("input")?.focus();
  };

  #key = (event) => {
    if (!isSendKey(event)) return;
    event.preventDefault();
    this.#submit();
  };

  #panelKey = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (this.menuOpen) this.#closeMenu();
      else this.close();
    } else if (event.key === "Tab" && this.mode === "bubble" && this.sheet.matches) {
      keepFocusInside(event, this.part("panel"), this.root.activeElement);
    }
  };

  #toggleMenu = async () => {
    this.menuOpen = !this.menuOpen;
    await this.updateComplete;
    this.root.querySelector("[role=menuitem]")?.focus();
  };

  #closeMenu = () => {
    this.menuOpen = false;
    this.part("menu")?.focus();
  };

  #menuKey = (event) => moveInMenu(event, [...this.root.querySelectorAll("[role=menuitem]")], this.root.activeElement);

  #handoff = () => {
    this.menuOpen = false;
    this.client.handoff();
  };

  #startNew = async () => {
    this.#clear();
    this.client.startNew();
    await this.updateComplete;
    this.part("input")?.focus();
  };

  // To the end, but never so far that the question leaves the screen: its answer is read from the top.
  #follow(scroller) {
    const asked = [...scroller.querySelectorAll('[data-role="customer"]')].at(-1);
    const isShort = asked && asked.offsetHeight < scroller.clientHeight / 2;
    const above = isShort ? asked.getBoundingClientRect().top - scroller.getBoundingClientRect().top : Infinity;
    scroller.scrollTop = Math.max(scroller.scrollTop, Math.min(scroller.scrollHeight, scroller.scrollTop + above - EDGE));
  }

  // What is opened stays where it is. Where all of it is in sight there is no end to go to.
  #unpin = async () => {
    this.atEnd = false;
    await this.updateComplete;
    const { scrollHeight, clientHeight } = this.root.querySelector(".scroller");
    this.atEnd = scrollHeight <= clientHeight;
  };

  #toEnd = () => {
    const scroller = this.root.querySelector(".scroller");
    scroller.scrollTop = scroller.scrollHeight;
  };

  #scrolled = (event) => {
    const { scrollHeight, scrollTop, clientHeight } = event.target;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
  };

  #conversation() {
    const { state, connection, typing: typist } = this.client;
    const view = this.#panelView;
    if (connection === "refused") return refusedScreen(view);
    const rows = visible(state);
    if (!rows.length) return state.widget ? firstScreen(state, view) : skeleton();
    const last = rows.findLast((row) => !row.unsent) || rows[0];
    const expectsAnswer = state.mode.mode === "bot" && last.fresh && last.role === "customer";
    const suggestions = last === rows.at(-1) && last.role === "bot" && !isRunning(last) && state.mode.mode === "bot" ? last.suggestions : [];
    return html`${rows.map((row) => this.rows.draw(row, this.client, row === last))}
      ${expectsAnswer ? waiting() : nothing}${typist ? typing(typist) : nothing}${followUps(suggestions, view)}`;
  }

  get #panelView() {
    const { client } = this;
    const { widget, customer, mode, notice, conversation } = client.state;
    return {
      widget, customer, mode, notice, page: this.mode === "page", menuOpen: this.menuOpen, known: conversation !== null,
      connection: client.connection, refusedCode: client.refusedCode, draft: this.draft, length: codePoints(this.draft), running: client.running,
      privacy: safeHref(widget?.privacy_url, this.origin), toggleMenu: this.#toggleMenu, menuKey: this.#menuKey, close: () => this.close(),
      startNew: this.#startNew, handoff: this.#handoff, submit: this.#submit, key: this.#key, ask: this.#ask, tryAgain: () => client.tryAgain(),
      startVerify: this.#startVerify, logout: customer && !client.token ? window.supportbot.logout : "", images: this.images, canSend: this.#canSend,
      stop: () => client.running && client.stop(client.running.message),
      typed: (event) => {
        this.draft = event.target.value;
        client.customerTyping();
      },
    };
  }

  #panel() {
    const view = this.#panelView;
    const page = this.mode === "page";
    return html`
      <section class="panel" data-part="panel" role=${page ? "region" : "dialog"} aria-labelledby="title" aria-modal=${!page && this.sheet.matches ? "true" : nothing} @keydown=${this.#panelKey}>
        ${header(view)}${lines(view)}
        <div class="scroller" tabindex="0" role="region" aria-label=${t("Conversation")} @scroll=${this.#scrolled}><div class="column">${this.#conversation()}</div></div>
        ${this.atEnd ? nothing : html`<div class="jump"><button type="button" class="round quiet" aria-label=${t("Newest message")} @click=${this.#toEnd}>${icons.down}</button></div>`}
        ${this.verify?.form()}${view.connection === "refused" ? nothing : composer(view)}
        <div class="hidden" role="log" aria-live="polite">${this.spokenText ? html`<p>${this.spokenText}</p>` : nothing}</div>
      </section>`;
  }

  render() {
    if (!this.client) return nothing;
    if (this.mode === "page") return this.#panel();
    const { unread } = this.client;
    return html`
      ${this.opened ? this.#panel() : nothing}
      <button class="launcher" type="button" data-part="launcher" aria-expanded=${this.opened} @pointerenter=${() => this.client.open()}
        aria-label=${this.opened ? t("Close chat") : unread ? t("Open chat, {} unread", unread) : t("Open chat")} @click=${() => (this.opened ? this.close() : this.open())}>
        ${this.opened ? icons.down : icons.chat}${unread && !this.opened ? html`<span class="unread" aria-hidden="true">${Math.min(unread, 99)}</span>` : nothing}
      </button>`;
  }

  updated() {
    const scroller = this.root.querySelector(".scroller");
    if (scroller && this.atEnd) this.#follow(scroller);
    const input = this.part("input");
    if (input) {
      input.style.height = "auto";
      input.style.height = `${input.scrollHeight}px`;
    }
    this.#seen();
  }
}
