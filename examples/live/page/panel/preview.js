/** What the list that is being written would have met, of what was said in the last minutes. */

import { at, element, nickElement } from "../common/dom.js";
import { words } from "./words.js";

/**
 * @typedef {{message: number, user: string|null, nick: string, text: string, treatment: string, term: string, words: string}} Met
 * @typedef {{since: number, judged: number, tag: number, mask: number, hold: number, block: number, met: Met[]}} Preview
 */

export class PreviewList {
  /** @type {Preview|null} */ #told = null;

  /** @param {Preview|null} preview nothing hides it */
  show(preview) {
    this.#told = preview;
    at("preview").hidden = preview === null;
    this.name();
  }

  /** After the language has changed. */
  name() {
    if (this.#told === null) return;
    at("preview-says").textContent = words.preview.says(this.#told, words.clock(this.#told.since));
    at("preview-list").replaceChildren(...this.#told.met.map(row));
  }
}

/** @param {Met} met */
function row(met) {
  const item = element("li", `met ${met.treatment}`);
  const said = element("bdi", "met-text");
  said.append(...marked(met.text, met.words));
  const why = element("span", "help", words.preview.met(met.treatment, met.term));
  item.append(nickElement(met), said, why);
  return item;
}

/** The text, with the place where it was met. @param {string} text @param {string} place */
export function marked(text, place) {
  const at = place === "" ? -1 : text.indexOf(place);
  if (at < 0) return [text];
  return [text.slice(0, at), element("mark", "", place), text.slice(at + place.length)];
}
