/** What the list that is being written would have met, of what was said in the last minutes. */

import { at, element, nickElement } from "../common/dom.js";
import { words } from "./words.js";

/**
 * @typedef {{how: "new"|"changed"|"gone", message: number, user: string|null, nick: string, text: string, treatment: string, term: string, words: string}} Met
 * @typedef {{tag: number, mask: number, hold: number, block: number}} Counts
 * @typedef {Counts & {since: number, judged: number, new: Counts, changed: number, gone: number, met: Met[]}} Preview
 */

/** As far back as the host looks; what is nearly that is not worth a word. */
const SPAN_MS = 5 * 60_000;
const NEARLY_MS = 15_000;

export class PreviewList {
  /** @type {Preview|null} */ #told = null;
  #at = 0;

  /** @param {Preview|null} preview nothing hides it @param {number} [now] when it was told */
  show(preview, now = 0) {
    [this.#told, this.#at] = [preview, now];
    at("preview").hidden = preview === null;
    this.name();
  }

  /** After the language has changed. */
  name() {
    if (this.#told === null) return;
    const span = this.#at - this.#told.since;
    at("preview-says").textContent = words.preview.says(this.#told, words.clock(this.#told.since), span < SPAN_MS - NEARLY_MS ? words.wait(span) : null);
    at("preview-list").replaceChildren(...this.#told.met.map(row));
  }
}

/** @param {Met} met */
function row(met) {
  const item = element("li", `met ${met.how}`);
  const said = element("bdi", "met-text");
  said.append(...marked(met.text, met.words));
  const why = element("span", "help", words.preview.met(met.how, met.treatment, met.term));
  item.append(nickElement(met), said, why);
  return item;
}

/** The text, with the place where it was met. @param {string} text @param {string} place */
export function marked(text, place) {
  const at = place === "" ? -1 : text.indexOf(place);
  if (at < 0) return [text];
  return [text.slice(0, at), element("mark", "", place), text.slice(at + place.length)];
}
