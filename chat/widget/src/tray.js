// Images on their way into a message: kept here as files until they are sent, whatever the connection does.
const TYPES = /^image\/(png|jpeg|webp|gif)$/;
const MEGABYTE = 1024 * 1024;

/** @typedef {{file: File, status: "waiting"|"uploading"|"ready"|"failed", session?: string, image?: object, problem?: string, again?: boolean}} Item */

export class Tray {
  /** @type {Item[]} */
  items = [];
  problem = "";
  #uploading = false;

  /** @param {{client: import("./client.js").Client, requestUpdate: () => void}} host */
  constructor(host, { t }) {
    this.host = host;
    this.t = t;
  }

  get limits() {
    return this.host.client.state.widget.images;
  }

  get isFull() {
    return this.items.length >= this.limits.most;
  }

  get isReady() {
    return this.items.every(({ status }) => status === "ready");
  }

  /** What is wrong, in one sentence: of what was not taken, or of the first that did not arrive. */
  get trouble() {
    return this.problem || this.items.find(({ problem }) => problem)?.problem || "";
  }

  add(files) {
    const { t, limits } = this;
    this.problem = "";
    for (const file of files) {
      if (!TYPES.test(file.type)) this.problem = t("Images can be PNG, JPEG, WebP or GIF.");
      else if (file.size > limits.bytes) this.problem = t("Images can be up to {} MB. Please choose a smaller one.", limits.bytes / MEGABYTE);
      else if (this.isFull) this.problem = t("A message can have {} images. Send these first, then attach more.", limits.most);
      else this.items.push({ file, status: "waiting" });
    }
    this.resume();
  }

  remove(item) {
    this.problem = "";
    this.items = this.items.filter((other) => other !== item);
    this.host.requestUpdate();
  }

  retry(item) {
    Object.assign(item, { status: "waiting", problem: "" });
    this.resume();
  }

  /** The images of the message that is being sent. */
  take() {
    const taken = this.items.map(({ image }) => image);
    this.items = [];
    this.problem = "";
    return taken;
  }

  /** One after the other, so that they keep their order; anew where the conversation is another by now. */
  async resume() {
    const { session } = this.host.client;
    for (const item of this.items) if (item.session && item.session !== session) Object.assign(item, { status: "waiting", session: "" });
    this.host.requestUpdate();
    const next = this.items.find(({ status }) => status === "waiting");
    if (!session || !next || this.#uploading) return;
    this.#uploading = true;
    Object.assign(next, { status: "uploading", session });
    Object.assign(next, await this.upload(next.file, session));
    this.#uploading = false;
    this.resume();
  }

  /** Never fails: says what became of it, and whether trying again may help. */
  async upload(file, session) {
    const url = new URL(this.host.client.socket.url.replace(/^ws/, "http"));
    url.pathname = "/api/v1/attachments";
    try {
      const headers = { Authorization: `Session ${session}`, "Content-Type": file.type };
      const response = await fetch(url, { method: "POST", credentials: "omit", headers, body: file });
      const { error, ...image } = await response.json();
      if (!error) return { status: "ready", image };
      return { status: "failed", problem: error.detail, again: response.status === 429 || response.status > 499 };
    } catch {
      return { status: "failed", problem: this.t("The image could not be uploaded. Check your connection, then try again."), again: true };
    }
  }
}
