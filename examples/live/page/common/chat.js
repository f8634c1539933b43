/**
 * The chat pane: what everybody said and what happened, as rows of a virtual list, and the plain word
 * about one's own messages.
 */

import { INQUIRY } from "./custom.js";
import { each, nickOf, within } from "./dom.js";
import { Folds, giftOf, timesOf } from "./fold.js";
import { List } from "./list.js";
import { OwnMessages } from "./own.js";
import { drawRow } from "./rows.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").Entry} Entry
 * @typedef {import("../liveroom.js").Sent} Sent
 * @typedef {import("./rows.js").Item} Item
 */

/** As far back as anybody scrolls in a room that never stands still; some megabytes. */
const KEEP_ROWS = 10_000;
/** The same sender's same gifts, and joins in a row, are told in one row… */
const FOLD_WITHIN_MS = 6_000;
/** …as long as that row can still be seen. */
const FOLD_REACH = 8;

export class Chat {
  /** @type {List<Item>} */ #list;
  #gifts = new Folds(FOLD_WITHIN_MS, FOLD_REACH);
  #comings = new Folds(FOLD_WITHIN_MS, 1);
  #own;

  /**
   * @param {{log: HTMLElement, rows: HTMLElement, pending: HTMLElement, newer: HTMLElement, empty: HTMLElement}} places
   * @param {{now: () => number, self: () => Partial<Entry>, role: (role: string) => string, again: (sent: Sent) => void, edit: (text: string) => void, hear: (text: string) => void, alert: (text: string) => void, proclaim?: (text: string) => void}} acts
   * `proclaim` shows, and tells those who hear the page, what the staff tell everybody; without it that is heard like all else.
   */
  constructor(places, acts) {
    this.places = places;
    this.acts = acts;
    this.#list = new List(places.log, places.rows, {
      keep: KEEP_ROWS,
      draw: (item, row) => drawRow(item, { role: acts.role, changed: () => this.#list.update(row) }),
      moved: (fresh) => this.#showNewer(fresh),
    });
    this.#own = new OwnMessages(places.pending, {
      ...acts,
      assume: (sent) => this.#assume(sent),
      leave: () => places.log.focus({ preventScroll: true }),
    });
    places.newer.addEventListener("click", () => {
      this.follow();
      places.log.focus({ preventScroll: true });
    });
  }

  /** Shows entries in their order. @param {Entry[]} entries */
  add(entries) {
    each(entries, (entry) => this.#entry(entry));
  }

  /** A line of the page's own: something missed, a notice for oneself. @param {() => string|null} say @param {string} tone */
  note(say, tone = "") {
    this.mark(say, tone);
    this.acts.hear(say() ?? "");
  }

  /** The same for the eye alone, since it is heard elsewhere. Returns its row, for {@link renew}. @param {() => string|null} say @param {string} tone */
  mark(say, tone) {
    return this.#push({ look: "line", say, tone: `note ${tone}` });
  }

  /** Shows a row anew, whose words have changed. @param {number} row */
  renew(row) {
    this.#list.update(row);
  }

  /** Tells the author where a message of theirs stands. @param {Sent} sent */
  tell(sent) {
    this.#own.tell(sent);
  }

  /** Goes to the newest row and stays there. */
  follow() {
    this.#list.follow();
  }

  /** All rows anew, in the language of now. */
  redraw() {
    this.#list.redraw();
  }

  // -- Rows -----------------------------------------------------------------------------------

  /** @param {Item} item @returns {number} */
  #push(item) {
    this.places.empty.hidden = true;
    return this.#list.push(item);
  }

  /** @param {Entry} entry */
  #entry(entry) {
    if (entry.type === "message") this.#message(entry);
    else if (entry.type === "tip") this.#tip(entry);
    else if (entry.type === "notice") this.#notice(entry);
    else if (entry.type === "emptied") this.#push({ look: "emptied" });
  }

  /** @param {Entry} entry */
  #message(entry) {
    if (entry.kind === "like" || entry.kind === "control") return;
    const own = entry.sent !== undefined;
    if (entry.sent) this.#replaceAssumed(entry.sent);
    if (entry.kind === "gift") return this.#gift(entry, own);
    if (entry.kind === "follow") return void this.#line("tip", entry, () => words.followed(within(nickOf(entry))));
    if (entry.kind === INQUIRY) return void this.#line("tip inquiry", entry, () => words.offer.inquiry(within(nickOf(entry)), entry.text && within(entry.text)));
    // The words are there already, and less often than this says.
    if (timesOf(entry).count === 0) return;
    const changed = entry.sent?.changed ? /** @type {Sent} */ ({ ...entry.sent, state: "delivered" }) : null;
    this.#push({ look: "said", entry, own, word: changed ? () => words.own(changed, 0) : undefined });
    this.acts.hear(`${nickOf(entry)}: ${entry.text ?? ""}`);
  }

  /** @param {Entry} entry @param {boolean} own */
  #gift(entry, own) {
    const { gift, n } = giftOf(entry.data, words.GIFTS);
    const { count, total } = timesOf(entry);
    const fold = this.#gifts.take(`${gift} ${entry.user}`, n * count, entry.at, this.#list.end);
    const [row, sum] = [fold.row, Math.max(fold.sum, n * total)];
    const shown = this.#list.get(row);
    if (shown) {
      shown.sum = sum;
      this.#list.update(row);
    } else {
      this.#push({ look: "gift", entry, gift, sum, own });
    }
    this.acts.hear(`${nickOf(entry)} ${words.giftLine(gift, sum)}`);
  }

  /** @param {Entry} told */
  #tip(told) {
    const entry = { ...told, names: told.names?.map((one) => ({ ...one, nick: within(one.nick || one.user) })) };
    const now = this.acts.now();
    const say = () => words.tip(entry, now);
    if (say() === null) return;
    if (entry.kind !== "join" && entry.kind !== "quit") return void this.#line("tip", entry, say);
    const { row, sum } = this.#comings.take(entry.kind, entry.count ?? entry.names?.length ?? 1, entry.at, this.#list.end);
    const shown = this.#list.get(row)?.entry;
    if (shown) {
      shown.names = [...(shown.names ?? []), ...(entry.names ?? [])].slice(0, 3);
      shown.count = sum;
      this.#list.update(row);
    } else {
      this.#line("tip", entry, say);
    }
  }

  /** @param {Entry} entry */
  #notice(entry) {
    if (entry.kind === "purged") this.#purge(entry);
    const now = this.acts.now();
    const say = () => words.notice(entry, now);
    const text = say();
    if (text === null) return;
    this.#line("notice", undefined, say);
    const isOfStaff = entry.kind === "custom" || entry.kind === "broadcast";
    if (isOfStaff && this.acts.proclaim) this.acts.proclaim(text);
    else this.acts.hear(text);
  }

  /** Empties what was shown before: one message, or all of one author. @param {Entry} entry */
  #purge(entry) {
    for (const [row, item] of this.#list.backwards()) {
      if (item.entry?.type !== "message") continue;
      const meant = entry.message == null ? item.entry.user === entry.author : item.entry.id === entry.message;
      if (!meant) continue;
      // Nothing of it stays in the memory either.
      for (const name of Object.keys(item)) delete (/** @type {any} */ (item)[name]);
      item.look = "emptied";
      this.#list.update(row);
    }
    this.#gifts.close();
  }

  /** @param {string} tone @param {Entry|undefined} entry @param {() => string|null} say */
  #line(tone, entry, say) {
    return this.#push({ look: "line", tone, entry, say });
  }

  // -- One's own ------------------------------------------------------------------------------

  /** Delivered, and not come back: shown from what was sent. @param {Sent} sent @returns {number|null} */
  #assume(sent) {
    const entry = /** @type {Entry} */ ({ seq: 0, at: this.acts.now(), class: "normal", type: "message", kind: sent.kind, text: sent.text, id: sent.message, ...this.acts.self() });
    if (sent.kind === "text") return this.#push({ look: "said", entry, own: true });
    if (sent.kind !== "gift") return null;
    const { gift, n } = giftOf(sent.data, words.GIFTS);
    return this.#push({ look: "gift", entry, gift, sum: n, own: true });
  }

  /** The true row takes its place in the order. @param {Sent} sent */
  #replaceAssumed(sent) {
    const row = this.#own.cameBack(sent);
    const item = row === null ? undefined : this.#list.get(row);
    if (row === null || !item) return;
    item.look = "gone";
    this.#list.update(row);
  }

  /** @param {number} fresh */
  #showNewer(fresh) {
    const { newer } = this.places;
    newer.hidden = fresh === 0;
    if (fresh > 0) newer.textContent = words.newer(fresh);
  }
}
