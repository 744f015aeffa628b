// What a model could be talked into writing, cut at every character: the same harmless nodes come out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { document, Node } from "./dom.js";

Object.assign(globalThis, { document, Node });
const { Markdown } = await import("../src/markdown.js");
const { safeHref, hostAllowed } = await import("../src/links.js");

const PAYLOADS = JSON.parse(readFileSync(new URL("../../../tests/payloads.json", import.meta.url), "utf8"));
const HOSTS = ["docs.example", "127.0.0.1"];
const HARMLESS = /^(?:blockquote|p|br|hr|h3|h4|em|strong|s|code|pre|ul|ol|li|input|div|table|tr|th|td|span|a)$/;

function rendered(text, pieces) {
  const root = document.createElement("div");
  const markdown = new Markdown(root, { hosts: HOSTS });
  let soFar = "";
  for (const piece of pieces) {
    markdown.update((soFar += piece), false);
    harmless(root);
  }
  markdown.update(text, true);
  return harmless(root);
}

function harmless(root) {
  for (const node of root.all()) {
    assert.match(node.localName, HARMLESS);
    if (node.localName === "input") assert.equal(node.type, "checkbox");
    if (node.localName !== "a") continue;
    assert.equal(new URL(node.href).hostname, "docs.example");
    assert.equal(node.rel, "noopener noreferrer nofollow");
  }
  return root.inner;
}

for (const payload of PAYLOADS) {
  test(`it shows ${JSON.stringify(payload).slice(0, 70)} as text`, () => {
    for (const text of [payload, `See ${payload} now.`, `- **a** ${payload}\n- b`, `Text\n\n${payload}\n\nmore [1]`]) {
      const whole = rendered(text, [text]);
      assert.equal(rendered(text, Array.from(text)), whole);
      for (let at = 1; at < text.length && text.length < 200; at += 1) assert.equal(rendered(text, [text.slice(0, at), text.slice(at)]), whole);
    }
  });
}

test("it links to no address that could be taken for another, and to no host but the company's own", () => {
  const refused = ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://docs.example/1", "//docs.example",
    "\\\\docs.example", "/docs", "https://docs.example@evil.example", "https://a:b@docs.example", "https://docs.example\u200b/x y", `https://docs.example/${"q".repeat(2048)}`,
    "https://docs.example/\n", "", null];
  for (const href of refused) assert.equal(safeHref(href), null);
  const elsewhere = ["https://evil.example", "https://docs.example.evil.example", "https://docs.еxample", "https://docs.example%2eevil.example",
    "https://xdocs.example", "http://docs.example.:80@x"];
  for (const href of elsewhere) {
    const safe = safeHref(href);
    assert.ok(safe === null || !hostAllowed(safe, HOSTS), href);
  }
  assert.ok(hostAllowed(safeHref("https://docs.example/a?b=c#d"), HOSTS));
});
