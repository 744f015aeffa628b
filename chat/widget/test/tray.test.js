import assert from "node:assert/strict";
import { test } from "node:test";
import { Tray } from "../src/tray.js";

const file = (name, type = "image/png", size = 10) => ({ name, type, size });
const settled = () => new Promise((resolve) => setTimeout(resolve));

function trayOf({ session = "s1", answers = [] } = {}) {
  const client = { session, uploads: [], state: { widget: { images: { bytes: 100, most: 4 } } } };
  const tray = new Tray({ client, requestUpdate() {} }, { t: (text, ...values) => text.replace(/\{\}/g, () => values.shift()) });
  tray.upload = async (sent) => {
    client.uploads.push(sent.name);
    return answers.shift() || { status: "ready", image: { id: sent.name } };
  };
  return { client, tray };
}

test("images are uploaded in the order they were added, and taken once", async () => {
  const { tray } = trayOf();
  tray.add([file("a"), file("b")]);
  assert.equal(tray.isReady, false);
  await settled();
  assert.deepEqual(tray.take(), [{ id: "a" }, { id: "b" }]);
  assert.deepEqual(tray.take(), []);
});

test("what cannot be sent is refused before it is uploaded", async () => {
  const { client, tray } = trayOf();
  tray.add([file("a", "image/svg+xml")]);
  assert.match(tray.trouble, /PNG/);
  tray.add([file("a", "image/png", 101)]);
  assert.match(tray.trouble, /MB/);
  tray.add(["a", "b", "c", "d", "e"].map((name) => file(name)));
  assert.match(tray.trouble, /4 images/);
  await settled();
  assert.deepEqual(client.uploads, ["a", "b", "c", "d"]);
});

test("one that failed says why, waits to be tried again, and holds up no other", async () => {
  const { tray } = trayOf({ answers: [{ status: "failed", problem: "Away.", again: true }] });
  tray.add([file("a"), file("b")]);
  await settled();
  assert.deepEqual([tray.isReady, tray.trouble, tray.items[1].status], [false, "Away.", "ready"]);
  tray.retry(tray.items[0]);
  await settled();
  assert.deepEqual([tray.isReady, tray.trouble], [true, ""]);
});

test("files wait for a conversation, and are uploaded anew where it is another one", async () => {
  const { client, tray } = trayOf({ session: null });
  tray.add([file("a")]);
  await settled();
  assert.deepEqual(client.uploads, []);
  for (const session of ["s1", "s1", "s2"]) {
    client.session = session;
    await tray.resume();
    await settled();
  }
  assert.deepEqual(client.uploads, ["a", "a"]);
});

test("one that is removed while it is uploaded is not sent", async () => {
  const { tray } = trayOf();
  tray.add([file("a")]);
  tray.remove(tray.items[0]);
  await settled();
  assert.deepEqual(tray.take(), []);
});
