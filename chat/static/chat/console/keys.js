/* The keyboard: the console can be used without a mouse. Keys act only where nothing is being written. */

const one = (selector) => document.querySelector(selector);

export function startKeys({ toggleDetails }) {
  const keys = {
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    r: () => one("#text")?.focus(),
    i: toggleDetails,
    "/": () => one("#search").focus(),
    "?": () => one("#help").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // There is none once everything is gone, because the agent was signed out.
    if (one("#help")?.open ?? true) return;
    const writing = event.target.closest("input, textarea, select");
    if (event.key === "Escape") return leave(writing);
    // Arrows scroll the transcript when it has the focus.
    const scrolling = event.key.startsWith("Arrow") && event.target.closest("#conversation");
    if (writing || scrolling || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function leave(writing) {
  if (document.body.classList.contains("show-details")) return document.body.classList.remove("show-details");
  if (writing) (one(".row[aria-current]") ?? one(".row") ?? writing).focus();
}

function move(step) {
  const rows = [...document.querySelectorAll(".row")];
  if (!rows.length) return;
  const focused = rows.indexOf(document.activeElement);
  const current = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const from = focused >= 0 ? focused : current;
  const next = from < 0 ? 0 : Math.min(Math.max(from + step, 0), rows.length - 1);
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}
