/** The teacher's list: whose hand is up, who was called on. */

import { at, button, element, nickElement, showText } from "../common/dom.js";
import { words as common } from "../common/words.js";
import { words } from "./words.js";

/** @typedef {import("../common/custom.js").Pupil} Pupil */

/** More hands than anybody can call on in a lesson; the oldest are put down. */
const MOST_HANDS = 50;

export class ClassList {
  /** In the order in which they went up. @type {Map<string, Pupil>} */ #hands = new Map();
  /** @type {Map<string, Pupil>} */ #called = new Map();
  /** Why the last one was not called on. @type {any} */ #problem = null;

  /** @param {import("../liveroom.js").LiveRoom} room */
  constructor(room) {
    this.room = room;
  }

  /** As the host has it, after coming back. @param {readonly Pupil[]} pupils */
  showCalled(pupils) {
    this.#called = new Map(pupils.map((pupil) => [pupil.user, pupil]));
    this.show();
  }

  /** @param {Pupil} pupil @returns {boolean} whether that is news */
  raise(pupil) {
    const news = !this.#hands.has(pupil.user);
    this.#hands.set(pupil.user, pupil);
    if (this.#hands.size > MOST_HANDS) this.#hands.delete(this.#hands.keys().next().value ?? "");
    this.show();
    return news;
  }

  /** Somebody left, or is not there any more. @param {string} user */
  forget(user) {
    const knew = [this.#hands.delete(user), this.#called.delete(user)];
    if (knew.includes(true)) this.show();
  }

  /** Also after the language has changed. */
  show() {
    const hands = [...this.#hands.values()].map((pupil) =>
      row(pupil, [
        button("primary", words.hand.callOn, () => this.#call(pupil, true)),
        button("quiet", words.hand.dismiss, () => this.forget(pupil.user)),
      ]));
    const called = [...this.#called.values()].map((pupil) =>
      row(pupil, [button("quiet", words.hand.callOff, () => this.#call(pupil, false))]));
    at("hands").replaceChildren(...(hands.length > 0 ? hands : [element("li", "none", words.hand.none)]));
    at("called").replaceChildren(...(called.length > 0 ? called : [element("li", "none", words.hand.noneCalled)]));
    showText(at("class-problem"), this.#problem && this.#why(this.#problem));
    showText(at("hands-count"), hands.length > 0 ? words.number(hands.length) : null);
  }

  /** @param {Pupil} pupil @param {boolean} on */
  async #call(pupil, on) {
    this.#problem = null;
    try {
      await this.room.do("call_on", { user: pupil.user, on });
      this.#hands.delete(pupil.user);
      if (on) this.#called.set(pupil.user, pupil);
      else this.#called.delete(pupil.user);
    } catch (problem) {
      this.#problem = problem;
    }
    this.show();
  }

  /** In the language of the moment. @param {any} problem */
  #why(problem) {
    const { text, help } = common.refusal(problem, this.room.now());
    return [words.hand.failedCall, text, help].filter(Boolean).join(" ");
  }
}

/** @param {Pupil} pupil @param {HTMLElement[]} acts */
function row(pupil, acts) {
  const made = element("li", "pupil");
  for (const act of acts) act.setAttribute("aria-label", `${act.textContent}: ${pupil.nick || pupil.user}`);
  const side = element("span", "pupil-acts");
  side.append(...acts);
  made.append(nickElement(pupil), side);
  return made;
}
