/** Adds a style sheet to an element: once, whoever chats in it. False where it has it already. */
export function dress(host, css) {
  const worn = (host.worn ||= new Set());
  if (worn.has(css)) return false;
  worn.add(css);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  host.root.adoptedStyleSheets = [...host.root.adoptedStyleSheets, sheet];
  return true;
}
