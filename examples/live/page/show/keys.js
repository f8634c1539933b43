/**
 * Single keys that do something, and the list of them. They can be switched off, for those whose way of
 * typing (speech, say) sends keys that were not meant.
 */

import { at, element } from "../common/dom.js";
import { browser } from "../common/store.js";
import { onSpeak, words } from "../common/words.js";

/** @typedef {"write"|"like"|"rose"|"cake"|"rocket"|"pause"|"comments"|"help"} Act */

/** @type {Record<string, Act>} */
const KEYS = { "/": "write", l: "like", 1: "rose", 2: "cake", 3: "rocket", p: "pause", c: "comments", "?": "help" };

/**
 * What a key asks for, if anything: not while somebody types, nor together with a key of the system's.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, repeat?: boolean, isComposing?: boolean}} event
 * @param {{typing: boolean, enabled: boolean}} where
 * @returns {Act|null}
 */
export function actOf(event, { typing, enabled }) {
  if (typing || !enabled || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : "";
  return Object.hasOwn(KEYS, key) ? KEYS[key] : null;
}

/** @param {EventTarget|null} target */
const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** @param {(act: Act) => void} act @returns {() => void} opens the list */
export function listenToKeys(act) {
  /** @type {HTMLDialogElement} */ const dialog = at("help");
  /** @type {HTMLInputElement} */ const enabled = at("single-keys");
  enabled.checked = browser.read("single keys") !== false;
  enabled.addEventListener("change", () => browser.write("single keys", enabled.checked));
  const help = () => (dialog.open ? dialog.close() : dialog.showModal());
  at("help-close").addEventListener("click", () => dialog.close());
  onSpeak(() => {
    at("shortcuts").replaceChildren(
      ...words.shortcuts.flatMap(([keys, what]) => {
        const term = element("dt", "");
        term.append(...keys.split(" ").flatMap((key, n) => [n > 0 ? " " : "", element("kbd", "", key)]));
        return [term, element("dd", "", what)];
      }),
    );
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) /** @type {HTMLElement} */ (event.target).blur();
    const wish = actOf(event, { typing: isTyping(event.target), enabled: enabled.checked });
    if (!wish || (dialog.open && wish !== "help")) return;
    event.preventDefault();
    if (wish === "help") help();
    else act(wish);
  });
  return help;
}
