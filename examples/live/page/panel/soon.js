/**
 * What the staff see before the audience, the newest first: each message for as long as it can be withdrawn. While
 * somebody points at them no row moves, so that nobody withdraws what has just come under their finger: what is new
 * stands below the others until they look away.
 */

import { at, button, element, showText } from "../common/dom.js";
import { answer } from "./act.js";
import { named } from "./marks.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {{message: number, user: string|null, nick: string, kind: string|number, text: string, expires: number}} Previewed
 */

export class Soon {
  /** @type {Map<number, {one: Previewed, row: HTMLElement}>} */ #rows = new Map();
  #list = at("soon");

  /** @param {LiveRoom} room @param {(user: string, message: number) => void} choose */
  constructor(room, choose) {
    this.room = room;
    this.choose = choose;
    this.#list.addEventListener("pointerleave", () => this.#sweep());
    this.#list.addEventListener("focusout", ({ relatedTarget }) => this.#list.contains(/** @type {Node|null} */ (relatedTarget)) || this.#sweep());
    setInterval(() => this.#countDown(), 250);
  }

  /** After the language has changed. */
  name() {
    const all = [...this.#rows.values()].map(({ one }) => one);
    this.#rows.clear();
    this.#list.replaceChildren();
    this.take({ previews: all });
  }

  /** How long messages are shown here, if they are. @param {number|undefined} ms */
  allow(ms) {
    at("soon-box").hidden = ms === undefined;
    if (ms !== undefined) at("soon-help").textContent = words.staff.soon.help(words.wait(ms));
  }

  /** @param {{previews?: Previewed[], more?: number}} frame all that there are */
  take({ previews = [], more = 0 }) {
    const now = new Set(previews.map(({ message }) => message));
    for (const message of [...this.#rows.keys()]) if (!now.has(message)) this.#gone(message);
    for (const one of previews) {
      if (this.#rows.has(one.message)) continue;
      const row = this.#row(one);
      this.#rows.set(one.message, { one, row });
      if (this.#isPointedAt) this.#list.append(row);
      else this.#list.prepend(row);
    }
    showText(at("soon-more"), more > 0 ? words.held.more(more) : null);
    showText(at("soon-count"), previews.length + more > 0 ? words.number(previews.length + more) : null);
    at("soon-none").hidden = this.#list.childElementCount > 0;
    this.#countDown();
  }

  /** @param {number} message */
  #gone(message) {
    const row = this.#rows.get(message)?.row;
    this.#rows.delete(message);
    if (!row) return;
    if (!this.#isPointedAt) return row.remove();
    row.classList.add("spent");
    const undo = /** @type {HTMLButtonElement} */ (row.querySelector(".withdraw"));
    const had = undo === document.activeElement;
    undo.disabled = true;
    undo.textContent = words.held.over;
    // Whoever looks through them by keyboard goes on with the next.
    const next = this.#list.querySelector(".soon-row:not(.spent) .withdraw");
    if (had && next instanceof HTMLElement) next.focus();
  }

  get #isPointedAt() {
    return this.#list.matches(":hover") || this.#list.contains(document.activeElement);
  }

  /** Nobody points at them any more: what is over goes, and the newest are on top again. */
  #sweep() {
    if (this.#isPointedAt) return;
    for (const row of this.#list.querySelectorAll(".spent")) row.remove();
    const rows = [...this.#rows.values()].map(({ row }) => row).reverse();
    rows.forEach((row, i) => this.#list.children[i] !== row && this.#list.insertBefore(row, this.#list.children[i]));
    at("soon-none").hidden = rows.length > 0;
  }

  /** @param {Previewed} one */
  #row(one) {
    const row = element("li", "soon-row");
    const who = button("link", "", () => this.choose(one.user ?? "", one.message));
    who.append(...named(one));
    const said = element("span", "soon-text");
    said.append(who, element("bdi", "", one.text));
    const undo = button("quiet danger withdraw", words.staff.soon.withdraw, () => this.#withdraw(one));
    undo.setAttribute("aria-label", words.staff.soon.withdrawWhose(one.nick || one.user || "", one.text));
    row.append(said, element("span", "soon-left tabular"), undo);
    return row;
  }

  /** @param {Previewed} one */
  async #withdraw({ message }) {
    try {
      await this.room.do("withdraw", { message });
      answer(at("soon-answer"), () => words.staff.soon.withdrawn, "good");
      this.#gone(message);
    } catch (problem) {
      answer(at("soon-answer"), () => words.problem(/** @type {any} */ (problem)), "bad");
    }
  }

  #countDown() {
    const now = this.room.now();
    for (const { one, row } of this.#rows.values()) {
      const left = /** @type {HTMLElement} */ (row.querySelector(".soon-left"));
      left.textContent = words.staff.soon.left(Math.max(0, one.expires - now));
    }
  }
}
