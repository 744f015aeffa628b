import assert from "node:assert/strict";
import { test } from "node:test";
import { asRead } from "../src/sources.js";

test("a quote is read without the marks of its page", () => {
  assert.equal(asRead("To return earlier, choose **Settings → Resume now**."), "To return earlier, choose Settings → Resume now.");
  assert.equal(asRead("- Write to `privacy@example.com`."), "Write to privacy@example.com.");
  assert.equal(asRead("2. Press **Stop** and `Esc`."), "Press Stop and Esc.");
});

test("what is no mark stays", () => {
  for (const quote of ["2 ** 3 is 8", "a ` alone", "29.50 euros", "5-10 days", ""]) assert.equal(asRead(quote), quote);
});
