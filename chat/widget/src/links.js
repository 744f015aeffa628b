// Which addresses may become links. Everything else stays plain text.

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const LONGEST = 2000;

/**
 * @param {string} value
 * @param {string} [base] for our own relative addresses; text written by a model gets none
 * @returns {string | null}
 */
export function safeHref(value, base) {
  if (!value || value.length > LONGEST || /[\s\\\u0000-\u001f]/.test(value) || value.startsWith("//")) return null;
  let url;
  try {
    url = new URL(value, base);
  } catch {
    return null;
  }
  // https://bank.com@evil.com reads like bank.com
  if (!SCHEMES.has(url.protocol) || url.username || url.password) return null;
  return url.href;
}

/** The host allow-list comes from the server (`widget.link_hosts`); without one every web address may be clicked. */
export function hostAllowed(href, hosts) {
  if (!hosts) return true;
  const { protocol, hostname } = new URL(href);
  return protocol === "mailto:" || hosts.includes(hostname);
}

export function linkElement(href) {
  const link = document.createElement("a");
  link.href = href;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}
