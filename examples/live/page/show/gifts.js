/**
 * Gifts over the stream: one card for each sender and gift, whose number rises while they keep giving.
 * The chat tells the same in words, so this is for the eye alone.
 */

import { element, face, icon, nickElement } from "../common/dom.js";
import { Folds, giftOf, timesOf } from "../common/fold.js";
import { words } from "../common/words.js";

/** @typedef {import("../liveroom.js").Entry} Entry */

/** A row of gifts is one combo while no pause in it is longer. */
const COMBO_MS = 4_000;
const MAX_CARDS = 3;
/** A card gives way to another only after so long: with gifts by the dozen none could be read. */
const READ_MS = 1_300;
/** From this sum on a combo shines. */
const GREAT = 20;

export class Gifts {
  #combos = new Folds(COMBO_MS);
  /** @type {Map<string, {card: HTMLElement, times: HTMLElement, since: number, timer: number|undefined}>} */
  #cards = new Map();
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {HTMLElement} shelf */
  constructor(shelf) {
    this.shelf = shelf;
  }

  /** @param {Entry} entry */
  show(entry) {
    const { gift, n } = giftOf(entry.data, words.GIFTS);
    const key = `${gift} ${entry.user}`;
    // Counted whether its card is there or not: a card that comes back goes on with the sum.
    const { count, total } = timesOf(entry);
    // What was lost on the way is in the host's total.
    const sum = Math.max(this.#combos.take(key, n * count, entry.at, 0).sum, n * total);
    const there = this.#cards.get(key);
    if (document.hidden || (!there && !this.#makeRoom(entry.sent !== undefined))) return;
    const shown = there ?? this.#add(key, entry, gift);
    shown.times.textContent = `× ${words.number(sum)}`;
    shown.times.hidden = sum === 1;
    shown.card.classList.toggle("great", sum >= GREAT || gift === "rocket");
    if (!this.#still.matches) {
      shown.times.animate([{ transform: "scale(1.7)" }, { transform: "scale(1)" }], {
        duration: 280,
        easing: "cubic-bezier(.2, 1.6, .4, 1)",
      });
    }
    clearTimeout(shown.timer);
    shown.timer = setTimeout(() => this.#remove(key), COMBO_MS);
  }

  /** Whether there is a place, or one that may be taken; one's own takes any. @param {boolean} own */
  #makeRoom(own) {
    if (this.#cards.size < MAX_CARDS) return true;
    const [[oldest, { since }]] = this.#cards;
    if (!own && performance.now() - since < READ_MS) return false;
    this.#remove(oldest);
    return true;
  }

  /** @param {string} key @param {Entry} entry @param {string} gift */
  #add(key, entry, gift) {
    const card = element("li", "gift-card");
    const giver = element("span", "giver");
    const times = element("b", "times", "");
    giver.append(nickElement(entry), element("span", "what", words.giftLine(gift, 1)));
    card.append(face(entry), giver, icon(words.GIFTS[gift]?.icon ?? "heart"), times);
    /** @type {{card: HTMLElement, times: HTMLElement, since: number, timer: number|undefined}} */
    const shown = { card, times, since: performance.now(), timer: undefined };
    this.#cards.set(key, shown);
    this.shelf.append(card);
    return shown;
  }

  /** @param {string} key */
  #remove(key) {
    const shown = this.#cards.get(key);
    if (!shown) return;
    clearTimeout(shown.timer);
    this.#cards.delete(key);
    shown.card.remove();
  }
}
