/**
 * Like things that come one after the other are told once, with their sum: a giver's roses, people who
 * join. Pure: the time is the host's, taken from the entries.
 *
 * Invariant: every amount taken is in the sum of exactly one fold, however the entries are cut into
 * batches and whoever gives in between.
 */

/**
 * What a gift's data says, within bounds, whatever stands there.
 * @param {string|undefined} data
 * @param {Record<string, any>} known the gifts that there are
 */
export function giftOf(data, known) {
  try {
    const { gift, n } = JSON.parse(data ?? "");
    const count = Number.isInteger(n) ? Math.min(99, Math.max(1, n)) : 1;
    return { gift: Object.hasOwn(known, gift) ? String(gift) : "", n: count };
  } catch {
    return { gift: "", n: 1 };
  }
}

/**
 * How often a message was said with this entry, and in all: more than once where the host folded it.
 * @param {{folded?: {count: number, total: number}}} entry
 */
export const timesOf = ({ folded }) => ({ count: folded?.count ?? 1, total: folded?.total ?? 1 });

/** @typedef {{row: number, sum: number, at: number}} Fold */

/** More open ones than anybody sees; the oldest of more is closed. */
const MAX_OPEN = 256;

export class Folds {
  /** @type {Map<string, Fold>} */ #open = new Map();

  /**
   * @param {number} within milliseconds that may lie between two of a fold
   * @param {number} [reach] rows that may lie between a fold's row and the newest
   */
  constructor(within, reach = Infinity) {
    this.within = within;
    this.reach = reach;
  }

  /**
   * @param {string} key which belong together
   * @param {number} n how much it is
   * @param {number} at when, by the host's clock
   * @param {number} next the row that it gets if it opens a fold
   * @returns {Fold} the one that it is in now; it opened it if its row is `next`
   */
  take(key, n, at, next) {
    const open = this.#open.get(key);
    this.#open.delete(key);
    const goesOn = open && Math.abs(at - open.at) <= this.within && next - open.row <= this.reach;
    const fold = goesOn ? { ...open, sum: open.sum + n, at: Math.max(at, open.at) } : { row: next, sum: n, at };
    this.#open.set(key, fold);
    if (this.#open.size > MAX_OPEN) this.#open.delete([...this.#open.keys()][0]);
    return fold;
  }

  /** Nothing that comes goes on with what was before. */
  close() {
    this.#open.clear();
  }
}
