/** What every control does: it gives an order, says how that went, and counts bytes before it is too late. */

import { at } from "../common/dom.js";
import { bytesOf } from "./list.js";
import { words } from "./words.js";

/** How long it says that something went well; what went wrong stays. */
const GOOD_FOR_MS = 8_000;

/** What stands where, as a sentence that can be said again. @type {Map<HTMLElement, {say: () => string, timer: any}>} */
const standing = new Map();

/** @param {HTMLElement} where @param {() => string} say in the language of the moment @param {""|"good"|"bad"} tone */
export function answer(where, say, tone) {
  clear(where);
  where.textContent = say();
  where.dataset.tone = tone;
  standing.set(where, { say, timer: tone === "good" ? setTimeout(() => clear(where), GOOD_FOR_MS) : undefined });
}

/** @param {HTMLElement} where */
export function clear(where) {
  clearTimeout(standing.get(where)?.timer);
  standing.delete(where);
  where.textContent = "";
  where.dataset.tone = "";
}

/** After the language has changed: what stands there is said in it. */
export function sayAgain() {
  for (const [where, { say }] of standing) where.textContent = say();
}

/**
 * Waits for the room's answer to an order and says it.
 * @template T
 * @param {HTMLElement} where
 * @param {Promise<T>} order
 * @param {((done: T) => string)|null} good `null` says nothing
 * @param {(problem: any) => string} [bad]
 * @returns {Promise<boolean>} whether it was done
 */
export async function tell(where, order, good, bad = (problem) => words.problem(problem)) {
  answer(where, () => words.acts.working, "");
  try {
    const done = await order;
    if (good === null) clear(where);
    else answer(where, () => good(done), "good");
    return true;
  } catch (problem) {
    answer(where, () => bad(problem), "bad");
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
