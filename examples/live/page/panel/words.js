/**
 * The panel's sentences in the language that the pages speak; see `words.js` for how it is chosen.
 */

import { language, onSpeak } from "../common/words.js";

/** @type {Record<string, () => Promise<typeof import("./words.en.js")>>} */
const LANGUAGES = { en: () => import("./words.en.js"), zh: () => import("./words.zh.js") };

/** An import of it changes with the language. */
export let words = await LANGUAGES[language]();

/** @type {(() => void)[]} */ const hearers = [];

/** Calls at once, and whenever the sentences are others. @param {() => void} hear */
export function onWords(hear) {
  hearers.push(hear);
  hear();
}

onSpeak(async () => {
  words = await LANGUAGES[language]();
  for (const hear of hearers) hear();
});
