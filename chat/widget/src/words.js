// Every sentence the widget says by itself, in one place.

export const stages = {
  searching: "Searching the documentation…",
  reading: "Reading the sources…",
  checking: "Checking the answer…",
  acting: "Looking that up for you…",
};
export const thinking = "Thinking…";
export const writing = "Writing…";

export const connection = {
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  offline: "You are offline. Messages are sent when you are back.",
  unreachable: "Support chat cannot be reached right now. Still trying.",
};

export const refused = {
  4401: ["Please sign in", "This chat is for signed-in customers. Sign in on this site, then open the chat again."],
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
    return `You are in the queue; an agent will reply here${expected ? ` (usually ${expected})` : ""}.`;
  }
  if (mode === "human") return agent ? `${agent} joined` : "An agent joined";
  return mode === "resolved" ? "This conversation is closed." : "";
}

export function statusLine({ mode, agent }) {
  if (mode === "waiting") return "Waiting for a person";
  if (mode === "human") return agent ? `${agent} is here` : "A person is here";
  return mode === "resolved" ? "Conversation closed" : "Answers with sources";
}

const clock = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** "14:05" today, "3 Mar, 14:05" otherwise; text that is no date is shown as it is. */
export function time(value) {
  const date = new Date(value);
  if (!value || Number.isNaN(date.getTime())) return value || "";
  return (date.toDateString() === new Date().toDateString() ? clock : day).format(date);
}
