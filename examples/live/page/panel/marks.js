/** People as the staff see them: whoever is heard by nobody but themselves has a mark that only the staff see. */

import { element, nickElement } from "../common/dom.js";
import { words } from "./words.js";

/** @typedef {{user?: string|null, nick?: string}} Person */

/** As the host has it, the first hundred. @type {Set<string>} */ let shadowed = new Set();

/** @param {Iterable<string>} users @returns {boolean} whether they are others than before */
export function mark(users) {
  const now = new Set(users);
  const same = now.size === shadowed.size && [...now].every((user) => shadowed.has(user));
  shadowed = now;
  return !same;
}

/** @param {string|null|undefined} user */
export const isShadowed = (user) => user != null && shadowed.has(user);

/** The nick, and the mark. @param {Person} person @returns {Node[]} */
export function named(person) {
  const nick = nickElement({ user: person.user, nick: person.nick ?? "" });
  if (!isShadowed(person.user)) return [nick];
  const sign = element("span", "shadow-mark", "◐");
  sign.title = words.staff.people.shadowed;
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", words.staff.people.shadowed);
  return [nick, sign];
}
