// Keyboard: what Enter, Escape, Tab and the arrows do in the panel.

/** Enter that picks a candidate of an input method must not send; Safari reports it only as code 229. */
export const isSendKey = (event) =>
  event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;

const FOCUSABLE = "button:not(:disabled), a[href], textarea, input, [tabindex='0']";

/** Keeps Tab inside a panel that covers the whole screen. */
export function keepFocusInside(event, panel, active) {
  const all = [...panel.querySelectorAll(FOCUSABLE)].filter((node) => node.checkVisibility());
  const [leaving, entering] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (active !== leaving) return;
  event.preventDefault();
  entering.focus();
}

export function moveInMenu(event, items, active) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items.at((items.indexOf(active) + step) % items.length).focus();
}
