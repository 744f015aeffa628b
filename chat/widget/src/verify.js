// Proving who one is by a code that comes by e-mail. A file of its own: only who wants to loads it.
import { dress } from "./dress.js";
import css from "./styles/verify.css";

const PAUSE = 30; // seconds until another code can be asked for
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SHOWN = 8_000;
const OFFLINE = "You are offline. Messages are sent when you are back.";

/** Asked for again, it is where one writes. */
export function open(host, tools) {
  host.verify ||= new Verify(host, tools);
  host.verify.show();
}

class Verify {
  step = "email"; // then "code", then "done"
  address = "";
  problem = "";
  isWaiting = false;
  #masked = "";
  #pause = 0;
  #ticking = 0;

  /** @param {import("./element.js").SupportbotWidget} host */
  constructor(host, { html, t }) {
    Object.assign(this, { host, html, t });
    dress(host, css);
    const { client } = host;
    client.addEventListener("verification", ({ detail }) => this.#told(detail));
    client.addEventListener("ready", ({ detail }) => detail.customer && this.step === "code" && this.#done());
  }

  async show() {
    this.host.requestUpdate();
    await this.host.updateComplete;
    (this.host.part(`verify-${this.step}`) || this.host.part("input"))?.focus();
  }

  #told({ state, email, expires, detail }) {
    this.isWaiting = false;
    if (state === "sent") {
      Object.assign(this, { step: "code", problem: "", expires });
      this.#masked = email;
      this.#wait();
      return this.show();
    }
    this.problem = detail || "No code can be sent right now. Please try again in a while, or sign in.";
    return this.show();
  }

  /** Until the next code can be asked for. */
  #wait() {
    clearInterval(this.#ticking);
    this.#pause = PAUSE;
    this.#ticking = setInterval(() => {
      this.#pause -= 1;
      if (!this.#pause) clearInterval(this.#ticking);
      this.host.requestUpdate();
    }, 1000);
  }

  #done() {
    this.step = "done";
    clearInterval(this.#ticking);
    setTimeout(this.close, SHOWN);
    this.show();
  }

  close = () => {
    clearInterval(this.#ticking);
    if (this.host.verify !== this) return;
    this.host.verify = null;
    this.host.requestUpdate();
    if (this.step !== "done") this.host.part("input")?.focus();
  };

  #send(fields) {
    this.problem = "";
    this.isWaiting = this.host.client.socket.send({ type: "verify", ...fields });
    if (!this.isWaiting) this.problem = OFFLINE;
    this.host.requestUpdate();
  }

  #submit = (event) => {
    event.preventDefault();
    const value = event.target.elements[0].value;
    if (this.step === "email") this.#ask(value.trim());
    else this.#send({ code: value.replace(/\s/g, "") });
  };

  #ask(address) {
    this.address = address;
    this.#send({ email: address });
  }

  #back = () => {
    Object.assign(this, { step: "email", problem: "" });
    this.show();
  };

  #keys = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
  };

  #trouble() {
    return this.html`<p class="problem" id="verify-problem" role="alert">${this.t(this.problem)}</p>`;
  }

  #email() {
    const { html, t } = this;
    return html`
      <label for="verify-email">${t("Your e-mail address")}</label>
      <input id="verify-email" data-part="verify-email" type="email" autocomplete="email" required maxlength="254" pattern="[^@\\s]+@[^@\\s]+\\.[A-Za-z0-9\\-]{2,}" .value=${this.address} aria-describedby="verify-problem">${this.#trouble()}
      <p class="muted">${t("If it belongs to an account, we send a code there.")}</p>
      <div class="row">
        <button class="primary" type="submit" ?disabled=${this.isWaiting}>${t("Send code")}</button>
        <button class="plain" type="button" data-part="verify-cancel" @click=${this.close}>${t("Cancel")}</button>
      </div>`;
  }

  #code() {
    const { html, t } = this;
    const pause = this.#pause;
    return html`
      <label for="verify-code">${t("Six-digit code")}</label>
      <p class="muted" id="verify-sent" role="status">${t("If {} belongs to an account, a code is on its way. It is good until {}.", this.#masked, new Date(this.expires).toLocaleTimeString(this.host.lang || undefined, CLOCK))}</p>
      <input id="verify-code" data-part="verify-code" inputmode="numeric" autocomplete="one-time-code" required maxlength="9" pattern="\\s*(\\d\\s*){6}" aria-describedby="verify-sent verify-problem">${this.#trouble()}
      <div class="row">
        <button class="primary" type="submit" ?disabled=${this.isWaiting}>${t("Verify")}</button>
        <button class="plain" type="button" data-part="verify-cancel" @click=${this.close}>${t("Cancel")}</button>
      </div>
      <div class="row">
        <button class="text" type="button" data-part="verify-again" ?disabled=${pause || this.isWaiting} @click=${() => this.#ask(this.address)}>${pause ? t("Send again in {} s", pause) : t("Send again")}</button>
        <button class="text" type="button" @click=${this.#back}>${t("Another address")}</button>
      </div>`;
  }

  /** Above the box one writes in. */
  form() {
    const { html, t } = this;
    if (this.step === "done") return html`<p class="verified" role="status">${t("Verified. You can ask about your account now.")}</p>`;
    return html`
      <form class="card verify" data-part="verify" data-step=${this.step} aria-label=${t("Verify by e-mail")} @submit=${this.#submit} @keydown=${this.#keys}>
        ${this.step === "email" ? this.#email() : this.#code()}
      </form>`;
  }
}
