/** Raid mode: begun for some minutes, seen by all the staff on top of the panel, and ended. */

import { at, button, showCounted } from "../common/dom.js";
import { tell } from "./act.js";
import { words } from "./words.js";

/** @typedef {import("../liveroom.js").LiveRoom} LiveRoom */

const MINUTES = [1, 5, 15];

export class RaidActs {
  /** @type {number|null} */ #until = null;

  /** @param {LiveRoom} room */
  constructor(room) {
    this.room = room;
    at("raid-end").addEventListener("click", () => this.#end());
    setInterval(() => this.#show(), 1_000);
  }

  /** After the language has changed. */
  name() {
    const choices = MINUTES.map((minutes) => {
      const choice = button("quiet", words.staff.raid.minutes(minutes), () => this.#begin(minutes));
      choice.setAttribute("aria-label", words.staff.raid.begin(minutes));
      return choice;
    });
    at("raid-minutes").replaceChildren(...choices);
    at("raid-help").textContent = this.room.welcome?.room?.kind === "class" ? words.staff.raid.helpClass : words.staff.raid.help;
    this.#show();
  }

  /** As the room has it. @param {number|null|undefined} until */
  take(until) {
    if (this.#until === (until ?? null)) return;
    this.#until = until ?? null;
    this.#show();
  }

  #show() {
    const left = this.#until === null ? 0 : Math.ceil((this.#until - this.room.now()) / 1_000);
    const on = left > 0;
    at("raid-strip").hidden = !on;
    at("raid-on").hidden = !on;
    at("raid-on").textContent = words.acts.on;
    showCounted(at("raid-says"), on ? words.staff.raid.on : null, on ? words.staff.raid.left(left) : null);
  }

  /** @param {number} minutes */
  #begin(minutes) {
    tell(at("raid-answer"), this.room.do("raid", { seconds: 60 * minutes }), () => words.staff.raid.begun(minutes));
  }

  async #end() {
    const had = at("raid-strip").contains(document.activeElement);
    if (!(await tell(at("raid-answer"), this.room.do("raid", { seconds: null }), () => words.staff.raid.ended))) return;
    this.take(null);
    // The button is gone with the strip.
    if (had) /** @type {HTMLElement|null} */ (at("raid-minutes").firstElementChild)?.focus();
  }
}
