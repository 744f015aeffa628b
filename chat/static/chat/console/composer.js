/* The reply: Enter sends it once, what is half written stays with its conversation. */

const TYPING_PAUSE = 2500;

const one = (selector) => document.querySelector(selector);

export function startComposer({ openId, typing }) {
  const drafts = new Map();
  let lastTyping = 0;

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "text" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });

  document.addEventListener("input", (event) => {
    if (event.target.id !== "text") return;
    drafts.set(openId(), event.target.value);
    grow(event.target);
    if (event.target.value && Date.now() - lastTyping > TYPING_PAUSE) {
      lastTyping = Date.now();
      typing();
    }
  });

  window.addEventListener("console:opened", () => {
    const text = one("#text");
    text.value = drafts.get(openId()) ?? "";
    grow(text);
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id !== "reply" || !event.detail.successful) return;
    const form = event.detail.elt;
    drafts.delete(openId());
    form.elements.client_id.value = freshId();
    form.elements.text.value = "";
    grow(form.elements.text);
    form.elements.text.focus();
    lastTyping = 0;
  });
}

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

/** crypto.randomUUID() exists on secure origins only. */
function freshId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
