/**
 * How a row of the chat looks. Its words are chosen when it is drawn, so a row drawn again after the
 * language has changed speaks the new one.
 */

import { timesOf } from "./fold.js";
import { button, element, face, icon, nickElement } from "./dom.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").Entry} Entry
 * @typedef {import("./words.en.js").Word} Word
 *
 * @typedef {object} Item A row of the chat, and all that it needs to be drawn.
 * @property {"said"|"gift"|"line"|"emptied"|"gone"} look `gone` has no height: the true row stands elsewhere
 * @property {Entry} [entry]
 * @property {() => string|null} [say] the words of a line
 * @property {() => Word|null} [word] what the author of `said` is told beside it
 * @property {string} [tone] classes of a line
 * @property {string} [gift]
 * @property {number} [sum]
 * @property {boolean} [own]
 * @property {boolean} [open] a long text that is shown whole
 */

/** Longer texts are cut to some lines until somebody asks for the rest. */
const LONG_CHARACTERS = 420;
const LONG_LINES = 7;

/** @param {string} text */
export const isLong = (text) => text.length > LONG_CHARACTERS || text.split("\n", LONG_LINES + 1).length > LONG_LINES;

/**
 * @typedef {object} Ways
 * @property {(role: string) => string} role what a role is called in this room
 * @property {() => void} changed is called when the reader of a long one opens or closes it
 *
 * @param {Item} item @param {Ways} ways
 * @returns {HTMLElement}
 */
export function drawRow(item, ways) {
  switch (item.look) {
    case "said":
      return said(item, /** @type {Entry} */ (item.entry), ways);
    case "gift":
      return gift(item, /** @type {Entry} */ (item.entry));
    case "line":
      return boxed(`line ${item.tone ?? ""}`, item.say?.() ?? "");
    case "emptied":
      return boxed("line emptied", words.emptied);
    case "gone": {
      const row = element("li", "row");
      row.hidden = true;
      return row;
    }
  }
}

/** @param {string} className @param {string} text */
function boxed(className, text) {
  const row = element("li", `row ${className}`);
  row.append(element("p", "words", text));
  return row;
}

/** @param {Item} item @param {Entry} entry @param {Ways} ways */
function said(item, entry, ways) {
  const row = element("li", `row said ${entry.role ?? "app"} ${item.own ? "own" : ""}`);
  const text = entry.text || words.unreadable;
  const long = isLong(text);
  const body = element("div", "body");
  const line = element("p", long && !item.open ? "text cut" : "text");
  line.append(nickElement(entry));
  const role = ways.role(entry.role ?? "");
  if (role) line.append(element("span", "badge", role));
  if (entry.user == null) line.append(element("span", "badge", words.official));
  line.append(element("bdi", "words", text));
  const { total } = timesOf(entry);
  if (total > 1) line.append(element("b", "times", `× ${words.number(total)}`));
  body.append(line);
  if (long) {
    const more = button("quiet more", item.open ? words.longer.less : words.longer.more, () => {
      item.open = !item.open;
      ways.changed();
    });
    more.setAttribute("aria-expanded", String(item.open === true));
    body.append(more);
  }
  const word = item.word?.();
  if (word) body.append(wordElement(word));
  row.append(face(entry), body);
  return row;
}

/** @param {Item} item @param {Entry} entry */
function gift(item, entry) {
  const row = element("li", `row gift-row ${item.own ? "own" : ""}`);
  const [kind, sum] = [item.gift ?? "", item.sum ?? 1];
  row.append(icon(words.GIFTS[kind]?.icon ?? "heart"), nickElement(entry), element("span", "words", words.giftLine(kind, sum)));
  return row;
}

/** What an author is told. @param {Word} word */
export function wordElement(word) {
  const made = element("span", `word ${word.tone}`, word.text);
  if (word.help) made.append(" ", element("span", "help", word.help));
  return made;
}
