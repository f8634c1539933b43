/** Rate, burst and reserve: three dials, and what they mean together. */

import { at } from "../common/dom.js";
import { answer, clear, onSubmit, tell } from "./act.js";
import { WhatIf } from "./what_if.js";
import { words } from "./words.js";

/** @typedef {import("../liveroom.js").LiveRoom} LiveRoom */

const DIALS = /** @type {const} */ (["rate", "burst", "reserve"]);

/** @typedef {Record<typeof DIALS[number], number>} Traffic */

/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ (at(id));

export class TrafficActs {
  /** @type {Traffic|null} */ #inForce = null;
  #touched = false;

  /** @param {LiveRoom} room @param {() => string|null} written the word list as it is written, if it can be tried */
  constructor(room, written) {
    this.room = room;
    this.written = written;
    this.whatIf = new WhatIf(room);
    at("what-if-ask").addEventListener("click", () => this.#ask());
    for (const dial of DIALS) {
      const [number, slide] = [input(dial), input(`${dial}-slide`)];
      number.addEventListener("input", () => this.#turned(slide, number.value));
      slide.addEventListener("input", () => this.#turned(number, slide.value));
    }
    at("traffic-reset").addEventListener("click", () => {
      clear(at("traffic-answer"));
      this.#reset();
    });
    onSubmit("traffic-form", () => this.#apply());
  }

  /** After the language has changed. */
  name() {
    this.#show();
    this.whatIf.name();
  }

  /** @param {any} frame a `panel` frame */
  take({ traffic }) {
    if (!traffic || DIALS.every((dial) => this.#inForce?.[dial] === traffic[dial])) return;
    this.#inForce = { ...traffic };
    if (this.#touched) this.#show();
    else this.#reset();
  }

  get #wanted() {
    return /** @type {Traffic} */ (Object.fromEntries(DIALS.map((dial) => [dial, input(dial).valueAsNumber])));
  }

  /** @param {HTMLInputElement} other of the dial's two inputs @param {string} value */
  #turned(other, value) {
    other.value = value;
    this.#touched = true;
    this.#show();
  }

  #reset() {
    this.#touched = false;
    for (const dial of DIALS) {
      input(dial).value = input(`${dial}-slide`).value = String(this.#inForce?.[dial] ?? "");
    }
    this.#show();
  }

  #show() {
    at("traffic-now").textContent = this.#inForce ? words.traffic.now(this.#inForce.rate) : "";
    const { rate, burst, reserve } = this.#wanted;
    const whole = [rate, burst, reserve].every(Number.isFinite);
    const bad = whole && reserve >= burst;
    input("reserve").setCustomValidity(bad ? words.traffic.tooMuch : "");
    at("traffic-means").classList.toggle("bad", bad);
    at("traffic-means").textContent = !whole ? "" : bad ? words.traffic.tooMuch : words.traffic.means(rate, burst, reserve);
  }

  #ask() {
    const form = /** @type {HTMLFormElement} */ (at("traffic-form"));
    if (!form.reportValidity()) return;
    const text = input("what-if-words").checked ? this.written() : undefined;
    if (text === null) return answer(at("what-if-answer"), () => words.list.tooLong, "bad");
    this.whatIf.ask(this.#wanted, this.#inForce?.rate ?? this.#wanted.rate, text);
  }

  async #apply() {
    if (await tell(at("traffic-answer"), this.room.do("traffic", this.#wanted), () => words.traffic.applied)) this.#touched = false;
  }
}
