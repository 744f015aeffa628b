/* Starts the console: the server renders, htmx fetches, and this ties the page to the socket and the keys. */
import { startComposer } from "./composer.js";
import { startKeys } from "./keys.js";
import { LiveAnswer } from "./live.js";
import { Socket } from "./socket.js";
import { wordMoments } from "./moments.js";

const NEAR_BOTTOM = 120;
const TYPING_SHOWN = 4000;

const one = (selector) => document.querySelector(selector);
const openId = () => Number(one("#open")?.value) || null;
const say = (name) => window.htmx.trigger(document.body, name);

// --- What the socket says ---------------------------------------------------------------------

const live = new LiveAnswer(() => keepBottom(wasAtBottom()));
const socket = new Socket({
  open: () => {
    watch();
    // Whatever was announced while the line was down is looked up.
    say("list-changed");
    say("conversation-changed");
  },
  changed: (conversations) => {
    say("list-changed");
    if (conversations.has(openId())) say("conversation-changed");
  },
  frame: (frame) => {
    if (frame.type === "answer") live.take(frame.frame);
    if (frame.type === "typing" && frame.conversation === openId()) showPresence(`${one("#head h1").textContent} is typing …`);
    if (frame.type === "colleague") showPresence(`${frame.author} is writing a reply …`);
  },
  // When a try to connect fails, the next fetch tells whether we are still signed in.
  failed: () => say("list-changed"),
  signedOut: () => empty(),
});

function watch() {
  socket.send({ type: "watch", conversation: openId() });
}

/** Whoever is signed out sees nothing of any customer any more, in the title neither. */
function empty() {
  document.title = "Signed out · supportbot";
  document.body.replaceChildren(one("#signed-out").content.cloneNode(true));
  one("a").search = new URLSearchParams({ next: location.pathname + location.search });
  one("h1").focus();
}

let presenceTimer;
function showPresence(words) {
  const line = one("#presence");
  if (!line) return;
  line.textContent = words;
  clearTimeout(presenceTimer);
  presenceTimer = setTimeout(() => (line.textContent = ""), TYPING_SHOWN);
}

// --- The transcript ---------------------------------------------------------------------------

function wasAtBottom() {
  const box = one("#scroller");
  return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_BOTTOM;
}

// The reply grows while it is written: who was reading the last words goes on seeing them.
let pinned = true;
const resized = new ResizeObserver(() => keepBottom(pinned));
document.addEventListener("scroll", (event) => event.target.id === "scroller" && (pinned = wasAtBottom()), true);

function keepBottom(atBottom) {
  const box = one("#scroller");
  if (box && atBottom) box.scrollTop = box.scrollHeight;
}

function opened() {
  document.body.classList.remove("show-details");
  live.forget();
  watch();
  pinned = true;
  keepBottom(true);
  resized.disconnect();
  resized.observe(one("#scroller"));
  markCurrent();
  readIt();
  document.title = `${one("#head h1")?.textContent ?? "Inbox"} · supportbot`;
  window.dispatchEvent(new Event("console:opened"));
}

function markCurrent() {
  const open = String(openId());
  document.querySelectorAll(".row").forEach((row) => {
    if (row.dataset.id === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  });
}

/** Read is what an agent had in front of them: not what was loaded into a tab in the background. */
function readIt() {
  const seen = one("#seen");
  if (!seen?.dataset.read || document.visibilityState !== "visible") return;
  window.htmx.ajax("POST", seen.dataset.read, { swap: "none", source: document.body });
  seen.dataset.read = "";
}

// --- What htmx has done -----------------------------------------------------------------------

let before = { atBottom: true, fromEnd: 0 };
document.body.addEventListener("htmx:beforeSwap", () => {
  const box = one("#scroller");
  before = { atBottom: wasAtBottom(), fromEnd: box ? box.scrollHeight - box.scrollTop : 0 };
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.target;
  wordMoments(document);
  notice("");
  if (target.id === "conversation") opened();
  else if (target.id === "list") listed();
  else if (target.id === "messages") heard();
  else if (target.id === "earlier") one("#scroller").scrollTop = one("#scroller").scrollHeight - before.fromEnd;
});

function listed() {
  markCurrent();
  history.replaceState(history.state, "", `${location.pathname}?${one("#list-state").dataset.query}`);
}

function heard() {
  live.show();
  keepBottom(before.atBottom);
  readIt();
  const details = one("#details");
  if (details.dataset.customer !== one("#head").dataset.customer) {
    details.dataset.customer = one("#head").dataset.customer;
    window.htmx.trigger(details, "refresh");
  }
}

function notice(words) {
  const line = one("#problem");
  if (!line) return;
  line.textContent = words;
  line.hidden = !words;
}

document.body.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const isSentence = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  notice(isSentence ? xhr.responseText : "That did not work. Please reload the page and try again.");
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    if (event.detail.requestConfig?.verb === "post") notice("That did not reach the server. Your words are still here: try again in a moment.");
  });
}

// --- The rest of the page ---------------------------------------------------------------------

document.addEventListener("visibilitychange", readIt);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) one("#help").showModal();
  if (event.target.closest("[data-details]")) toggleDetails();
  if (event.target.closest("[data-refresh]")) window.htmx.trigger("#details", "refresh");
});

function toggleDetails() {
  // Where there is room for it the panel is shown at first; where there is none, it is not.
  const name = window.matchMedia("(min-width: 1100px)").matches ? "hide-details" : "show-details";
  document.body.classList.toggle(name);
  const panel = one("#details");
  const shown = Boolean(panel) && getComputedStyle(panel).display !== "none";
  document.querySelectorAll(".head [data-details]").forEach((button) => button.setAttribute("aria-expanded", String(shown)));
}

startKeys({ toggleDetails });
startComposer({ openId, typing: () => socket.send({ type: "typing" }) });
wordMoments(document);
if (openId()) resized.observe(one("#scroller"));
keepBottom(true);
readIt();
socket.start();
