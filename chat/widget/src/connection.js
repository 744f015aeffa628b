// One socket that heals itself: says hello first, reconnects with jittered backoff, and tells
// its owner what state it is in. It knows nothing about messages.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
const RESTART_SPREAD = 4_000; // after a deploy (1012) many clients come back at once
const HELLO_TIMEOUT = 10_000;
const QUIET_FAILURES = 3;
const REFUSED = new Set([4401, 4403]);
const TIMED_OUT = 4408;

export class Connection {
  #socket = null;
  #timer = 0;
  #failures = 0;
  #wanted = false;

  /**
   * @param {string} url
   * @param {{hello: () => object, frame: (frame: object) => void, state: (state: string, code?: number) => void}} owner
   */
  constructor(url, owner) {
    this.url = url;
    this.owner = owner;
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#sleep);
    document.addEventListener("visibilitychange", this.#wake);
  }

  open() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#failures = 0;
    this.owner.state(navigator.onLine ? "connecting" : "offline");
    this.#connect();
  }

  /** Ends this connection for good; a new identity gets a new one. */
  close() {
    this.#wanted = false;
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#sleep);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#drop();
  }

  /** A fresh socket and hello, for when frames went missing. */
  restart() {
    if (this.#wanted) this.#connect();
  }

  retryNow() {
    this.#wanted = false;
    this.open();
  }

  /** @returns {boolean} whether the frame left */
  send(frame) {
    if (!this.ready) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  ready = false;

  #wake = () => {
    if (!this.#wanted || this.ready || document.hidden || !navigator.onLine) return;
    if (this.#socket?.readyState === WebSocket.CONNECTING) return;
    this.#failures = 0;
    this.#connect();
  };

  #sleep = () => {
    if (!this.#wanted) return;
    this.#drop();
    this.owner.state("offline");
  };

  #drop() {
    clearTimeout(this.#timer);
    this.ready = false;
    const socket = this.#socket;
    this.#socket = null; // its late events no longer concern us
    socket?.close();
  }

  #connect() {
    this.#drop();
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(socket, 0), HELLO_TIMEOUT);
    socket.onopen = () => socket.send(JSON.stringify(this.owner.hello()));
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    socket.onclose = ({ code }) => this.#lost(socket, code);
  }

  #receive(socket, data) {
    if (socket !== this.#socket) return;
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return console.warn("supportbot: unreadable frame");
    }
    if (frame.type === "ready") {
      clearTimeout(this.#timer);
      this.ready = true;
      this.#failures = 0;
      this.owner.state("ready");
    }
    this.owner.frame(frame);
  }

  #lost(socket, code) {
    if (socket !== this.#socket) return;
    this.#drop();
    this.#failures += 1;
    if (REFUSED.has(code) || (code === TIMED_OUT && this.#failures > 2)) {
      this.#wanted = false;
      return this.owner.state("refused", code);
    }
    if (!navigator.onLine) return this.owner.state("offline");
    this.owner.state(this.#failures > QUIET_FAILURES ? "unreachable" : "reconnecting", code);
    this.#timer = setTimeout(() => this.#connect(), this.#delay(code));
  }

  #delay(code) {
    if (code === 1012 && this.#failures === 1) return Math.random() * RESTART_SPREAD;
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (this.#failures - 1));
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }
}
