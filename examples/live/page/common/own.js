/**
 * One's own messages that are not in the history (yet): those on their way, and those that did not make
 * it, with the reason and what would help. They stand above the composer, where no flood sweeps them away.
 */

import { button, element } from "./dom.js";
import { giftOf } from "./fold.js";
import { hasEnded } from "../liveroom.js";
import { wordElement } from "./rows.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").Sent} Sent
 * @typedef {{pending: HTMLElement|null, row: number|null, timer: number|undefined}} Own
 */

/** What ends sooner never shows as pending: a flicker tells nobody anything. */
const PENDING_AFTER_MS = 250;
/** A delivered message that has not come back so long after is shown from what was sent. */
const ASSUME_SHOWN_MS = 2_000;
/** The oldest of more cards is dismissed. */
const MAX_FAILED = 2;
const MAX_OWN = 128;

export class OwnMessages {
  /** @type {Map<number, Own>} */ #own = new Map();

  /**
   * @param {HTMLElement} place
   * @param {object} acts
   * @param {() => number} acts.now
   * @param {(sent: Sent) => void} acts.again sends it once more
   * @param {(text: string) => void} acts.edit gives the words back to the composer
   * @param {(text: string) => void} acts.alert
   * @param {(sent: Sent) => number|null} acts.assume shows it in the history, and says in which row
   * @param {() => void} acts.leave takes the focus when a card with it goes
   */
  constructor(place, acts) {
    this.place = place;
    this.acts = acts;
  }

  /** Where a message stands now. @param {Sent} sent */
  tell(sent) {
    const own = this.#own.get(sent.random) ?? { pending: null, row: null, timer: undefined };
    this.#own.set(sent.random, own);
    // Those that never come back would stay; the oldest is the least likely to come back yet.
    if (this.#own.size > MAX_OWN) this.#own.delete([...this.#own.keys()][0]);
    clearTimeout(own.timer);
    if (!hasEnded(sent)) {
      // What waits for a person is worth a word at once.
      const pause = sent.state === "held" ? 0 : PENDING_AFTER_MS;
      if (own.pending) this.#fill(own.pending, sent);
      else own.timer = setTimeout(() => this.#showPending(sent, own), pause);
    } else if (sent.state === "delivered" && !sent.entry) {
      if (own.pending) this.#fill(own.pending, sent);
      own.timer = setTimeout(() => this.#conclude(sent, own), ASSUME_SHOWN_MS);
    } else {
      this.#conclude(sent, own);
    }
  }

  /** It came back: the row in which it was shown from what was sent, if there is one, is not needed. @param {Sent} sent @returns {number|null} */
  cameBack(sent) {
    return this.#own.get(sent.random)?.row ?? null;
  }

  /** @param {Sent} sent @param {Own} own */
  #showPending(sent, own) {
    if (own.pending || hasEnded(sent)) return;
    own.pending = element("li", "mine-pending");
    this.#fill(own.pending, sent);
    this.place.append(own.pending);
  }

  /** @param {HTMLElement} row @param {Sent} sent */
  #fill(row, sent) {
    const word = words.own(sent, this.acts.now());
    row.replaceChildren(element("span", "words", ownText(sent)), ...(word ? [wordElement(word)] : []));
  }

  /** The end of it: gone into the log by itself, shown from what was sent, or explained. @param {Sent} sent @param {Own} own */
  #conclude(sent, own) {
    own.pending?.remove();
    own.pending = null;
    if (sent.state === "delivered" && !sent.entry) {
      own.row ??= this.acts.assume(sent);
      return;
    }
    this.#own.delete(sent.random);
    if (!sent.entry) this.#explain(sent);
  }

  /** A card that only its author sees. @param {Sent} sent */
  #explain(sent) {
    const word = words.own(sent, this.acts.now());
    if (!word) return;
    const card = element("li", `failed ${word.tone}`);
    const head = words.fate(sent);
    card.append(element("span", "failed-head", head), element("span", "words", ownText(sent)));
    card.append(wordElement(word), this.#offers(sent, word, card));
    this.place.append(card);
    const failed = this.place.querySelectorAll(".failed");
    if (failed.length > MAX_FAILED) failed[0].remove();
    card.scrollIntoView({ block: "nearest" });
    this.acts.alert(`${head}. ${word.text} ${word.help ?? ""}`);
  }

  /** @param {Sent} sent @param {import("./words.en.js").Word} word @param {HTMLElement} card */
  #offers(sent, word, card) {
    const offers = element("span", "offers");
    /** @param {string} className @param {string} label @param {() => void} act */
    const offer = (className, label, act) => {
      const made = button(className, label, () => {
        card.remove();
        act();
      });
      offers.append(made);
      return made;
    };
    if (word.offer === "again") offer("quiet", words.offers.again, () => this.acts.again(sent));
    if (word.offer && sent.kind === "text") offer("quiet", words.offers.edit, () => this.acts.edit(sent.text));
    offer("quiet dismiss", "×", () => this.acts.leave()).setAttribute("aria-label", words.offers.dismiss);
    return offers;
  }
}

/** @param {Sent} sent */
function ownText(sent) {
  if (sent.kind !== "gift") return sent.text || words.offer.get;
  const { gift, n } = giftOf(sent.data, words.GIFTS);
  return words.you(words.giftLine(gift, n));
}
