import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { document, Node } from "./dom.js";

Object.assign(globalThis, { document, Node });
const { Markdown } = await import("../src/markdown.js");

const marker = (numbers) => {
  const node = document.createElement("sup");
  node.textContent = numbers.join();
  return node;
};

function render(text, { pieces = [text], ...options } = {}) {
  const root = document.createElement("div");
  const markdown = new Markdown(root, options);
  let soFar = "";
  for (const piece of pieces) markdown.update((soFar += piece), false);
  markdown.update(text, true);
  return root;
}
const rendered = (text, options) => render(text, options).inner;

const same = (text, html, options) => assert.equal(rendered(text, options), html);

test("it renders the usual elements", () => {
  same("# Plan\n\nHello **bold** and *em* and `code`.", "<h3>Plan</h3><p>Hello <strong>bold</strong> and <em>em</em> and <code>code</code>.</p>");
  same("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>");
  same("```sh\n$ npm i some_pkg_name $HOME\n```", '<pre tabindex="0">$ npm i some_pkg_name $HOME</pre>');
  same("| a | b |\n|---|---|\n| 1 | 2 |", '<div class="table"><table><tr><th> a </th><th> b </th></tr><tr><td> 1 </td><td> 2 </td></tr></table></div>');
});

test("it leaves names, money and lone stars as they are", () => {
  same("set service_role_key, $USD and $HOME", "<p>set service_role_key, $USD and $HOME</p>");
  same("a `$x_y_z` here", "<p>a <code>$x_y_z</code> here</p>");
  same("the _id field", "<p>the _id field</p>");
  same("the *args of it\n\nnext", "<p>the *args of it</p><p>next</p>");
});

test("it makes citation markers only of numbers in brackets", () => {
  same("Yes [1][2] [3, 4].", "<p>Yes <sup>1</sup><sup>2</sup> <sup>3,4</sup>.</p>", { citation: marker });
  same("an [array] and [x", "<p>an [array] and [x</p>", { citation: marker });
});

test("it links only to safe addresses", () => {
  const link = (href, text = href) => `<a href="${href}" target="_blank" rel="noopener noreferrer nofollow">${text}</a>`;
  same("[ok](https://a.test/x_y_z)", `<p>${link("https://a.test/x_y_z", "ok")}</p>`);
  same("[pair](https://a.test/b_(c)) end", `<p>${link("https://a.test/b_%28c%29", "pair")} end</p>`);
  same("see https://a.test/x_y. Or", `<p>see ${link("https://a.test/x_y")}. Or</p>`);
  same("[in](https://a.test/) [out](https://b.test/)", `<p>${link("https://a.test/", "in")} out</p>`, { hosts: ["a.test"] });
  const refused = ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//evil.test", "https://good@evil.test", "vbscript:x",
    "/relative", "java\tscript:x", `https://a.test/${"q".repeat(2000)}`];
  for (const href of refused) same(`[label](${href})`, "<p>label</p>");
});

test("it never makes an image or raw HTML", () => {
  same("![chart](https://evil.test/x.png)", "<p><span>chart</span></p>");
  same("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>");
  same("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
});

test("an open link does not swallow the next paragraph", () => {
  assert.match(rendered("[a](https://a.test/\n\nThe rest"), /The rest/);
});

const ALPHABET = ["a", "b c", " ", "\n", "\n\n", "*", "**", "_", "`", "```\n", "[", "]", "](", ")", "!", "#", "# ", "> ", "- ", "1. ", "|", "$", "\\",
  "<", "<script>", "https://a.test", "javascript:x", "[1]", "~~", "é", "𝒳", "    "];
const markdownText = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 40 }).map((parts) => parts.join(""));
const SAFE = /^(?:div|blockquote|p|br|hr|h3|h4|em|strong|s|code|pre|ul|ol|li|input|table|tr|th|td|span|a|sup)$/;

test("however it is cut into pieces, the same safe nodes come out", () => {
  fc.assert(fc.property(markdownText, fc.integer({ min: 1, max: 5 }), (text, size) => {
    const chars = Array.from(text);
    const pieces = [];
    for (let at = 0; at < chars.length; at += size) pieces.push(chars.slice(at, at + size).join(""));
    const whole = render(text, { citation: marker });
    assert.equal(rendered(text, { pieces, citation: marker }), whole.inner);
    for (const node of whole.all()) {
      assert.match(node.localName, SAFE);
      if (node.localName === "a") assert.match(node.href, /^https:/);
    }
  }), { numRuns: 1500 });
});
