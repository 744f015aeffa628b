// What one entry needs to draw itself, and what its buttons do: the small state of opened
// quotes and forms that belongs to the screen, not to the conversation.
import { message } from "./message.js";

const LIT_FOR = 1600;
const fresh = { openQuotes: new Set(), litNumber: 0, showAll: false };

export class Rows {
  #views = new Map();
  explaining = null;

  /** @param {{redraw: () => void, unpin: () => void, find: (selector: string) => Promise<Element | null>, handoff: () => void, origin: () => string, pictures: (row: object) => object, verify: () => (() => void) | null}} host */
  constructor(host) {
    this.host = host;
  }

  #of(id) {
    return this.#views.get(id) || fresh;
  }

  #change(id, change) {
    this.#views.set(id, { ...this.#of(id), ...change });
    this.host.redraw();
  }

  async #explain(id) {
    this.explaining = id;
    this.host.redraw();
    (await this.host.find("[data-part=feedback-form]"))?.scrollIntoView({ block: "nearest" });
  }

  #toggleQuote(id, number) {
    const openQuotes = new Set(this.#of(id).openQuotes);
    if (!openQuotes.delete(number)) openQuotes.add(number);
    this.#change(id, { openQuotes });
    this.host.unpin();
  }

  async #showSource(id, number) {
    this.#change(id, { litNumber: number, showAll: true, openQuotes: new Set(this.#of(id).openQuotes).add(number) });
    this.host.unpin();
    const source = await this.host.find(`[data-id="${CSS.escape(id)}"] .source[data-number="${number}"]`);
    source?.scrollIntoView({ block: "nearest" });
    source?.querySelector("a[href], button")?.focus({ preventScroll: true });
    setTimeout(() => this.#change(id, { litNumber: 0 }), LIT_FOR);
  }

  draw(row, client, last) {
    const id = row.message;
    return message(row, {
      ...this.#of(id), message: id, pictures: this.host.pictures, citations: row.citations, last, mode: client.state.mode.mode, origin: this.host.origin(),
      online: client.connection === "ready", hosts: client.state.widget?.link_hosts, explaining: this.explaining === id, handoff: this.host.handoff, verify: this.host.verify,
      showSource: (number) => this.#showSource(id, number),
      toggleQuote: (number) => this.#toggleQuote(id, number),
      showAllSources: () => this.#change(id, { showAll: true }),
      retry: () => client.retry(id),
      resend: () => client.resend(id),
      confirm: (action, approve) => client.confirm(action, approve),
      rate: (rating) => {
        client.rate(id, rating);
        this.#explain(rating === "down" ? id : null);
      },
      explain: (reason, comment) => {
        client.rate(id, "down", reason, comment);
        this.#explain(null);
      },
      closeFeedback: () => this.#explain(null),
    });
  }
}
