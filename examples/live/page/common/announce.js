/**
 * What those hear who do not see the page: a few lines as they are, of a flood its size and its last one.
 */

import { words } from "./words.js";

/** A screen reader is told at most so often, and then of all together. */
const EVERY_MS = 5_000;

export class Announcer {
  /** @type {string[]} */ #texts = [];
  #count = 0;
  /** @type {number|undefined} */ #timer;

  /** @param {HTMLElement} politely a live region @param {HTMLElement} atOnce one that interrupts */
  constructor(politely, atOnce) {
    this.politely = politely;
    this.atOnce = atOnce;
  }

  /** @param {string} text */
  hear(text) {
    this.#count += 1;
    this.#texts = [...this.#texts.slice(-1), text];
    this.#timer ??= setTimeout(() => this.#tell(), EVERY_MS);
  }

  /** What cannot wait. @param {string} text */
  alert(text) {
    this.atOnce.textContent = text;
  }

  #tell() {
    this.#timer = undefined;
    const last = this.#texts[this.#texts.length - 1];
    this.politely.textContent = this.#count > this.#texts.length ? words.flood(this.#count, last) : this.#texts.join(". ");
    [this.#texts, this.#count] = [[], 0];
  }
}
