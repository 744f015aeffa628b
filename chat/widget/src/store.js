// The conversation as a pure function of the frames received. No DOM, no clock, no socket.
// Whatever the order or repetition of the frames, the same list comes out: rows are keyed by
// the server's message id, a finished answer never goes back to running, and `seq` orders.
import { applyDelta, codePoints, isRunning } from "./answer.js";

/**
 * @typedef {{message: string, seq: number|null, role: string, text: string, status: string,
 *   author?: string, at?: string, id?: string, attachments?: {id: string, url: string, width: number, height: number}[], reply_to?: string, citations: object[],
 *   answered?: boolean, suggestions: string[], feedback?: string, stage?: object, actions: {action: string, status: string}[]}} Row
 */

export const initialState = () => ({
  conversation: null,
  customer: null,
  widget: null,
  mode: { mode: "bot" },
  rows: new Map(),
  outbox: [], // own messages the server has not confirmed: {id, text, attachments, at, status, detail}
  base: 0, // every row up to this seq is known
  resync: false, // something is missing that only a fresh hello brings
  notice: null,
});

const newAnswer = (message) => ({
  message, seq: null, role: "bot", status: "streaming", text: "", length: 0, parts: [],
  citations: [], suggestions: [], actions: [],
});

function toRow(item, known) {
  const status = item.status || "complete";
  const running = item.role === "bot" && isRunning({ status });
  // a list made before the answer ended must not undo the end
  if (running && known && !isRunning(known)) return known;
  const text = running && known && known.length > codePoints(item.text || "") ? known.text : item.text || "";
  const feedback = item.feedback?.rating || item.feedback || known?.feedback;
  return {
    ...known, ...item, status, text, feedback, length: codePoints(text),
    parts: running ? known?.parts || [] : [],
    citations: item.citations || [], suggestions: item.suggestions || [], actions: known?.actions || [],
  };
}

const topSeq = (state) => Math.max(0, ...[...state.rows.values()].map((row) => row.seq || 0));

const withRow = (state, row) => ({ ...state, rows: new Map(state.rows).set(row.message, row) });

const isUndecided = ({ status }) => status === "pending" || status === "sending";

/** @returns {Row} */
const answerOf = (state, id) => state.rows.get(id) || newAnswer(id);

function changeAnswer(state, id, change) {
  const row = answerOf(state, id);
  return isRunning(row) ? withRow(state, change(row)) : state;
}

const rowOffering = (state, id) => [...state.rows.values()].find((row) => row.actions.some(({ action }) => action === id));

function changeAction(state, id, change) {
  const row = rowOffering(state, id);
  return row ? withRow(state, { ...row, actions: row.actions.map((item) => item.action === id ? { ...item, ...change } : item) }) : state;
}

const withoutAction = (state, row, id) => withRow(state, { ...row, actions: row.actions.filter((item) => item.action !== id) });

/** Stands under one answer only, the newest that offers it. What was decided is not open again; what was withdrawn is gone. */
function offered(state, { type, message, ...action }) {
  const known = rowOffering(state, action.action);
  if (action.status === "withdrawn") return known ? withoutAction(state, known, action.action) : state;
  if (known?.message === message) return action.status === "pending" ? state : changeAction(state, action.action, action);
  const others = known ? withoutAction(state, known, action.action) : state;
  const row = answerOf(others, message);
  return withRow(others, { ...row, actions: [...row.actions, action] });
}

const withoutSent = (outbox, rows) => {
  const stored = new Set([...rows.values()].map((row) => row.id).filter(Boolean));
  return outbox.filter((item) => !stored.has(item.id));
};

function upsert(state, item) {
  const known = state.rows.get(item.message);
  const next = withRow(state, toRow(item, known));
  return { ...next, outbox: withoutSent(next.outbox, next.rows) };
}

/** Which seq values are missing is only told by counting: a running answer may own one of them. */
function withGap(state) {
  const seqs = [...state.rows.values()].filter((row) => row.seq != null && !isRunning(row)).map((row) => row.seq);
  const above = new Set(seqs.filter((seq) => seq > state.base));
  let base = state.base;
  while (above.delete(base + 1)) base += 1;
  const running = [...state.rows.values()].filter(isRunning);
  const missing = above.size ? Math.max(...above) - base - above.size : 0;
  const resync = missing > running.length || running.some((row) => row.parts.length > 0);
  return { ...state, base, resync };
}

function ready(state, frame) {
  const same = state.conversation === frame.conversation;
  const start = same ? state : { ...initialState(), outbox: state.outbox };
  const rows = new Map(start.rows);
  for (const item of frame.messages || []) rows.set(item.message, toRow(item, rows.get(item.message)));
  if (frame.answering && !rows.has(frame.answering)) rows.set(frame.answering, newAnswer(frame.answering));
  if (!frame.answering) {
    for (const [id, row] of rows) if (isRunning(row)) rows.set(id, { ...row, status: "interrupted", parts: [] });
  }
  // what still waits for a click is told anew after this
  for (const [id, row] of rows) rows.set(id, { ...row, actions: row.actions.filter((action) => !isUndecided(action)) });
  const all = [...rows.values()];
  const open = all.filter((row) => isRunning(row) && row.seq != null).map((row) => row.seq - 1);
  const top = Math.max(0, start.base, ...all.filter((row) => !isRunning(row)).map((row) => row.seq || 0));
  return {
    ...start, rows, outbox: withoutSent(start.outbox, rows), base: Math.min(top, ...open), resync: false, notice: null,
    conversation: frame.conversation, customer: frame.customer || null, widget: frame.widget || start.widget,
    mode: same && start.mode.mode === frame.mode ? start.mode : { mode: frame.mode || "bot" },
  };
}

function accepted(state, { id, message, seq }) {
  const item = state.outbox.find((entry) => entry.id === id);
  const known = state.rows.get(message);
  if (known) return upsert(state, { ...known, id, seq });
  if (!item) return state; // not ours to draw; the gap it leaves fetches the row
  return upsert(state, { message, seq, id, role: "customer", text: item.text, attachments: item.attachments, at: item.at, status: "sent", fresh: true });
}

function failed(state, frame) {
  if (rowOffering(state, frame.id)) {
    return { ...changeAction(state, frame.id, { status: frame.code === "action_expired" ? "expired" : "pending" }), notice: frame.detail };
  }
  if (!frame.id) return { ...state, notice: frame.detail || null };
  return {
    ...state,
    outbox: state.outbox.map((item) => item.id === frame.id
      ? { ...item, status: "failed", detail: frame.detail, retryable: frame.retryable !== false } : item),
  };
}

const handlers = {
  ready,
  accepted,
  message: (state, { type, ...item }) => upsert(state, item),
  "answer.started": (state, frame) => {
    const row = state.rows.get(frame.message);
    if (row && !isRunning(row)) return withRow(state, { ...row, reply_to: frame.reply_to });
    return withRow(state, { ...(row || newAnswer(frame.message)), reply_to: frame.reply_to });
  },
  "answer.status": (state, { message, stage, detail }) =>
    changeAnswer(state, message, (row) => ({ ...row, stage: { stage, detail } })),
  "answer.delta": (state, { message, offset, text }) =>
    changeAnswer(state, message, (row) => applyDelta(row, offset, text)),
  "answer.action": offered,
  "answer.finished": (state, { type, message, ...item }) =>
    upsert(state, { role: "bot", reply_to: state.rows.get(message)?.reply_to, ...item, message }),
  mode: (state, { type, ...mode }) => ({ ...state, mode }),
  error: failed,

  "local.send": (state, { item }) =>
    ({ ...state, notice: null, outbox: [...state.outbox.filter((old) => old.id !== item.id), { ...item, status: "sending", behind: topSeq(state) }] }),
  "local.confirm": (state, { action }) => changeAction(state, action, { status: "sending" }),
  "local.change": (state, { message, change }) => {
    const row = state.rows.get(message);
    return row ? withRow(state, { ...row, ...change }) : state;
  },
  "local.reset": (state) => ({ ...initialState(), widget: state.widget }),
};

/** @param {ReturnType<typeof initialState>} state */
export function reduce(state, frame) {
  const handler = Object.hasOwn(handlers, frame.type) ? handlers[frame.type] : null;
  if (!handler) return state;
  const next = handler(state, frame);
  return frame.type === "ready" || next === state ? next : withGap(next);
}

/** What `hello` may claim to have: nothing at or after an answer whose end we have not seen. */
export function lastSeen(state) {
  let seen = state.base;
  for (const row of state.rows.values()) {
    if (isRunning(row)) seen = Math.min(seen, row.seq != null ? row.seq - 1 : state.rows.get(row.reply_to)?.seq ?? 0);
  }
  return Math.max(0, seen);
}

/** A running answer stands below its question, a message that could not be sent where it was written. */
function position(state, row) {
  if (row.status === "failed" && row.unsent) return row.behind + 0.7;
  return row.seq ?? (state.rows.get(row.reply_to)?.seq ?? Infinity) + 0.5;
}

const isNewer = (row, other) => (isRunning(row) ? Infinity : row.seq ?? 0) >= (isRunning(other) ? Infinity : other.seq ?? 0);

/** The list to draw: by seq, of several answers to one question only the newest, unconfirmed last. */
export function visible(state) {
  const newest = new Map();
  for (const row of state.rows.values()) {
    if (row.role !== "bot" || !row.reply_to) continue;
    const other = newest.get(row.reply_to);
    if (!other || isNewer(row, other)) newest.set(row.reply_to, row);
  }
  const rows = [...state.rows.values()].filter((row) => row.role !== "bot" || !row.reply_to || newest.get(row.reply_to) === row);
  const own = state.outbox.map((item) => ({ ...item, message: item.id, role: "customer", seq: null, unsent: true }));
  const placed = [...rows, ...own.filter((item) => item.status === "failed")];
  // a stable tie-break keeps the list the same whatever came first
  placed.sort((a, b) => position(state, a) - position(state, b) || (a.message < b.message ? -1 : 1));
  return [...placed, ...own.filter((item) => item.status !== "failed")];
}

export const runningAnswer = (state) => [...state.rows.values()].findLast(isRunning) || null;
