/**
 * Likes, follows and gifts: the buttons, and the totals beside them.
 */

import { at, showText } from "../common/dom.js";
import { onSpeak, words } from "../common/words.js";

/**
 * @typedef {import("../liveroom.js").Sent} Sent
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 */

/** Taps on one gift so close together are one message of several. */
const GIFT_TAPS_MS = 350;
/** The same word about likes is not said again so soon. */
const HINT_EVERY_MS = 10_000;
/** One's own likes in a row are counted up beside the button, and then told no more. */
const PLUS_FOR_MS = 4_000;

export class Reactions {
  #totals = { likes: 0, follows: 0, gifts: 0, counted: false, plus: 0 };
  #followed = false;
  #hintedAt = -HINT_EVERY_MS;
  /** @type {WeakSet<Sent>} */ #counted = new WeakSet();
  /** @type {number|undefined} */ #plusTimer;

  /**
   * @param {LiveRoom} room
   * @param {object} acts
   * @param {() => boolean} acts.may whether one may react; a guest is shown the door instead
   * @param {() => void} acts.burst
   * @param {(say: () => string|null, tone: string) => void} acts.note
   */
  constructor(room, acts) {
    this.room = room;
    this.acts = acts;
    at("like").addEventListener("click", () => this.like());
    at("follow").addEventListener("click", () => this.#follow());
    for (const gift of ["rose", "cake", "rocket"]) this.#sell(gift);
    onSpeak(() => this.#show());
  }

  /** Totals that the host has told; what it left out stays. @param {{likes?: number, follows?: number, gifts?: number}} told @returns {number} how many likes are new */
  take(told) {
    const before = this.#totals.likes;
    const totals = this.#totals;
    if (told.likes != null) totals.likes = told.likes;
    if (told.follows != null) totals.follows = told.follows;
    if (told.gifts != null) [totals.gifts, totals.counted] = [told.gifts, true];
    this.#show();
    return Math.max(0, totals.likes - before);
  }

  /** A gift went by; counted here unless the host does it. @param {number} n */
  gift(n) {
    if (this.#totals.counted) return;
    this.#totals.gifts += n;
    this.#show();
  }

  like() {
    if (!this.acts.may()) return;
    this.room.send("like", { data: "1" });
    this.acts.burst();
  }

  /** A like is counted when it is accepted; only trouble is worth a line. @param {Sent} sent */
  tell(sent) {
    const accepted = sent.message != null && sent.state !== "rejected" && !this.#counted.has(sent);
    if (accepted && sent.kind === "like") {
      this.#counted.add(sent);
      this.#totals.plus += 1;
      clearTimeout(this.#plusTimer);
      this.#plusTimer = setTimeout(() => {
        this.#totals.plus = 0;
        this.#show();
      }, PLUS_FOR_MS);
      this.#show();
    }
    if (sent.kind === "follow" && ["refused", "rejected", "unknown"].includes(sent.state)) {
      this.#followed = false;
      this.#show();
    }
    const word = () => words.ownLike(sent, this.room.now());
    const first = word();
    if (!first || Date.now() - this.#hintedAt < HINT_EVERY_MS) return;
    this.#hintedAt = Date.now();
    this.acts.note(() => [word()?.text, word()?.help].filter(Boolean).join(" "), first.tone);
  }

  #follow() {
    if (!this.acts.may() || this.#followed) return;
    this.#followed = true;
    this.room.send("follow", { data: "1" });
    this.#show();
  }

  /** @param {string} gift */
  #sell(gift) {
    let taps = 0;
    at(gift).addEventListener("click", () => {
      if (!this.acts.may()) return;
      taps += 1;
      if (taps > 1) return;
      setTimeout(() => {
        this.room.send("gift", { data: JSON.stringify({ gift, n: Math.min(99, taps) }) });
        taps = 0;
      }, GIFT_TAPS_MS);
    });
  }

  #show() {
    const { likes, follows, gifts, counted, plus } = this.#totals;
    for (const [id, n] of /** @type {[string, number][]} */ ([["likes", likes], ["follows", follows], ["given", gifts]])) {
      showText(at(id), words.total(n));
      at(id).title = words.number(n);
    }
    at("given-name").textContent = counted ? words.gifts.all : words.gifts.seen;
    showText(at("likes-plus"), plus > 0 ? `+${words.number(plus)}` : null);
    at("follow").setAttribute("aria-pressed", String(this.#followed));
    at("follow-name").textContent = this.#followed ? words.follow.yes : words.follow.no;
  }
}
