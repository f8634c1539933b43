/** What is done about one person beside a mute: a shadow mute, a warning, and several acts in one step. */

import { at, showText } from "../common/dom.js";
import { tell } from "./act.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {import("../liveroom.js").Until} Until
 * @typedef {{user: string, muted?: Until, shadowed?: Until, strikes: number}} Standing how somebody stands
 * @typedef {{user: string, nick: string, message: number|null}} Chosen `message` is where they were pointed at
 */

export class Measures {
  /** @type {Chosen|null} */ #chosen = null;
  /** @type {Standing|null} */ #standing = null;
  #why = /** @type {HTMLInputElement} */ (at("why"));

  /** @param {LiveRoom} room @param {() => {seconds: number|null, text: string}} span for how long */
  constructor(room, span) {
    this.room = room;
    this.span = span;
    at("shadow").addEventListener("click", () => this.#shadow());
    at("unshadow").addEventListener("click", () => this.#do("unshadow", {}, (...said) => words.staff.people.didUnshadow(...said)));
    at("warn").addEventListener("click", () => this.#do("moderate", { warn: true, why: this.#reason, messages: this.#messages }, (...said) => words.staff.people.didWarn(...said)));
    at("forgive").addEventListener("click", () => this.#do("forgive", {}, (...said) => words.staff.people.didForgive(...said)));
    at("step").addEventListener("click", () => this.#askSure());
    at("step-sure").addEventListener("click", () => this.#step());
  }

  /** Somebody was pointed at. @param {Chosen|null} chosen */
  choose(chosen) {
    const other = chosen?.user !== this.#chosen?.user;
    this.#chosen = chosen;
    if (other) {
      this.#standing = null;
      this.#why.value = "";
    }
    this.#show();
    if (chosen !== null) this.#ask(chosen.user);
  }

  /** After the language has changed. */
  name() {
    this.#show();
  }

  /** As the feed has it. @param {ReadonlyMap<string, Until>} shadowed */
  take(shadowed) {
    const standing = this.#standing;
    if (standing === null || shadowed.get(standing.user) === standing.shadowed) return;
    // Only the first hundred are in the feed.
    this.#ask(standing.user);
  }

  get #reason() {
    return this.#why.value.trim();
  }

  /** What it rests on. */
  get #messages() {
    return this.#chosen?.message == null ? [] : [this.#chosen.message];
  }

  get #clears() {
    return this.room.welcome?.room?.kind !== "class";
  }

  /** @param {string} user */
  async #ask(user) {
    try {
      this.#learn((await this.room.do("person", { user })).person);
    } catch {
      // It is asked again with the next change; what is not known is not shown.
    }
  }

  /** @param {Standing|undefined} person */
  #learn(person) {
    if (person === undefined || person.user !== this.#chosen?.user) return;
    this.#standing = person;
    this.#show();
  }

  #show() {
    const { shadowed, strikes = 0 } = this.#standing ?? {};
    at("step").textContent = words.staff.people.step(this.#clears);
    at("step").hidden = false;
    at("step-sure").hidden = true;
    at("step-sure").textContent = words.staff.people.stepSure(this.#chosen?.nick ?? "", this.#clears);
    at("unshadow").hidden = shadowed === undefined;
    const until = shadowed === undefined ? null : `${words.staff.people.shadowed} · ${words.until(shadowed, this.room.now())}`;
    showText(at("chosen-shadow"), until);
    showText(at("chosen-strikes"), strikes > 0 ? words.staff.people.strikes(strikes) : null);
    at("forgive").hidden = strikes === 0;
  }

  #shadow() {
    const { seconds, text } = this.span();
    this.#do("shadow", { seconds }, (nick) => words.staff.people.didShadow(nick, text));
  }

  /** What is cleared does not come back. */
  #askSure() {
    at("step").hidden = true;
    at("step-sure").hidden = false;
    at("step-sure").focus();
  }

  async #step() {
    const { seconds } = this.span();
    const notice = this.#reason || words.staff.people.notice(this.#clears);
    await this.#do("moderate", { silence: "mute", seconds, purge: this.#clears, notice, why: this.#reason, messages: this.#messages }, (...said) => words.staff.people.didStep(...said));
    this.#show();
    at("step").focus();
  }

  /** @param {string} deed @param {Record<string, any>} fields @param {(nick: string, strikes: number) => string} good */
  async #do(deed, fields, good) {
    if (this.#chosen === null) return;
    const { user, nick } = this.#chosen;
    const order = this.room.do(deed, { user, ...fields });
    if (await tell(at("people-answer"), order, ({ person }) => good(nick, person?.strikes ?? 0))) this.#learn((await order).person);
  }
}
