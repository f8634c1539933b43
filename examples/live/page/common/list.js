/**
 * A list of which only what can be seen, and a little around it, is in the page, however long it is.
 *
 * Rows may have any height: each is measured when it is drawn, and until then taken for as tall as most.
 * The list follows its end until its reader scrolls up; then what is being read stays where it is,
 * whatever comes below, goes above, or turns out taller than was thought.
 */

import { Heights } from "./heights.js";

/** Rows drawn beyond each edge, so that a quick finger does not see a gap. */
const BEYOND_PX = 500;
/** A row that was never drawn is taken for so tall, until some were, and then for their mean. */
const GUESS_PX = 34;

/** @template T */
export class List {
  #heights = new Heights();
  /** @type {T[]} */ #items = [];
  /** @type {Map<number, HTMLElement>} */ #drawn = new Map();
  /** @type {Set<number>} */ #stale = new Set();
  #following = true;
  #fresh = 0;
  /** What is being read: the row at the upper edge, and how much of it is above. */
  #anchor = { row: 0, within: 0 };
  #lastTop = 0;
  /** What was cut off above since the last drawing, and is still in the page. */
  #cutOff = 0;
  #width = 0;
  #measured = { sum: GUESS_PX, count: 1 };
  /** @type {number|undefined} */ #frame;

  /**
   * @param {HTMLElement} view which scrolls
   * @param {HTMLElement} rows inside of it
   * @param {object} options
   * @param {number} options.keep the most rows that are remembered
   * @param {(item: T, row: number) => HTMLElement} options.draw
   * @param {(fresh: number) => void} options.moved is told how many rows came below what is read
   */
  constructor(view, rows, { keep, draw, moved }) {
    this.view = view;
    this.rows = rows;
    this.options = { keep, draw, moved };
    view.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    view.addEventListener("keydown", (event) => this.#jump(event));
    new ResizeObserver(() => this.#resized()).observe(view);
  }

  /** The number that the next row gets. */
  get end() { return this.#heights.end; }
  get following() { return this.#following; }

  /** @param {number} row @returns {T|undefined} */
  get(row) { return this.#items[row - this.#heights.first]; }

  /** Rows from the newest to the oldest. @returns {Generator<[number, T]>} */
  *backwards() {
    for (let n = this.#items.length - 1; n >= 0; n -= 1) yield [this.#heights.first + n, this.#items[n]];
  }

  /** @param {T} item @returns {number} the row's number, which stays its own */
  push(item) {
    this.#items.push(item);
    const row = this.#heights.push(this.#measured.sum / this.#measured.count);
    if (!this.#following) this.#fresh += 1;
    // Cutting off in pieces, since it moves all that are left.
    if (this.#items.length >= this.options.keep + 64) this.#cut(this.#items.length - this.options.keep);
    this.#wish();
    return row;
  }

  /** Draws a row anew, since its item has changed. @param {number} row */
  update(row) {
    if (!this.#drawn.has(row)) return;
    this.#stale.add(row);
    this.#wish();
  }

  /** Draws everything anew. */
  redraw() {
    for (const row of this.#drawn.keys()) this.#stale.add(row);
    this.#wish();
  }

  /** Goes to the newest row and stays there. */
  follow() {
    this.#following = true;
    this.#fresh = 0;
    this.#wish();
  }

  /** @param {number} count */
  #cut(count) {
    this.#cutOff += this.#heights.drop(count);
    this.#items.splice(0, count);
    if (this.#anchor.row < this.#heights.first) this.#anchor = { row: this.#heights.first, within: 0 };
  }

  /** A hidden tab gets no frame, and so draws nothing, however much comes. */
  #wish() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  #resized() {
    const width = this.view.clientWidth;
    if (width !== this.#width) {
      // Lines break elsewhere now: what is not drawn is guessed from what it was.
      const by = this.#width > 0 && width > 0 ? this.#width / width : 1;
      if (Math.abs(by - 1) > 0.02) this.#heights.scale((height) => (height > GUESS_PX ? Math.max(GUESS_PX, height * by) : height));
      this.#width = width;
    }
    this.#draw(true);
  }

  /** To the ends at once: on the way to them the end moves away, and thousands of rows would be drawn. @param {KeyboardEvent} event */
  #jump(event) {
    if (event.target !== this.view || !["Home", "End"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "End") return this.follow();
    this.#following = false;
    this.#anchor = { row: this.#heights.first, within: 0 };
    this.#wish();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.view;
    const below = scrollHeight - clientHeight - scrollTop;
    // Only going up stops the following: the end may also have moved away by itself.
    if (below < 4) this.#following = true;
    else if (scrollTop < this.#lastTop - 1) this.#following = false;
    // Of its own moves it knows more exactly where they lead than the rounded place says.
    if (Math.abs(scrollTop - this.#lastTop) > 1) this.#anchor = this.#at(scrollTop - this.#cutOff);
    this.#lastTop = scrollTop;
    this.#wish();
  }

  #draw(measureAll = false) {
    const height = this.view.clientHeight;
    if (height === 0) return;
    const heights = this.#heights;
    if (this.#following) this.#anchor = this.#at(Math.max(0, heights.total - height));
    const { row: anchor, within } = this.#anchor;
    const top = heights.size > 0 ? heights.offset(anchor) + within : 0;
    const from = heights.at(top - BEYOND_PX);
    const to = heights.size === 0 ? from : heights.at(top + height + (this.#following ? 0 : BEYOND_PX)) + 1;
    const fresh = this.#place(from, to);
    for (const [row, shown] of measureAll ? this.#drawn : fresh) this.#measure(row, shown.getBoundingClientRect().height);
    this.rows.style.paddingTop = `${heights.size > 0 ? heights.offset(from) : 0}px`;
    this.rows.style.paddingBottom = `${heights.size > 0 ? heights.total - heights.offset(to) : 0}px`;
    const wanted = this.#following ? this.view.scrollHeight - height : heights.offset(anchor) + within;
    if (Math.abs(this.view.scrollTop - wanted) > 0.5) this.view.scrollTop = wanted;
    this.#lastTop = this.view.scrollTop;
    this.#cutOff = 0;
    if (this.#following) this.#fresh = 0;
    this.options.moved(this.#fresh);
    // Rows taller or less tall than guessed leave room, or hide others: once more, until it fits.
    if (fresh.size > 0) this.#wish();
  }

  /** @param {number} top */
  #at(top) {
    const row = this.#heights.at(top);
    return { row, within: this.#heights.size > 0 ? top - this.#heights.offset(row) : 0 };
  }

  /** @param {number} row @param {number} height */
  #measure(row, height) {
    this.#heights.set(row, height);
    const { sum, count } = this.#measured;
    // The last hundred or so count: the list may be wider or narrower than it was.
    this.#measured = count < 100 ? { sum: sum + height, count: count + 1 } : { sum: sum * 0.99 + height, count };
  }

  /** Has exactly these rows in the page. @param {number} from @param {number} to @returns {Map<number, HTMLElement>} those that are new */
  #place(from, to) {
    for (const [row, shown] of this.#drawn) {
      if (row >= from && row < to && !this.#stale.has(row)) continue;
      shown.remove();
      this.#drawn.delete(row);
    }
    this.#stale.clear();
    /** @type {Map<number, HTMLElement>} */ const fresh = new Map();
    /** @type {Element|null} */ let next = this.rows.firstElementChild;
    for (let row = from; row < to; row += 1) {
      const there = this.#drawn.get(row);
      if (there) {
        next = there.nextElementSibling;
        continue;
      }
      const shown = this.options.draw(/** @type {T} */ (this.get(row)), row);
      // How many there will be is unknown in a room that goes on; which one this is, is not.
      shown.setAttribute("aria-posinset", String(row + 1));
      shown.setAttribute("aria-setsize", "-1");
      this.rows.insertBefore(shown, next);
      this.#drawn.set(row, shown);
      fresh.set(row, shown);
    }
    return fresh;
  }
}
