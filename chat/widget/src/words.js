// What the widget says about the state of things, by the names those have in frames.
import { language, t } from "./translate.js";

export const stages = {
  searching: "Searching the documentation…",
  reading: "Reading the sources…",
  checking: "Checking the answer…",
  acting: "Looking that up for you…",
};
export const thinking = "Thinking…";

export const connection = {
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  offline: "You are offline. Messages are sent when you are back.",
  unreachable: "Support chat cannot be reached right now. Still trying.",
};

export const refused = {
  4403: ["Chat is not available here", "This page is not set up for support chat. Please use the contact page instead."],
  4408: ["The connection timed out", "Support chat did not answer in time. Try again in a moment."],
};

export const ended = {
  stopped: "You stopped this answer.",
  interrupted: "This answer was interrupted.",
  failed: "The answer could not be completed.",
};

export const decided = {
  sending: "One moment…",
  approved: "Done",
  declined: "Declined",
  failed: "That did not work",
  expired: "This offer has expired",
};

export const reasons = [
  ["wrong", "Wrong"],
  ["outdated", "Out of date"],
  ["unanswered", "Did not answer my question"],
  ["other", "Other"],
];

export function modeLine({ mode, agent, expected }) {
  if (mode === "waiting") {
    return expected ? t("You are in the queue; an agent will reply here (usually {}).", expected) : t("You are in the queue; an agent will reply here.");
  }
  if (mode === "human") return agent ? t("{} joined", agent) : t("An agent joined");
  return mode === "resolved" ? t("This conversation is closed.") : "";
}

export function statusLine({ mode, agent }) {
  if (mode === "waiting") return t("Waiting for a person");
  if (mode === "human") return agent ? t("{} is here", agent) : t("A person is here");
  return mode === "resolved" ? t("Conversation closed") : t("Answers with sources");
}

const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const day = { day: "numeric", month: "short", ...clock };

/** "14:05" today, "3 Mar, 14:05" otherwise; text that is no date is shown as it is. */
export function time(value) {
  const date = new Date(value);
  if (!value || Number.isNaN(date.getTime())) return value || "";
  return date.toLocaleString(language, date.toDateString() === new Date().toDateString() ? clock : day);
}
