/** What every control does: it gives an order, says how that went, and counts bytes before it is too late. */

import { at } from "../common/dom.js";
import { bytesOf } from "./list.js";
import { words } from "./words.js";

/** How long it says that something went well; what went wrong stays. */
const GOOD_FOR_MS = 8_000;

/** @type {WeakMap<HTMLElement, any>} */ const timers = new WeakMap();

/** @param {HTMLElement} where @param {string} text @param {""|"good"|"bad"} tone */
export function answer(where, text, tone) {
  clearTimeout(timers.get(where));
  where.textContent = text;
  where.dataset.tone = tone;
  if (tone === "good") timers.set(where, setTimeout(() => answer(where, "", ""), GOOD_FOR_MS));
}

/**
 * Waits for the room's answer to an order and says it.
 * @template T
 * @param {HTMLElement} where
 * @param {Promise<T>} order
 * @param {string|((done: T) => string)} good
 * @param {(problem: any) => string} [bad]
 * @returns {Promise<boolean>} whether it was done
 */
export async function tell(where, order, good, bad = (problem) => words.problem(problem)) {
  answer(where, words.acts.working, "");
  try {
    const done = await order;
    answer(where, typeof good === "string" ? good : good(done), "good");
    return true;
  } catch (problem) {
    answer(where, bad(problem), "bad");
    return false;
  }
}

/** @typedef {HTMLInputElement|HTMLTextAreaElement} Field */

/** How many bytes are left in a field that has `data-bytes`; its count stands in `#…-left`. @param {Field} field */
export function showLeft(field) {
  const left = Number(field.dataset.bytes) - bytesOf(field.value);
  const where = at(`${field.id}-left`);
  where.textContent = words.bytesLeft(left);
  where.classList.toggle("bad", left < 0);
  field.setCustomValidity(left < 0 ? words.bytesLeft(left) : "");
}

/** @param {string} id @returns {Field} */
export function counted(id) {
  const field = /** @type {Field} */ (at(id));
  field.addEventListener("input", () => showLeft(field));
  return field;
}

/** @param {string} id @param {(form: HTMLFormElement) => void} act */
export function onSubmit(id, act) {
  const form = /** @type {HTMLFormElement} */ (at(id));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(form);
  });
}
