/**
 * Gifts over the stream: one card for each sender and gift, whose number rises while they keep giving.
 * The chat tells the same in words, so this is for the eye alone.
 */

import { element, giftOf, hue, icon, nickOf } from "./chat.js";
import * as words from "./words.js";

/** @typedef {import("./liveroom.js").Entry} Entry */

/** A row of gifts is one combo while no pause in it is longer. */
const COMBO_MS = 4_000;
const MAX_CARDS = 3;

export class Gifts {
  /** @type {Map<string, {card: HTMLElement, times: HTMLElement, n: number, timer: number}>} */
  #cards = new Map();

  /** @param {HTMLElement} shelf */
  constructor(shelf) {
    this.shelf = shelf;
  }

  /** @param {Entry} entry @returns {number} how many were given */
  show(entry) {
    const { gift, n } = giftOf(entry.data);
    const key = `${entry.user} ${gift}`;
    const shown = this.#cards.get(key) ?? this.#add(key, entry, gift);
    shown.n += n;
    shown.times.textContent = `× ${words.number(shown.n)}`;
    shown.times.hidden = shown.n === 1;
    shown.times.animate([{ transform: "scale(1.6)" }, { transform: "scale(1)" }], {
      duration: 260,
      easing: "cubic-bezier(.2, 1.6, .4, 1)",
    });
    clearTimeout(shown.timer);
    shown.timer = setTimeout(() => this.#remove(key), COMBO_MS);
    return n;
  }

  /** @param {string} key @param {Entry} entry @param {string} gift */
  #add(key, entry, gift) {
    const card = element("li", "gift-card");
    const [initial = "·"] = nickOf(entry).trim().toUpperCase();
    const giver = element("span", "giver");
    giver.append(element("bdi", "nick", nickOf(entry)), element("span", "what", words.giftLine(gift, 1)));
    const times = element("b", "times", "");
    card.append(element("span", `face ${hue(entry.user ?? "")}`, initial), giver);
    card.append(icon(words.GIFTS[gift]?.icon ?? "heart"), times);
    const shown = { card, times, n: 0, timer: 0 };
    this.#cards.set(key, shown);
    this.shelf.append(card);
    if (this.#cards.size > MAX_CARDS) this.#remove([...this.#cards.keys()][0]);
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
