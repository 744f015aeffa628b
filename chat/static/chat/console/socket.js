/* The console's socket: joins bursts of announcements, and comes back by itself when the line is lost. */

const SIGNED_OUT = 4401;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15000;
const BURST = 200;

export class Socket {
  /** @param on {{open: Function, changed: Function, frame: Function, failed: Function, signedOut: Function}} */
  constructor(on) {
    this.on = on;
    this.pause = FIRST_PAUSE;
    this.changed = new Set();
    this.burst = null;
    this.retry = null;
  }

  start() {
    clearTimeout(this.retry);
    const url = new URL("/ws/console/", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.socket = new WebSocket(url);
    this.socket.addEventListener("open", () => {
      this.pause = FIRST_PAUSE;
      this.say("");
      this.on.open();
    });
    this.socket.addEventListener("message", (event) => this.heard(JSON.parse(event.data)));
    this.socket.addEventListener("close", (event) => this.closed(event.code));
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  heard(frame) {
    if (frame.type !== "changed") return this.on.frame(frame);
    this.changed.add(frame.conversation);
    this.burst ??= setTimeout(() => {
      const conversations = this.changed;
      this.changed = new Set();
      this.burst = null;
      this.on.changed(conversations);
    }, BURST);
  }

  closed(code) {
    if (code === SIGNED_OUT) return this.on.signedOut();
    this.say("Connection lost. Reconnecting …");
    this.on.failed();
    // Spread out, so that all agents do not come back in the same moment after a restart.
    this.retry = setTimeout(() => this.start(), this.pause * (0.5 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  say(words) {
    const line = document.querySelector("#connection");
    line.hidden = !words;
    line.textContent = words;
  }
}
