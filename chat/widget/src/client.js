// One person's chat: owns the socket, the state and what is stored; the element only draws it.
// A change of identity throws the whole object away.
import { Connection } from "./connection.js";
import { initialState, lastSeen, reduce, runningAnswer } from "./store.js";
import { subjectOf } from "./storage.js";
import { t } from "./translate.js";

const GAP_PATIENCE = 800; // frames out of order usually arrive a moment later
const RESYNC_PAUSE = 10_000;
const ACK_TIMEOUT = 8_000;
const GIVE_UP = 60_000;
const RETRY_PAUSE = 4_000; // against the double click
const CLAIMED = 4409;
const TYPING_SHOWN = 6_000;
const TYPING_PAUSE = 3_000;

export class Client extends EventTarget {
  state = initialState();
  connection = "idle";
  refusedCode = 0;
  typing = null;
  readSeq = 0;
  #gapTimer = 0;
  #lastResync = -Infinity;
  #typingTimer = 0;
  #typedAt = 0;
  #sentAt = new Map();

  /** @param {{url: string, token: string | null, storage: import("./storage.js").Storage}} options */
  constructor({ url, token, storage }) {
    super();
    this.token = token;
    this.storage = storage;
    this.subject = subjectOf(token);
    const { session = null, read = 0 } = storage.read(this.subject);
    this.session = session;
    this.readSeq = read;
    this.socket = new Connection(url, {
      hello: () => this.#hello(),
      frame: (frame) => this.#receive(frame),
      state: (state, code) => this.#setConnection(state, code),
    });
    this.watch = setInterval(() => this.#checkOutbox(), 2_000);
  }

  open() {
    if (this.connection === "idle") this.socket.open();
  }

  close() {
    clearInterval(this.watch);
    clearTimeout(this.#gapTimer);
    clearTimeout(this.#typingTimer);
    this.socket.close();
  }

  tryAgain() {
    this.socket.retryNow();
  }

  send(text, attachments) {
    this.#transmit({ id: uuid(), text, attachments, at: new Date().toISOString() });
  }

  resend(id) {
    const item = this.state.outbox.find((entry) => entry.id === id);
    if (item) this.#transmit(item);
  }

  stop(message) {
    this.socket.send({ type: "stop", message });
  }

  retry(message) {
    if (!this.socket.send({ type: "retry", message })) return;
    const retried = (value) => this.#dispatch({ type: "local.change", message, change: { retried: value } });
    retried(true);
    setTimeout(retried, RETRY_PAUSE, false);
  }

  rate(message, rating, reason, comment) {
    this.#dispatch({ type: "local.change", message, change: { feedback: rating } });
    this.socket.send({ type: "feedback", message, rating, ...(reason && { reason }), ...(comment && { comment }) });
  }

  handoff() {
    this.socket.send({ type: "handoff" });
  }

  confirm(action, approve) {
    if (this.socket.send({ type: "confirm", action, approve })) this.#dispatch({ type: "local.confirm", action });
  }

  startNew() {
    this.storage.write(this.subject, { session: null, read: 0 });
    this.readSeq = 0;
    this.typing = null;
    if (!this.socket.send({ type: "new" })) {
      this.session = null; // the next hello starts afresh
    }
    this.#dispatch({ type: "local.reset" });
  }

  customerTyping() {
    if (this.state.mode.mode !== "human" || Date.now() - this.#typedAt < TYPING_PAUSE) return;
    this.#typedAt = Date.now();
    this.socket.send({ type: "typing" });
  }

  /** Everything up to here has been on the visitor's screen. */
  markRead() {
    const seq = Math.max(0, ...[...this.state.rows.values()].map((row) => row.seq || 0));
    if (seq <= this.readSeq || !this.socket.send({ type: "read", seq })) return;
    this.readSeq = seq;
    this.storage.write(this.subject, { read: seq });
  }

  get unread() {
    return [...this.state.rows.values()].filter((row) => row.seq > this.readSeq && row.role !== "customer").length;
  }

  #hello() {
    const { href, pathname, origin } = location;
    return {
      type: "hello", token: this.token, session: this.session, after: lastSeen(this.state),
      // the query may hold secrets of the site; the path is enough to know where the visitor is
      context: { url: (origin === "null" ? href.split(/[?#]/)[0] : origin + pathname).slice(0, 500), title: document.title.slice(0, 200), locale: navigator.language },
    };
  }

  #receive(frame) {
    if (frame.type === "typing") return this.#agentTyping(frame);
    const before = this.state;
    this.#dispatch(frame);
    if (frame.type === "ready") this.#begin(frame);
    if (frame.type === "message" || frame.type === "answer.finished") {
      this.typing = null;
      const row = this.state.rows.get(frame.message);
      if (row && before.rows.get(frame.message)?.status !== row.status) this.#emit("arrived", row);
    }
    if (frame.type === "answer.action") setTimeout(() => this.#emit("change"), Date.parse(frame.expires) - Date.now());
    this.#emit(frame.type, frame);
  }

  #begin(frame) {
    this.session = frame.session || this.session;
    this.storage.write(this.subject, { session: this.session, accent: frame.widget?.accent });
    for (const item of this.state.outbox) if (item.status === "sending") this.#post(item);
  }

  #dispatch(frame) {
    const next = reduce(this.state, frame);
    if (next === this.state) return;
    this.state = next;
    if (next.resync) this.#watchGap(GAP_PATIENCE);
    this.#emit("change");
  }

  #watchGap(delay) {
    this.#gapTimer ||= setTimeout(this.#closeGap, delay, this.#progress);
  }

  #closeGap = (progressBefore) => {
    this.#gapTimer = 0;
    if (!this.state.resync) return;
    const pause = this.#lastResync + RESYNC_PAUSE - performance.now();
    if (pause > 0) return this.#watchGap(pause);
    if (this.#progress !== progressBefore) return this.#watchGap(GAP_PATIENCE); // late, but still coming
    this.#lastResync = performance.now();
    this.socket.restart();
  };

  get #progress() {
    return `${this.state.base} ${this.running?.length}`;
  }

  #agentTyping({ typing, author, agent }) {
    clearTimeout(this.#typingTimer);
    this.typing = typing === false ? null : author || agent || this.state.mode.agent || t("The agent");
    this.#typingTimer = setTimeout(() => {
      this.typing = null;
      this.#emit("change");
    }, TYPING_SHOWN);
    this.#emit("change");
  }

  #transmit(item) {
    this.open();
    this.#dispatch({ type: "local.send", item });
    this.#post(item);
  }

  #post({ id, text, attachments }) {
    if (this.socket.send({ type: "message", id, text, attachments: attachments?.map((image) => image.id) })) this.#sentAt.set(id, performance.now());
  }

  /** A socket can be dead without saying so: no ack means a new one, and in the end an honest "not sent". */
  #checkOutbox() {
    const now = performance.now();
    if (this.connection !== "ready") return this.#sentAt.clear();
    for (const { id, status, at } of this.state.outbox) {
      if (status !== "sending") continue;
      const unanswered = now - (this.#sentAt.get(id) ?? now);
      if (unanswered < ACK_TIMEOUT) continue;
      if (Date.now() - Date.parse(at) > GIVE_UP) this.#dispatch({ type: "error", id, detail: "", retryable: true });
      else return this.socket.restart();
    }
  }

  #setConnection(state, code = 0) {
    this.connection = state;
    this.refusedCode = code;
    // another tab has proved who this is, and has the new secret
    if (code === CLAIMED) this.session = this.storage.read(this.subject).session || this.session;
    if (state === "refused") this.#emit("refused", { code });
    this.#emit("change");
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  get running() {
    return runningAnswer(this.state);
  }
}

/** A random (version 4) UUID. crypto.randomUUID exists only on secure pages, getRandomValues also on one for tests. */
const uuid = () => "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
