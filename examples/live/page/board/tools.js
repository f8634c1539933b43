/** The pens: colours, widths, and emptying the board, which takes a second word. */

import { at, element } from "../common/dom.js";
import { COLOURS } from "./shape.js";
import { words } from "./words.js";

const WIDTHS = [3, 6, 14, 40];
/** The last colour is the paper's; whoever takes it away wants to take away more than a hair. */
const ERASER = COLOURS - 1;
const ERASER_FACTOR = 3;

export class Tools {
  colour = 0;
  #width = WIDTHS[1];

  /** @param {{clear: () => void}} acts */
  constructor(acts) {
    this.acts = acts;
    at("clear").addEventListener("click", () => this.#ask(true));
    at("clear-sure").addEventListener("click", () => {
      this.#ask(false);
      acts.clear();
    });
    at("clear-sure").addEventListener("blur", () => this.#ask(false));
  }

  /** How wide it draws now. */
  get width() {
    return this.colour === ERASER ? Math.min(64, this.#width * ERASER_FACTOR) : this.#width;
  }

  /** Also after the language has changed. */
  show() {
    const colours = Array.from({ length: COLOURS }, (_, colour) =>
      choice("colour", colour, words.page[`colour${colour}`], colour === this.colour, () => (this.colour = colour)));
    const widths = WIDTHS.map((width) =>
      choice("width", width, words.page[`width${width}`], width === this.#width, () => (this.#width = width)));
    at("colours").replaceChildren(...colours);
    at("widths").replaceChildren(...widths);
  }

  /** @param {boolean} sure */
  #ask(sure) {
    at("clear-sure").hidden = !sure;
    at("clear").hidden = sure || !this.mayClear;
    if (sure) at("clear-sure").focus();
  }

  mayClear = false;

  /** @param {boolean} may */
  allowClear(may) {
    this.mayClear = may;
    this.#ask(false);
  }
}

/** @param {string} name @param {number} value @param {string} title @param {boolean} chosen @param {() => void} choose */
function choice(name, value, title, chosen, choose) {
  const label = element("label", `pen-choice ${name}-${value}`);
  const input = /** @type {HTMLInputElement} */ (element("input", ""));
  [input.type, input.name, input.value, input.checked] = ["radio", name, String(value), chosen];
  input.addEventListener("change", choose);
  const mark = element("span", "mark");
  mark.setAttribute("aria-hidden", "true");
  label.title = title;
  label.append(input, mark, element("span", "unseen", title));
  return label;
}
