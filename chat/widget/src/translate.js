// The widget's own words in the language of the page. English is built in; others are fetched by who needs them.

const FETCHED = ["de", "fr", "es"];
let words = {};
/** Of dates, too. Until something is known, the browser's own. */
export let language;

/** What the page says of itself, or else the browser. */
export const pageLanguage = () => document.documentElement.lang || navigator.language || "en";

/** Stays with English where there are no words, or they cannot be fetched: that is better than no chat. */
export async function speak(locale) {
  const wanted = locale.slice(0, 2).toLowerCase();
  const fetched = FETCHED.includes(wanted) && (await import(new URL(`words.${wanted}.js`, import.meta.url).href).catch(() => null));
  if (!fetched) return "en";
  words = fetched.words;
  language = wanted;
  return wanted;
}

/** The English text in that language, each {} filled in. */
export const t = (text = "", ...values) => (words[text] || text).replace(/\{\}/g, () => values.shift());
