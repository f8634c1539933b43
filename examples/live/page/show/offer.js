/**
 * The voucher's card: what is offered and how many are left, a button that asks for one, and the code.
 *
 * Nothing of it is kept over a reload: the host repeats a user's vouchers to whoever comes back as that user, and
 * its next offer may have the number of an old one.
 */

import { readOffer } from "../common/custom.js";
import { at, showText } from "../common/dom.js";
import { onSpeak, words } from "../common/words.js";

/**
 * @typedef {import("../common/custom.js").Offer} Offer
 * @typedef {import("../common/custom.js").Voucher} Voucher
 * @typedef {import("../liveroom.js").Sent} Sent
 *
 * @typedef {"asking"|"served"|"failed"|"soldOut"} Stand
 * How one stands with an offer: `served` is accepted, and its voucher or the word that none is left is on its way.
 */

/** More than the host remembers. */
const MOST_VOUCHERS = 8;
/** What a room's limits take was asked all the same. */
const COUNTS_AS_ASKED = ["rate", "expired", "shed"];

/** Whether the host serves who asked so. One that is `delivered` and has no place is not: that is said instead of something else. @param {Pick<Sent, "state"|"seq"|"entry"|"reason">} sent */
export function willBeServed({ state, seq, entry, reason = "" }) {
  if (state === "delivered") return seq !== undefined || entry !== null;
  return state === "discarded" && COUNTS_AS_ASKED.includes(reason);
}

export class OfferCard {
  /** @type {Offer|null} */ #offer = null;
  /** Those given to this user, by offer. @type {Map<number, Voucher>} */ #vouchers = new Map();
  /** @type {{offer: number, stand: Stand}|null} */ #asked = null;
  /** Which one was put away. */ #closed = 0;
  /** @type {string|null} */ #token = null;
  #copied = false;

  /** @param {(offer: number) => Promise<Sent>|null} ask null if one may not ask */
  constructor(ask) {
    this.ask = ask;
    at("offer-get").addEventListener("click", () => this.#ask());
    at("offer-copy").addEventListener("click", () => this.#copy());
    at("offer-close").addEventListener("click", () => {
      this.#closed = this.#shown()?.id ?? 0;
      this.#show();
      at("log").focus({ preventScroll: true });
    });
    onSpeak(() => this.#show());
  }

  /** At each welcome: who one is, by the token, and the group's fields. @param {string|null} token @param {any} custom */
  begin(token, custom) {
    if (token !== this.#token) {
      // Another user, or another host, whose offers are others under the same numbers.
      this.#vouchers.clear();
      [this.#token, this.#asked, this.#closed] = [token, null, 0];
    }
    // Of the words that were on their way a lost connection leaves the vouchers alone, which come again.
    if (this.#asked?.stand === "served") this.#asked = null;
    this.take(custom);
  }

  /** @param {any} custom the group's fields, as they are now */
  take(custom) {
    this.#offer = readOffer(custom);
    this.#show();
  }

  /** @param {Voucher} voucher @returns {boolean} whether it is new: the host repeats those that were given */
  give(voucher) {
    if (this.#vouchers.get(voucher.offer)?.code === voucher.code) return false;
    this.#vouchers.set(voucher.offer, voucher);
    if (this.#vouchers.size > MOST_VOUCHERS) this.#vouchers.delete(Math.min(...this.#vouchers.keys()));
    this.#closed = 0;
    this.#show();
    return true;
  }

  /** @param {number} offer */
  sellOut(offer) {
    // One may have asked for the next offer already.
    if (offer >= (this.#asked?.offer ?? 0)) this.#asked = { offer, stand: "soldOut" };
    this.#show();
  }

  async #ask() {
    const id = this.#offer?.id;
    const asking = id === undefined ? null : this.ask(id);
    if (id === undefined || asking === null) return;
    const asked = (this.#asked = { offer: id, stand: /** @type {Stand} */ ("asking") });
    this.#show();
    asked.stand = willBeServed(await asking) ? "served" : "failed";
    this.#show();
  }

  async #copy() {
    const code = this.#voucherOf(this.#shown())?.code;
    if (!code) return;
    try {
      await navigator.clipboard.writeText(code);
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

  /** @param {{id: number}|null} shown */
  #voucherOf(shown) {
    return (shown && this.#vouchers.get(shown.id)) ?? null;
  }

  /** What the card is about: the offer, or the newest voucher of those that are over. */
  #shown() {
    if (this.#offer || this.#vouchers.size === 0) return this.#offer;
    const { offer, title } = /** @type {Voucher} */ (this.#vouchers.get(Math.max(...this.#vouchers.keys())));
    return { id: offer, title, text: "", left: 0 };
  }

  #show() {
    const shown = this.#shown();
    at("offer").hidden = !shown || shown.id === this.#closed;
    if (!shown) return;
    const voucher = this.#voucherOf(shown);
    const stand = !voucher && this.#asked?.offer === shown.id ? this.#asked.stand : null;
    const asking = stand === "asking" || stand === "served";
    const soldOut = !voucher && (shown.left === 0 || stand === "soldOut");
    showText(at("offer-title"), shown.title);
    showText(at("offer-text"), shown.text || null);
    showText(at("offer-left"), voucher ? words.offer.yours : soldOut ? words.offer.soldOut : words.offer.left(shown.left));
    showText(at("offer-late"), stand === "soldOut" ? words.offer.tooLate : stand === "failed" ? words.offer.failed : null);
    const get = /** @type {HTMLButtonElement} */ (at("offer-get"));
    showText(get, voucher || (soldOut && !asking) ? null : asking ? words.offer.asking : words.offer.get);
    get.disabled = asking;
    at("offer-have").hidden = !voucher;
    showText(at("offer-code"), voucher?.code ?? null);
    showText(at("offer-copy"), this.#copied ? words.offer.copied : words.offer.copy);
    at("offer").classList.toggle("have", voucher !== null);
  }
}
