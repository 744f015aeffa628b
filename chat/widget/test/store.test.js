import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { initialState, lastSeen, reduce, runningAnswer, visible } from "../src/store.js";

const READY = { type: "ready", conversation: "c1", session: "s", customer: null, widget: { name: "Help" }, mode: "bot", messages: [], answering: null };
const play = (frames, state = initialState()) => frames.reduce(reduce, state);
const list = (state) => visible(state).map(({ message, seq, role, text, status }) => ({ message, seq, role, text, status }));
const send = (id, text) => ({ type: "local.send", item: { id, text, at: "t" } });

const answer = (message, replyTo, seq, text, status = "complete") => [
  { type: "answer.started", message, reply_to: replyTo },
  { type: "answer.status", message, stage: "searching" },
  ...Array.from(text).map((char, offset) => ({ type: "answer.delta", message, offset, text: char })),
  { type: "answer.finished", message, seq, status, text, citations: [], answered: true, suggestions: [], reply_to: replyTo },
];

const TRANSCRIPT = [
  { type: "accepted", id: "u1", message: "m1", seq: 1 },
  ...answer("m2", "m1", 2, "Hé𝒳llo"),
  { type: "accepted", id: "u2", message: "m3", seq: 3 },
  ...answer("m4", "m3", 4, "half", "failed"),
  ...answer("m5", "m3", 5, "whole"),
  { type: "message", message: "m6", seq: 6, role: "agent", author: "Maya", text: "Hi", at: "t" },
  { type: "message", message: "m7", seq: 7, role: "customer", author: "", text: "other tab", at: "t" },
];
const STARTED = play([READY, send("u1", "one"), send("u2", "two")]);

test("any order and repetition of the frames gives the same list", () => {
  const expected = list(play(TRANSCRIPT, STARTED));
  assert.deepEqual(expected.map((row) => row.message), ["m1", "m2", "m3", "m5", "m6", "m7"]);

  const shuffled = fc.array(fc.constantFrom(...TRANSCRIPT), { maxLength: 20 })
    .chain((extra) => fc.shuffledSubarray([...TRANSCRIPT, ...extra], { minLength: TRANSCRIPT.length + extra.length }));
  fc.assert(fc.property(shuffled, (frames) => {
    const state = play(frames, STARTED);
    assert.deepEqual(list(state), expected);
    assert.equal(state.resync, false);
    assert.equal(lastSeen(state), 7);
  }), { numRuns: 800 });
});

test("pieces of a running answer fit together in any order, counted in code points", () => {
  const [, , ...deltas] = answer("m2", "m1", 2, "a𝒳é😀z").slice(0, -1);
  fc.assert(fc.property(fc.shuffledSubarray([...deltas, ...deltas], { minLength: deltas.length * 2 }), (frames) => {
    assert.equal(runningAnswer(play(frames, STARTED)).text, "a𝒳é😀z");
  }));
});

test("a piece that differs replaces the text from there on", () => {
  const frames = [[0, "one two"], [4, "six"]].map(([offset, text]) => ({ type: "answer.delta", message: "m2", offset, text }));
  assert.equal(runningAnswer(play(frames, STARTED)).text, "one six");
});

test("a missing piece asks for a new hello", () => {
  const state = play([{ type: "answer.delta", message: "m2", offset: 5, text: "late" }], STARTED);
  assert.equal(state.resync, true);
  assert.equal(runningAnswer(state).text, "");
});

test("a hole in seq asks for a new hello, a running answer explains one", () => {
  const later = { type: "message", message: "m9", seq: 2, role: "agent", text: "x", at: "t" };
  assert.equal(play([later], STARTED).resync, true);
  assert.equal(play([{ type: "answer.started", message: "m8", reply_to: "m1" }, later], STARTED).resync, false);
});

test("hello claims nothing after an answer whose end was not seen", () => {
  const state = play([
    { type: "accepted", id: "u1", message: "m1", seq: 1 },
    { type: "answer.started", message: "m2", reply_to: "m1" },
    { type: "accepted", id: "u2", message: "m3", seq: 3 },
  ], STARTED);
  assert.equal(lastSeen(state), 1);
});

test("reconnecting merges what was missed and keeps unsent text", () => {
  const dropped = play([{ type: "answer.delta", message: "m2", offset: 0, text: "Hel" }, send("u3", "three")], STARTED);
  const back = play([{ ...READY, answering: null, messages: [
    { message: "m1", seq: 1, role: "customer", text: "one", id: "u1", at: "t" },
    { message: "m2", seq: 2, role: "bot", text: "Hello", status: "complete", reply_to: "m1", at: "t" },
  ] }], dropped);
  assert.deepEqual(visible(back).map((row) => row.text), ["one", "Hello", "two", "three"]);
  assert.equal(back.resync, false);
});

test("an answer the server no longer runs is not left running", () => {
  const dropped = play([{ type: "answer.delta", message: "m2", offset: 0, text: "Hel" }], STARTED);
  assert.equal(visible(play([READY], dropped))[0].status, "interrupted");
});

test("another conversation starts empty", () => {
  const state = play([...TRANSCRIPT, { ...READY, conversation: "c2" }], STARTED);
  assert.deepEqual(visible(state), []);
});

test("an error marks the message it names, and only that", () => {
  const state = play([{ type: "error", code: "too_fast", detail: "Wait a moment.", retryable: true, id: "u1" }], STARTED);
  assert.deepEqual(visible(state).map((row) => row.status), ["failed", "sending"]);
  assert.equal(visible(state)[0].detail, "Wait a moment.");
});

test("unknown frames and odd types change nothing", () => {
  for (const type of ["typing", "nonsense", "constructor", "__proto__", undefined]) assert.equal(reduce(STARTED, { type }), STARTED);
});

const OFFER = { type: "answer.action", message: "m2", action: "a1", title: "Open a ticket", summary: "…", expires: "2030-01-01T00:00:00Z", status: "pending" };
const offersIn = (state) => visible(state).flatMap(({ message, actions }) => (actions || []).map(({ action, status }) => [message, action, status]));

test("an offer stands under its answer once, and what was decided stays decided", () => {
  const settled = { ...OFFER, status: "approved" };
  const frames = [OFFER, OFFER, { type: "local.confirm", action: "a1" }, OFFER, settled, OFFER];
  const seen = frames.map((_, count) => offersIn(play(frames.slice(0, count + 1), play(TRANSCRIPT, STARTED))));
  assert.deepEqual(seen.flat().map((offer) => offer.join()), ["pending", "pending", "sending", "sending", "approved", "approved"].map((status) => `m2,a1,${status}`));
});

test("an offer that is made again moves to the newer answer", () => {
  assert.deepEqual(offersIn(play([...TRANSCRIPT, OFFER, { ...OFFER, message: "m5" }], STARTED)), [["m5", "a1", "pending"]]);
});

test("an offer that is withdrawn is gone", () => {
  const withdrawn = { ...OFFER, status: "withdrawn" };
  assert.deepEqual(offersIn(play([...TRANSCRIPT, OFFER, withdrawn, OFFER, withdrawn], STARTED)), []);
  assert.deepEqual(offersIn(play([withdrawn, { ...OFFER, action: "a2" }], STARTED)), [["m2", "a2", "pending"]]);
});

test("an offer outlives the end of its answer", () => {
  assert.deepEqual(offersIn(play([OFFER, ...answer("m2", "m1", 2, "Yes?")], STARTED)), [["m2", "a1", "pending"]]);
});

test("after a new hello only what the server still offers is open", () => {
  const before = play([...TRANSCRIPT, OFFER, { ...OFFER, action: "a2" }, { type: "local.confirm", action: "a2" }], STARTED);
  assert.deepEqual(offersIn(play([READY, OFFER], before)), [["m2", "a1", "pending"]]);
});

test("a click that was refused can be made again, one that came too late cannot", () => {
  const clicked = play([...TRANSCRIPT, OFFER, { type: "local.confirm", action: "a1" }], STARTED);
  const refused = (code) => play([{ type: "error", code, detail: "No.", id: "a1" }], clicked);
  assert.deepEqual(offersIn(refused("not_found")), [["m2", "a1", "pending"]]);
  assert.deepEqual(offersIn(refused("action_expired")), [["m2", "a1", "expired"]]);
  assert.equal(refused("not_found").notice, "No.");
});
