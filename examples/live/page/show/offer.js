/** The voucher's card: what is offered and how many are left, a button that asks for one, and the code. */

import { readOffer } from "../common/custom.js";
import { at, showText } from "../common/dom.js";
import { tab } from "../common/store.js";
import { onSpeak, words } from "../common/words.js";

/**
 * @typedef {import("../common/custom.js").Offer} Offer
 * @typedef {import("../common/custom.js").Voucher} Voucher
 */

export class OfferCard {
  /** @type {Offer|null} */ #offer = null;
  /** @type {Voucher|null} */ #voucher;
  /** Of which offer one asked. @type {number|null} */ #asked = null;
  /** Of which offer nothing is left for this user. @type {number|null} */ #soldOut = null;
  /** Which one was put away. */ #closed = 0;
  #copied = false;

  /**
   * @param {string} group
   * @param {(offer: number) => Promise<boolean>} ask resolves with whether the asking was accepted
   */
  constructor(group, ask) {
    this.store = `voucher ${group}`;
    this.ask = ask;
    this.#voucher = tab.read(this.store);
    at("offer-get").addEventListener("click", () => this.#ask());
    at("offer-copy").addEventListener("click", () => this.#copy());
    at("offer-close").addEventListener("click", () => {
      this.#closed = this.#shown()?.id ?? 0;
      this.#show();
      at("log").focus({ preventScroll: true });
    });
    onSpeak(() => this.#show());
  }

  /** @param {any} custom the group's fields, as they are now */
  take(custom) {
    this.#offer = readOffer(custom);
    this.#show();
  }

  /** @param {Voucher} voucher */
  give(voucher) {
    this.#voucher = voucher;
    this.#closed = 0;
    tab.write(this.store, voucher);
    this.#show();
  }

  /** @param {number} offer */
  sellOut(offer) {
    this.#soldOut = offer;
    this.#show();
  }

  async #ask() {
    const offer = this.#offer;
    if (!offer) return;
    this.#asked = offer.id;
    this.#show();
    if (!(await this.ask(offer.id)) && this.#asked === offer.id) this.#asked = null;
    this.#show();
  }

  async #copy() {
    if (!this.#voucher) return;
    try {
      await navigator.clipboard.writeText(this.#voucher.code);
      this.#copied = true;
      this.#show();
      setTimeout(() => {
        this.#copied = false;
        this.#show();
      }, 2_000);
    } catch {
      // Without the clipboard the code is selected, and the reader copies it.
      getSelection()?.selectAllChildren(at("offer-code"));
    }
  }

  /** What the card is about: the offer, or the voucher of one that is over. */
  #shown() {
    if (this.#offer) return this.#offer;
    return this.#voucher && { id: this.#voucher.offer, title: this.#voucher.title, text: "", left: 0 };
  }

  #show() {
    const shown = this.#shown();
    at("offer").hidden = !shown || shown.id === this.#closed;
    if (!shown) return;
    const voucher = this.#voucher?.offer === shown.id ? this.#voucher : null;
    const soldOut = !voucher && (shown.left === 0 || this.#soldOut === shown.id);
    const asking = !voucher && this.#asked === shown.id && this.#soldOut !== shown.id;
    showText(at("offer-title"), shown.title);
    showText(at("offer-text"), shown.text || null);
    showText(at("offer-left"), voucher ? words.offer.yours : soldOut ? words.offer.soldOut : words.offer.left(shown.left));
    showText(at("offer-late"), this.#soldOut === shown.id && !voucher ? words.offer.tooLate : null);
    const get = /** @type {HTMLButtonElement} */ (at("offer-get"));
    showText(get, voucher || (soldOut && !asking) ? null : asking ? words.offer.asking : words.offer.get);
    get.disabled = asking;
    at("offer-have").hidden = !voucher;
    showText(at("offer-code"), voucher?.code ?? null);
    at("offer-copy").textContent = this.#copied ? words.offer.copied : words.offer.copy;
    at("offer").classList.toggle("have", voucher !== null);
  }
}
