/**
 * The door that blocks nobody: watching begins at once, as a guest, and where a member writes, a guest
 * finds a field for the name.
 */

import { at, showText } from "./dom.js";
import { words } from "./words.js";

export class Door {
  /** @type {HTMLInputElement} */ #nick = at("nick");

  /** @param {(nick: string) => void} enter */
  constructor(enter) {
    at("door").addEventListener("submit", (event) => {
      event.preventDefault();
      const nick = this.#nick.value.trim();
      if (nick === "") this.problem(words.door.nameless);
      else {
        showText(at("door-problem"), null);
        enter(nick);
      }
    });
  }

  /** @param {boolean} guest */
  show(guest) {
    at("door").hidden = !guest;
    at("composer").hidden = guest;
  }

  /** Somebody wants what takes a name. */
  invite() {
    this.problem(words.door.guest);
  }

  /** @param {string} text */
  problem(text) {
    this.show(true);
    showText(at("door-problem"), text);
    this.#nick.focus();
  }
}
