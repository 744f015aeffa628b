// What the widget shows and does about images. A file of its own: only a chat that has begun loads it.
import { dress } from "./dress.js";
import css from "./styles/images.css";
import { Tray } from "./tray.js";

const icon = (html, path) => html`<svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path}></path></svg>`;
const PICTURE = "M4 3.5h12A1.5 1.5 0 0 1 17.5 5v10a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V5A1.5 1.5 0 0 1 4 3.5ZM7 6.5a1.5 1.5 0 1 0 .01 0ZM3 14.5l4-3.5 2.5 2 4-4 4 4";
const CROSS = "m5 5 10 10M15 5 5 15";

function settle(host) {
  if (!dress(host, css)) return;
  host.root.addEventListener("paste", (event) => host.images?.pasted(event));
  for (const kind of ["dragover", "dragleave", "drop"]) host.root.addEventListener(kind, (event) => host.images?.drag(event));
}

export class Images extends Tray {
  /** @param {import("./element.js").SupportbotWidget} host */
  constructor(host, tools) {
    super(host, tools);
    this.html = tools.html;
    this.words = { waiting: this.t("Waiting…"), uploading: this.t("Uploading…"), failed: this.t("Failed") };
    settle(host);
  }

  #thumbnail(item) {
    const { html, t } = this;
    const { file, status, image, again } = item;
    return html`
      <li data-status=${status} title=${file.name}>
        ${image ? html`<img src=${image.url} alt=${file.name}>` : html`<span role="status">${this.words[status]}</span>`}
        ${again && status === "failed" ? html`<button class="text" type="button" data-part="upload-again" @click=${() => this.retry(item)}>${t("Try again")}</button>` : ""}
        <button class="remove" type="button" data-part="remove" aria-label=${t("Remove {}", file.name)} @click=${() => this.remove(item)}>${icon(html, CROSS)}</button>
      </li>`;
  }

  /** Above the box one writes in. */
  above() {
    const { html, items, t, trouble } = this;
    return html`${trouble ? html`<p class="notice" role="alert"><span>${trouble}</span></p>` : ""}
      ${items.length ? html`<ul class="tray" aria-label=${t("Images to send")}>${items.map((item) => this.#thumbnail(item))}</ul>` : ""}`;
  }

  button() {
    const { html, t } = this;
    return html`
      <button class="icon" type="button" data-part="attach" aria-label=${t("Attach an image")} title=${t("Attach an image")} ?disabled=${this.isFull} @click=${() => this.host.part("file").click()}>${icon(html, PICTURE)}</button>
      <input type="file" data-part="file" accept="image/png,image/jpeg,image/webp,image/gif" multiple hidden @change=${this.picked}>`;
  }

  /** In a message that was sent. */
  pictures({ attachments }) {
    if (!attachments?.length) return "";
    const alt = this.t("Image you sent");
    return this.html`<div class="pictures">${attachments.map(({ url, width, height }) => this.html`
      <a class="picture" href=${url} target="_blank" rel="noopener noreferrer"><img src=${url} width=${width} height=${height} alt=${alt}></a>`)}</div>`;
  }

  picked = ({ target }) => {
    this.add(target.files);
    target.value = ""; // the same file can be picked again
    this.host.part("input")?.focus();
  };

  /** Text that is pasted along with a picture of it, as by spreadsheets, stays text. */
  pasted(event) {
    const { files, types } = event.clipboardData;
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    this.add(files);
  }

  drag(event) {
    const { types, files } = event.dataTransfer;
    const panel = this.host.part("panel");
    if (!types.includes("Files") || this.host.client.state.mode.mode === "resolved") return;
    event.preventDefault(); // or the browser leaves the page to show what is dropped
    panel.dataset.drop = this.t("Drop images here");
    panel.toggleAttribute("data-dropping", event.type === "dragover");
    if (event.type === "drop") this.add(files);
  }
}
