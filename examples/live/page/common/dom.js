/**
 * Small helpers for building the page. Every word that came over the wire gets into it as text and in
 * no other way.
 */

import "./icons.js";
import { words } from "./words.js";

/** @typedef {import("../liveroom.js").Entry} Entry */

const HUES = 12;

/** The element with this id, which the page's HTML has. @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export const at = (id) => /** @type {T} */ (document.getElementById(id));

/** @param {string} tag @param {string} className @param {string} [text] */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** @param {string} className @param {string} text @param {() => void} act @returns {HTMLButtonElement} */
export function button(className, text, act) {
  const made = /** @type {HTMLButtonElement} */ (element("button", className, text));
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** @param {string} name of a symbol in the page */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** Shows a text, or hides its place. @param {HTMLElement} where @param {string|null} text */
export function showText(where, text) {
  where.hidden = text === null;
  if (where.textContent !== (text ?? "")) where.textContent = text ?? "";
}

/**
 * Shows a text of a live region, and beside it a countdown for the eye alone: a region says anew whatever changes
 * in it, and that would be every second.
 * @param {HTMLElement} where @param {string|null} text @param {string|null} [countdown]
 */
export function showCounted(where, text, countdown = null) {
  if (where.childElementCount === 0) {
    const counting = element("span", "countdown");
    counting.setAttribute("aria-hidden", "true");
    where.replaceChildren(element("span", ""), " ", counting);
  }
  const [said, counting] = /** @type {HTMLElement[]} */ ([...where.children]);
  where.hidden = text === null;
  showText(said, text);
  showText(counting, countdown);
}

/** A colour of its own for each user, by the id, which nobody can choose to look like another's nick. @param {string} id */
export function hue(id) {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return `hue-${hash % HUES}`;
}

/** What the sender of an entry is called: the app has no user, and a nick may be empty. @param {Pick<Entry, "nick"|"user">} entry */
export const nickOf = (entry) => entry.nick || entry.user || words.nobody;

/** Marks with which a text turns around what stands beside it. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A stranger's words within a sentence of ours, which they may not turn around. @param {string} text */
export const within = (text) => `\u2068${text.replace(TURNS, "")}\u2069`;

/** @param {Pick<Entry, "nick"|"user">} entry */
export const nickElement = (entry) => element("bdi", `nick ${hue(entry.user ?? "")}`, nickOf(entry));

/** A disc with the first character of the nick. The avatar is not used: whatever address stands there, each viewer would ask for it, and this host has no pictures. @param {Pick<Entry, "nick"|"user">} entry */
export function face(entry) {
  const [initial = "·"] = nickOf(entry).trim().toUpperCase();
  const disc = element("span", `face ${hue(entry.user ?? "")}`, initial);
  disc.setAttribute("aria-hidden", "true");
  return disc;
}

/** One that cannot be shown does not hide the others. @template {{seq?: number}} T @param {T[]} entries @param {(entry: T) => void} act */
export function each(entries, act) {
  for (const entry of entries) {
    try {
      act(entry);
    } catch (problem) {
      console.warn("an entry could not be shown", entry?.seq, problem);
    }
  }
}
