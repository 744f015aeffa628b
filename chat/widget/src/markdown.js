// Markdown to DOM nodes while it streams: text nodes and a fixed set of elements, never innerHTML.
// No images (their alt text stays), no address that links.js refuses.
import * as smd from "streaming-markdown";
import { hostAllowed, linkElement, safeHref } from "./links.js";

const TAGS = {
  [smd.BLOCKQUOTE]: "blockquote", [smd.PARAGRAPH]: "p", [smd.LINE_BREAK]: "br", [smd.RULE]: "hr",
  [smd.HEADING_1]: "h3", [smd.HEADING_2]: "h3", [smd.HEADING_3]: "h4", [smd.HEADING_4]: "h4",
  [smd.HEADING_5]: "h4", [smd.HEADING_6]: "h4", [smd.ITALIC_AST]: "em", [smd.ITALIC_UND]: "em",
  [smd.STRONG_AST]: "strong", [smd.STRONG_UND]: "strong", [smd.STRIKE]: "s", [smd.CODE_INLINE]: "code",
  [smd.CODE_BLOCK]: "pre", [smd.CODE_FENCE]: "pre", [smd.EQUATION_BLOCK]: "code", [smd.EQUATION_INLINE]: "code",
  [smd.LIST_UNORDERED]: "ul", [smd.LIST_ORDERED]: "ol", [smd.LIST_ITEM]: "li", [smd.CHECKBOX]: "input",
  [smd.TABLE]: "table", [smd.TABLE_ROW]: "tr", [smd.TABLE_CELL]: "td",
};
const DELIMITERS = {
  [smd.ITALIC_AST]: "*", [smd.ITALIC_UND]: "_", [smd.STRONG_AST]: "**", [smd.STRONG_UND]: "__", [smd.STRIKE]: "~~",
};
const MARKER = /^\d{1,2}(?:\s*,\s*\d{1,2})*$/;
const URL_END = /[<>"[\]`|*].*$|[.,;:!?)'"]+$/s;

const element = (tag) => document.createElement(tag);

/** Replaces a wrapper by what it holds, with literal text before and after. */
function unwrap(node, before, after) {
  node.replaceWith(before, ...node.childNodes, after);
}

function makeNode(type, parent) {
  if (type === smd.CHECKBOX) {
    const box = element("input");
    box.type = "checkbox";
    box.disabled = true;
    return box;
  }
  if (type === smd.TABLE_CELL && parent === parent.parentNode.firstChild) return element("th");
  const node = element(TAGS[type] || "span");
  if (type === smd.TABLE) parent.appendChild(element("div")).className = "table";
  if (type === smd.CODE_FENCE || type === smd.CODE_BLOCK) node.tabIndex = 0; // scrolls sideways
  return node;
}

/** @param {{citation?: (numbers: number[]) => Node, hosts?: string[]}} options */
function renderer(root, options) {
  const open = [{ type: smd.DOCUMENT, node: root }];
  const top = () => open[open.length - 1];
  let parser = null;

  function finishLink({ node, href }) {
    const safe = href === undefined ? null : safeHref(href.trim().split(/\s/)[0]);
    if (safe && hostAllowed(safe, options.hosts)) {
      const link = linkElement(safe);
      link.append(...node.childNodes);
      node.replaceWith(link);
    } else if (href !== undefined) {
      unwrap(node, "", "");
    } else if (options.citation && parser.pending === "]" && MARKER.test(node.textContent)) {
      node.replaceWith(options.citation(node.textContent.split(",").map(Number)));
    } else {
      unwrap(node, "[", parser.pending === "]" ? "]" : "");
    }
  }

  function finishRawUrl({ node }) {
    const text = node.textContent;
    const tail = URL_END.exec(text)?.[0] || "";
    const address = text.slice(0, text.length - tail.length);
    const safe = safeHref(address);
    if (!safe || !hostAllowed(safe, options.hosts)) return unwrap(node, "", "");
    const link = linkElement(safe);
    link.textContent = address;
    node.replaceWith(link, tail);
  }

  function end() {
    const closed = open.pop();
    if (closed.type === smd.LINK) finishLink(closed);
    else if (closed.type === smd.RAW_URL) finishRawUrl(closed);
    else if (DELIMITERS[closed.type] && parser.pending[0] !== DELIMITERS[closed.type][0]) {
      unwrap(closed.node, DELIMITERS[closed.type], ""); // never closed, so it was no emphasis
    }
  }

  const callbacks = {
    data: null,
    add_token(_, type) {
      const parent = top().node;
      const node = makeNode(type, parent);
      (type === smd.TABLE ? parent.lastChild : parent).append(node);
      open.push({ type, node, href: undefined });
    },
    end_token: end,
    add_text(_, text) {
      const { node } = top();
      if (node.lastChild?.nodeType === Node.TEXT_NODE) node.lastChild.appendData(text);
      else node.append(text);
    },
    set_attr(_, type, value) {
      const current = top();
      if (type === smd.HREF && current.type === smd.LINK) current.href = value;
      if (type === smd.START && /^\d{1,6}$/.test(value)) current.node.start = Number(value);
      if (type === smd.CHECKED) current.node.checked = true;
    },
  };
  parser = smd.parser(callbacks);
  const endAll = () => {
    while (open.length > 1) end();
  };
  return { parser, endAll };
}

/** The innermost open element, whatever the parser is looking at just now. */
const innermost = ({ tokens, len }) => tokens[len];
const CODE = new Set([smd.CODE_INLINE, smd.CODE_FENCE, smd.CODE_BLOCK]);
const inCode = (parser) => CODE.has(innermost(parser)) || parser.pending[0] === "`" || parser.indent_len > 3;
const inLinkAddress = ({ token, pending }) => (token === smd.LINK || token === smd.IMAGE) && pending.startsWith("](");
const inAddress = (parser) => parser.token === smd.RAW_URL || inLinkAddress(parser);
const isWord = (char) => /[\p{L}\p{N}_]/u.test(char);

const count = (text, part) => text.split(part).length - 1;

/** One piece of Markdown that grows. `update` takes the whole text each time and writes only what is new. */
export class Markdown {
  #written = "";
  #ended = false;

  constructor(root, options = {}) {
    this.root = root;
    this.options = options;
    this.#restart();
  }

  update(text, ended) {
    if (text === this.#written && ended === this.#ended) return;
    // The end is written anew: how a text was cut into pieces on its way must not show in what stays.
    if (ended || this.#ended || !text.startsWith(this.#written)) this.#restart();
    try {
      this.#write(text, ended);
    } catch (error) {
      console.warn("supportbot: shown as plain text", error);
      this.root.textContent = text;
      this.#written = text;
      this.#ended = true;
    }
  }

  #restart() {
    this.root.replaceChildren();
    this.#written = "";
    this.#ended = false;
    Object.assign(this, renderer(this.root, this.options));
  }

  #write(text, ended) {
    let before = this.#written.at(-1) || "";
    const chars = Array.from(text.slice(this.#written.length));
    for (let i = 0; i < chars.length; i += 1) {
      if (i + 1 === chars.length && !ended && "_$\\".includes(chars[i])) break; // the next character decides
      this.#feed(chars[i], before, chars[i + 1] || "");
      before = chars[i];
      this.#written += chars[i];
    }
    if (!ended) return;
    smd.parser_end(this.parser);
    this.endAll();
    this.#ended = true;
  }

  /** Keeps the parser from reading snake_case as emphasis, $ as maths, and an open link over a line end. */
  #feed(char, before, after) {
    const { parser } = this;
    if (inLinkAddress(parser)) return this.#feedAddress(char);
    const joins = char === "_" && isWord(before) && isWord(after);
    const maths = (char === "$" && !/^[\d\s:);,!.?\]]/.test(after)) || (char === "\\" && /[([]/.test(after));
    if ((joins || maths) && before !== "\\" && !inCode(parser) && !inAddress(parser)) smd.parser_write(parser, "\\");
    smd.parser_write(parser, char);
  }

  /** The parser ends an address at the first bracket; ours may hold pairs of them and end with the line. */
  #feedAddress(char) {
    const { parser } = this;
    const inPair = count(parser.pending, "%28") > count(parser.pending, "%29");
    if (char === "\n") smd.parser_write(parser, ")\n");
    else smd.parser_write(parser, char === "(" ? "%28" : char === ")" && inPair ? "%29" : char);
  }
}
