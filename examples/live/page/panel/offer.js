/** Vouchers: an offer is opened, its stock goes down, it ends. */

import { readOffer } from "../common/custom.js";
import { at, showText } from "../common/dom.js";
import { counted, onSubmit, showLeft, tell } from "./act.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {import("../common/custom.js").Offer} Offer
 */

export class OfferActs {
  /** @type {Offer|null} */ #open = null;
  #title = counted("new-title");
  #text = counted("new-text");

  /** @param {LiveRoom} room */
  constructor(room) {
    this.room = room;
    onSubmit("offer-form", () => this.#begin());
    at("offer-end").addEventListener("click", () =>
      tell(at("offer-answer"), this.room.do("offer_end"), () => words.offer.ended));
  }

  /** After the language has changed. */
  name() {
    [this.#title, this.#text].forEach(showLeft);
    this.show();
  }

  /** @param {any} custom the group's custom fields */
  take(custom) {
    this.#open = readOffer(custom);
    this.show();
  }

  /** Only shows have offers. */
  show() {
    at("act-offer").hidden = this.room.welcome?.room?.kind === "class";
    const open = this.#open;
    at("open-offer").hidden = open === null;
    showText(at("offer-on"), open && words.offer.on);
    if (!open) return;
    const given = Math.max(0, open.stock - open.left);
    at("offer-title").textContent = open.title;
    at("offer-left").textContent = words.offer.left(given, open.left);
    at("offer-gauge").setAttribute("width", String((100 * given) / Math.max(1, open.stock)));
  }

  async #begin() {
    const stock = /** @type {HTMLInputElement} */ (at("stock")).valueAsNumber;
    const [title, text] = [this.#title.value.trim(), this.#text.value.trim()];
    const opened = await tell(at("offer-answer"), this.room.do("offer", { title, text, stock }), () => words.offer.opened);
    if (!opened) return;
    this.#title.value = this.#text.value = "";
    [this.#title, this.#text].forEach(showLeft);
  }
}
