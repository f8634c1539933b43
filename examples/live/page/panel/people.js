/** Somebody: muted for a time, asked to leave, called on; and who is muted now. */

import { at, button, element, showText } from "../common/dom.js";
import { clear, tell } from "./act.js";
import { Find } from "./find.js";
import { mark, named } from "./marks.js";
import { Measures } from "./measures.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {import("../common/seen.js").Seen} Seen
 * @typedef {import("../common/seen.js").Person} Person
 * @typedef {import("../liveroom.js").Until} Until
 */

export class People {
  /** @type {string|null} */ #chosen = null;
  /** @type {Map<string, Until>} */ #muted = new Map();
  #mutedCount = 0;
  /** @type {Map<string, Until>} */ #shadowed = new Map();
  #shadowedCount = 0;
  /** The message at which they were pointed at. @type {number|null} */ #message = null;
  /** Who was called on: as the welcome has it, and from here. @type {Set<string>} */ #called = new Set();
  #span = /** @type {HTMLSelectElement} */ (at("span"));

  /** @param {LiveRoom} room @param {Seen} seen @param {{onlyTheirs: (author: string) => void}} acts */
  constructor(room, seen, acts) {
    this.room = room;
    this.seen = seen;
    this.measures = new Measures(room, () => this.#spanChosen);
    this.find = new Find(room, seen, (user) => this.choose(user));
    at("mute").addEventListener("click", () => this.#mute());
    at("unmute").addEventListener("click", () => this.#chosen && this.#unmute(this.#chosen));
    at("remove").addEventListener("click", () => this.#askSure());
    at("remove-sure").addEventListener("click", () => this.#remove());
    at("call-on").addEventListener("click", () => this.#chosen && this.#callOn(this.#chosen));
    at("only-theirs").addEventListener("click", () => this.#chosen && acts.onlyTheirs(this.seen.nickOf(this.#chosen)));
  }

  /** After the language has changed. */
  name() {
    const kept = this.#span.value || "600";
    const options = words.people.spans.map(([seconds, text]) => new Option(text, String(seconds)));
    this.#span.replaceChildren(...options);
    this.#span.value = kept;
    this.find.name();
    this.#show();
    at("muted").replaceChildren();
    at("shadowed").replaceChildren();
    this.#showMuted();
    this.#showCalled();
  }

  /** As the host has it, after coming back. @param {readonly Person[]} called */
  showCalled(called) {
    called.forEach((one) => this.learn(one));
    this.#called = new Set(called.map(({ user }) => user));
  }

  /** Somebody left; if they come back, they have to be called on again. @param {string} user */
  forget(user) {
    if (!this.#called.delete(user)) return;
    this.#show();
    this.#showCalled();
  }

  /** @param {any} frame a `panel` frame */
  take(frame) {
    const muted = /** @type {{user: string, nick?: string, until: Until}[]} */ (frame.muted ?? []);
    muted.forEach((one) => this.learn(one));
    this.#muted = new Map(muted.map(({ user, until }) => [user, until]));
    this.#mutedCount = frame.muted_count ?? muted.length;
    const shadowed = /** @type {typeof muted} */ (frame.shadowed ?? []);
    shadowed.forEach((one) => this.learn(one));
    this.#shadowed = new Map(shadowed.map(({ user, until }) => [user, until]));
    this.#shadowedCount = frame.shadowed_count ?? shadowed.length;
    if (mark(this.#shadowed.keys())) this.marked();
    this.measures.take(this.#shadowed);
    this.#showMuted();
    this.#showState();
  }

  /** Others are marked than before. */
  marked = () => {};

  /** Somebody was pointed at elsewhere in the panel, perhaps at a message of theirs. @param {string} user @param {number|null} [message] */
  choose(user, message = null) {
    if (user === "") return;
    [this.#chosen, this.#message] = [user, message];
    const card = /** @type {HTMLDetailsElement} */ (at("act-people"));
    card.open = true;
    clear(at("people-answer"));
    this.find.close(this.seen.nickOf(user));
    this.#show();
    this.measures.choose({ user, nick: this.#nick, message: this.#message });
    card.scrollIntoView({ block: "nearest" });
  }

  /** What the host calls somebody who was not seen yet; the others keep their place among those seen. @param {{user: string, nick?: string}} one */
  learn(one) {
    if (this.seen.nickOf(one.user) === one.user) this.seen.see(one);
  }

  // -- The one who was chosen -----------------------------------------------------------------

  get #nick() {
    return this.#chosen === null ? "" : this.seen.nickOf(this.#chosen);
  }

  #show() {
    at("chosen").hidden = this.#chosen === null;
    if (this.#chosen === null) return;
    at("chosen-nick").textContent = this.#nick;
    at("chosen-user").textContent = this.#chosen;
    at("remove-sure").hidden = true;
    at("remove").hidden = false;
    at("remove-sure").textContent = words.people.removeSure(this.#nick);
    this.measures.name();
    at("call-on").hidden = this.room.welcome?.room?.kind !== "class";
    at("call-on").textContent = this.#called.has(this.#chosen) ? words.people.callOff : words.people.callOn;
    this.#showState();
  }

  #showState() {
    if (this.#chosen === null) return;
    const until = this.#muted.get(this.#chosen);
    at("chosen-state").hidden = until === undefined;
    at("unmute").hidden = until === undefined;
    if (until !== undefined) at("chosen-state").textContent = `${words.people.muted} · ${words.until(until, this.room.now())}`;
  }

  /** For how long, in seconds and in words; `null` is for good. */
  get #spanChosen() {
    const seconds = this.#span.value === "null" ? null : Number(this.#span.value);
    return { seconds, text: this.#span.selectedOptions[0]?.textContent ?? "" };
  }

  #mute() {
    const user = this.#chosen;
    if (user === null) return;
    const { seconds, text } = this.#spanChosen;
    const nick = this.#nick;
    tell(at("people-answer"), this.room.do("mute", { user, seconds }), () => words.people.didMute(nick, text));
  }

  /** @param {string} user */
  #unmute(user) {
    tell(at("people-answer"), this.room.do("unmute", { user }), () => words.people.didUnmute(this.seen.nickOf(user)));
  }

  /** A slip of the hand must not send anybody away. */
  #askSure() {
    at("remove").hidden = true;
    at("remove-sure").hidden = false;
    at("remove-sure").focus();
  }

  #remove() {
    const user = this.#chosen;
    if (user === null) return;
    this.#show();
    at("remove").focus();
    const nick = this.#nick;
    tell(at("people-answer"), this.room.do("remove", { user }), () => words.people.didRemove(nick));
  }

  /** @param {string} user */
  async #callOn(user) {
    const [on, nick] = [!this.#called.has(user), this.seen.nickOf(user)];
    const good = () => (on ? words.people.didCallOn(nick) : words.people.didCallOff(nick));
    if (!(await tell(at("people-answer"), this.room.do("call_on", { user, on }), good))) return;
    if (on) this.#called.add(user);
    else this.#called.delete(user);
    this.#show();
    this.#showCalled();
  }

  #showCalled() {
    at("called-title").hidden = at("called").hidden = this.room.welcome?.room?.speakers !== "called";
    at("called-title").textContent = words.people.calledTitle(this.#called.size);
    const rows = [...this.#called].map((user) => this.#row(user, words.people.callOff, () => this.#callOn(user)));
    at("called").replaceChildren(...rows);
  }

  // -- Who is muted ---------------------------------------------------------------------------

  #showMuted() {
    at("muted-title").textContent = words.people.mutedTitle(this.#mutedCount);
    at("muted-count").hidden = this.#mutedCount === 0;
    at("muted-count").textContent = words.number(this.#mutedCount);
    this.#list("muted", this.#muted, this.#mutedCount, words.page.unmute, (user) => this.#unmute(user));
    at("shadowed-title").hidden = at("shadowed").hidden = this.#shadowedCount === 0;
    at("shadowed-title").textContent = words.staff.people.shadowedTitle(this.#shadowedCount);
    this.#list("shadowed", this.#shadowed, this.#shadowedCount, words.page.unshadow, (user) => this.#unshadow(user));
  }

  /** @param {string} user */
  #unshadow(user) {
    tell(at("people-answer"), this.room.do("unshadow", { user }), () => words.staff.people.didUnshadow(this.seen.nickOf(user)));
  }

  /** @param {"muted"|"shadowed"} id @param {Map<string, Until>} users the first of them @param {number} count @param {string} undo @param {(user: string) => void} act */
  #list(id, users, count, undo, act) {
    const now = this.room.now();
    const behind = count - users.size;
    showText(at(`${id}-more`), behind > 0 ? words.people.mutedMore(behind) : null);
    const list = at(id);
    const known = /** @type {HTMLElement[]} */ ([...list.children]);
    // Rows are kept while the same people are in it, so that no button moves away under a finger.
    const same = known.length === users.size && known.every(({ dataset }) => users.has(dataset.user ?? ""));
    if (!same) list.replaceChildren(...[...users.keys()].map((user) => this.#row(user, undo, () => act(user))));
    for (const row of /** @type {Iterable<HTMLElement>} */ (list.children)) {
      const left = /** @type {HTMLElement} */ (row.querySelector(".until"));
      left.textContent = words.until(users.get(row.dataset.user ?? "") ?? now, now);
    }
  }

  /** Somebody, and the way to undo what was done about them. @param {string} user @param {string} text @param {() => void} act */
  #row(user, text, act) {
    const row = element("li", "");
    row.dataset.user = user;
    const undo = button("quiet", text, act);
    undo.setAttribute("aria-label", `${text}: ${this.seen.nickOf(user)}`);
    row.append(...named({ user, nick: this.seen.nickOf(user) }), element("span", "until"), undo);
    return row;
  }
}
