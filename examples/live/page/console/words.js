/** The console's sentences in the language that the pages speak; see `common/words.js` for how it is chosen. */

import { sentences } from "../common/sentences.js";

/** @type {Record<string, () => Promise<typeof import("./words.en.js")>>} */
const LANGUAGES = { en: () => import("./words.en.js"), zh: () => import("./words.zh.js") };

/** An import of it changes with the language. @type {typeof import("./words.en.js")} */
export let words;
/** Calls at once, and whenever the sentences are others. */
export const onWords = await sentences(LANGUAGES, (those) => (words = those));
