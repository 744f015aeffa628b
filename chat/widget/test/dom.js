// Just enough of a document to run the renderer without a browser.

class Text {
  nodeType = 3;
  constructor(data) {
    this.data = data;
  }
  appendData(more) {
    this.data += more;
  }
  get textContent() {
    return this.data;
  }
  get html() {
    return this.data.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }
}

const ATTRIBUTES = { className: "class", tabIndex: "tabindex", href: "href", target: "target", rel: "rel", start: "start", type: "type" };
const VOID = new Set(["br", "hr", "input"]);

class Element {
  nodeType = 1;
  childNodes = [];
  parentNode = null;
  constructor(localName) {
    this.localName = localName;
  }
  append(...nodes) {
    for (const node of nodes) this.appendChild(typeof node === "string" ? new Text(node) : node);
  }
  appendChild(node) {
    if (node.parentNode) node.parentNode.childNodes = node.parentNode.childNodes.filter((other) => other !== node);
    node.parentNode = this;
    this.childNodes.push(node);
    return node;
  }
  replaceWith(...nodes) {
    const parent = this.parentNode;
    const at = parent.childNodes.indexOf(this);
    const after = parent.childNodes.splice(at).slice(1);
    parent.append(...nodes, ...after.map((node) => Object.assign(node, { parentNode: null })));
  }
  replaceChildren() {
    this.childNodes = [];
  }
  get firstChild() {
    return this.childNodes[0];
  }
  get lastChild() {
    return this.childNodes.at(-1);
  }
  get textContent() {
    return this.childNodes.map((node) => node.textContent).join("");
  }
  set textContent(text) {
    this.childNodes = [];
    this.append(text);
  }
  get inner() {
    return this.childNodes.map((node) => node.html).join("");
  }
  get html() {
    const attributes = Object.entries(ATTRIBUTES).filter(([key]) => this[key] !== undefined).map(([key, name]) => ` ${name}="${this[key]}"`);
    const start = `<${this.localName}${attributes.join("")}>`;
    return VOID.has(this.localName) ? start : `${start}${this.inner}</${this.localName}>`;
  }
  *all() {
    for (const node of this.childNodes) {
      if (node.nodeType !== 1) continue;
      yield node;
      yield* node.all();
    }
  }
}

export const Node = { TEXT_NODE: 3 };
export const document = { createElement: (name) => new Element(name) };
