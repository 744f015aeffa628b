// Start: reads the script tag, puts the element on the page, offers `window.supportbot`.
import { Client } from "./client.js";
import { SupportbotWidget } from "./element.js";
import { Storage, subjectOf } from "./storage.js";
import { pageLanguage, speak } from "./translate.js";

const NAME = "supportbot-widget";
const PUBLIC_EVENTS = ["ready", "arrived", "mode", "refused"];

// a module has no document.currentScript
const tags = [...document.querySelectorAll("script[data-supportbot]")];
const tag = tags.find((script) => script.src === import.meta.url) || tags[0];

function start({ supportbot: key, mode, target, token = null, open, theme, accent, language }) {
  const url = new URL("/ws/chat/", import.meta.url);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("widget", key);

  const storage = new Storage(key);
  const listeners = new Map();
  const tell = (event, detail) => {
    for (const listener of listeners.get(event) || []) listener(detail);
  };

  const place = mode === "page" && target ? document.querySelector(target) : null;
  if (mode === "page" && !place) console.warn(`supportbot: no element ${target || "(data-target is missing)"}`);
  const element = document.createElement(NAME);
  element.setAttribute("mode", place ? "page" : "bubble");
  element.origin = url.origin.replace(/^ws/, "http");
  if (theme) element.setAttribute("theme", theme);
  speak(language || pageLanguage()).then((spoken) => {
    element.lang = spoken;
    element.requestUpdate();
  });
  element.addEventListener("toggle", ({ detail }) => tell(detail.open ? "open" : "close"));

  let client = null;
  function become(newToken) {
    client?.close();
    client = new Client({ url: url.href, token: newToken, storage });
    for (const name of PUBLIC_EVENTS) {
      client.addEventListener(name, ({ detail }) => tell(name === "arrived" ? "message" : name, detail));
    }
    // as a visitor nobody can lose a proof: this happens once
    client.addEventListener("refused", ({ detail }) => detail.code === 4401 && forget());
    element.attach(client, storage.read(client.subject).accent || accent);
    if (place || element.opened || client.session) client.open();
  }

  /** Nothing of who was here stays. */
  function forget() {
    client.close();
    storage.keepOnly(null);
    become(null);
  }

  if (token) storage.keepOnly(subjectOf(token));
  become(token || null);
  (place || document.body).append(element);
  if (open !== undefined && !place) element.open({ focus: false });

  return {
    open: () => element.open(),
    close: () => element.close(),
    identify(newToken) {
      if (newToken === client.token) return;
      storage.keepOnly(subjectOf(newToken));
      become(newToken);
    },
    logout: forget,
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) || []), listener]);
    },
  };
}

if (!tag?.dataset.supportbot) console.warn("supportbot: no script tag with data-supportbot");
else if (window.supportbot) console.warn("supportbot: already on this page");
else {
  if (!customElements.get(NAME)) customElements.define(NAME, SupportbotWidget);
  window.supportbot = start({ ...tag.dataset });
}
