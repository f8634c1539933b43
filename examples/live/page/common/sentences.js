/**
 * The sentences that a page has beside the common ones, in the language that the pages speak.
 *
 * ```js
 * export let words;
 * export const onWords = await sentences(LANGUAGES, (those) => (words = those));
 * ```
 */

import { language, onSpeak } from "./words.js";

/**
 * Gives the sentences of the language in use, before it returns and whenever the language has changed.
 * @template T
 * @param {Record<import("./words.js").Language, () => Promise<T>>} languages
 * @param {(words: T) => void} take
 * @returns {Promise<(hear: () => void) => void>} calls what it is given, at once and whenever the sentences are others
 */
export async function sentences(languages, take) {
  /** @type {(() => void)[]} */ const hearers = [];
  const load = async () => take(await languages[language]());
  await load();
  onSpeak(async () => {
    await load();
    for (const hear of hearers) hear();
  });
  return (hear) => {
    hearers.push(hear);
    hear();
  };
}
