/** Somebody by name or id: those who were seen here at once, and those whom the host knows beside them. */

import { at, button, element, showText } from "../common/dom.js";
import { named } from "./marks.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {import("../common/seen.js").Seen} Seen
 * @typedef {import("../common/seen.js").Person} Person
 */

/** The host is asked when nobody has written for so long. */
const PAUSE_MS = 200;
const MOST = 10;

export class Find {
  #field = /** @type {HTMLInputElement} */ (at("find"));
  /** @type {any} */ #timer;
  /** What the host said of which words; `null` before it did. @type {{of: string, more: number, gone: Set<string>, problem: any}|null} */ #told = null;
  /** Whether the list is open. */ #open = false;

  /** @param {LiveRoom} room @param {Seen} seen @param {(user: string) => void} choose */
  constructor(room, seen, choose) {
    this.room = room;
    this.seen = seen;
    this.choose = choose;
    for (const event of ["input", "focus"]) this.#field.addEventListener(event, () => this.#search());
  }

  /** Somebody was pointed at: nobody has to be looked for. @param {string} nick */
  close(nick) {
    clearTimeout(this.#timer);
    this.#open = false;
    this.#field.value = nick;
    at("found").replaceChildren();
    showText(at("found-note"), null);
  }

  /** After the language has changed. */
  name() {
    if (this.#open) this.#show();
  }

  get #wanted() {
    return this.#field.value.trim();
  }

  #search() {
    this.#open = true;
    this.#show();
    clearTimeout(this.#timer);
    if (this.#told?.of !== this.#wanted || this.#told.problem) this.#timer = setTimeout(() => this.#ask(this.#wanted), PAUSE_MS);
  }

  /** @param {string} of */
  async #ask(of) {
    try {
      const { people } = await this.room.do("find", { text: of });
      const found = /** @type {(Person & {here: boolean})[]} */ (people?.found ?? []);
      // Whoever is first is to be seen last, and so stands first here too.
      for (const one of [...found].reverse()) if (this.seen.nickOf(one.user) === one.user) this.seen.see(one);
      this.#told = { of, more: people?.more ?? 0, gone: new Set(found.filter(({ here }) => !here).map(({ user }) => user)), problem: null };
    } catch (problem) {
      this.#told = { of, more: 0, gone: new Set(), problem };
    }
    if (this.#open && this.#wanted === of) this.#show();
  }

  #show() {
    const told = this.#told?.of === this.#wanted ? this.#told : null;
    const found = this.seen.find(this.#wanted, MOST);
    at("found").replaceChildren(...found.map((person) => this.#row(person, told?.gone.has(person.user) ?? false)));
    showText(at("found-note"), this.#note(found.length, told));
    // Whoever has an id from elsewhere can act on it, seen or not.
    if (found.length === 0 && told !== null && this.#wanted !== "") at("found").append(this.#byId(this.#wanted));
  }

  /** @param {number} shown @param {typeof this.#told} told */
  #note(shown, told) {
    if (told === null) return shown === 0 ? words.people.looking : null;
    if (told.problem !== null) return words.problem(told.problem);
    if (shown === 0) return this.#wanted === "" ? words.people.nobodyYet : words.people.nobody;
    return told.more > 0 ? words.people.foundMore(told.more) : null;
  }

  /** @param {Person} person @param {boolean} gone */
  #row(person, gone) {
    const choice = button("person", "", () => this.#take(person.user));
    choice.append(...named(person));
    if (gone) choice.append(element("span", "help", words.people.gone));
    choice.append(element("code", "", person.user));
    const row = element("li", "");
    row.append(choice);
    return row;
  }

  /** @param {string} user */
  #byId(user) {
    const choice = button("person", words.people.byId, () => this.#take(user));
    choice.append(element("code", "", user));
    const row = element("li", "");
    row.append(choice);
    return row;
  }

  /** @param {string} user */
  #take(user) {
    this.choose(user);
    at("mute").focus();
  }
}
