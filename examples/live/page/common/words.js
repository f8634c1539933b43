/**
 * Which language the page speaks. Its sentences are in `words.en.js` and `words.zh.js`, which have the
 * same exports; only the one in use is loaded.
 *
 * ```js
 * import { onSpeak, say, words } from "./words.js";
 * onSpeak(() => say(document));        // now, and again whenever the language changes
 * row.textContent = words.newer(12);   // always in the language of this moment
 * ```
 *
 * In HTML, `data-say="key"` is an element's text, `data-say-label`, `data-say-title` and `data-say-hint` its
 * `aria-label`, `title` and `placeholder`; the keys are those of `words.page`.
 */

import { browser } from "./store.js";

/** @typedef {"en"|"zh"} Language */

/** @type {Record<Language, () => Promise<typeof import("./words.en.js")>>} */
const LANGUAGES = { en: () => import("./words.en.js"), zh: () => import("./words.zh.js") };
const ATTRIBUTES = { sayLabel: "aria-label", sayTitle: "title", sayHint: "placeholder" };

/**
 * The one chosen before, if it is one of ours; else the first of the browser's that is.
 * @param {string|null} kept
 * @param {readonly string[]} wanted
 * @returns {Language}
 */
export function choose(kept, wanted) {
  const ours = [String(kept), ...wanted].map((tag) => tag.toLowerCase().split("-")[0]);
  return /** @type {Language} */ (ours.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? "en");
}

/** @type {Language} */
export let language = choose(browser.read("language"), globalThis.navigator?.languages ?? []);
/** The sentences of the language in use: an import of it changes with the language. */
export let words = await LANGUAGES[language]();

/** @type {(() => void)[]} */
const hearers = [];

/** Calls at once, and whenever the language has changed. @param {() => void} hear */
export function onSpeak(hear) {
  hearers.push(hear);
  hear();
}

/** Speaks another language from now on, and after a reload. @param {Language} next */
export async function speak(next) {
  words = await LANGUAGES[next]();
  language = next;
  browser.write("language", next);
  for (const hear of hearers) hear();
}

/**
 * Fills in the texts that stand in the HTML.
 * @param {ParentNode} root
 * @param {Record<string, string>} table a page of another kind brings its own
 */
export function say(root, table = words.page) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
  for (const found of root.querySelectorAll("[data-say], [data-say-label], [data-say-title], [data-say-hint]")) {
    const { dataset } = /** @type {HTMLElement} */ (found);
    const text = table[dataset.say ?? ""];
    if (text !== undefined) found.textContent = text;
    for (const [from, attribute] of Object.entries(ATTRIBUTES)) {
      const value = table[dataset[from] ?? ""];
      if (value !== undefined) found.setAttribute(attribute, value);
    }
  }
}
