/**
 * What went by unread while one was away, or was too slow for it, as one sum. The host tells it in many batches,
 * each with what lies before its own entries, so it is added up until the reader has caught up.
 *
 * After a pause that is so when as much has come as went by in it; else, and if that never comes, with the first
 * entry that is clearly younger than the gap. Pure: the time is the host's.
 * Invariant: whatever a batch says was missed is in exactly one gap.
 */

/**
 * @typedef {import("../liveroom.js").Counts} Counts
 * @typedef {import("../liveroom.js").Batch} Batch
 *
 * @typedef {object} Gap
 * @property {() => string|null} about what is to be said of it beside what was missed
 * @property {Counts} missed
 * @property {number|null} came after a pause of which nothing was missed: how many messages came meanwhile
 * @property {number} [row] for whoever tells it
 */

/** So far the clocks of page and host may be apart. */
const YOUNGER_MS = 1_000;
/** What comes so long after the last batch is no part of the gap any more. */
const QUIET_MS = 5_000;

/** How many messages there are in counts by class; tips and notices are none. @param {Counts} counts */
export const messagesIn = ({ high = 0, normal = 0, low = 0, lowest = 0 }) => high + normal + low + lowest;

/** @param {Counts} counts */
const placesIn = (counts) => Object.values(counts).reduce((sum, n) => sum + n, 0);

export class Gaps {
  /** `left`: how many places of the history are still to come, if that is known. @type {{gap: Gap, went: number, left: number, since: number, touched: number}|null} */
  #open = null;

  /** @param {(gap: Gap) => void} tell is called whenever a gap has changed */
  constructor(tell) {
    this.tell = tell;
  }

  /** One is back from an outage. @param {number} now @param {() => string|null} about */
  back(now, about) {
    this.tell(this.#begin(now, about).gap);
  }

  /** One goes on after a pause. @param {number} now @param {Counts} went what went by in it */
  goOn(now, went) {
    const left = placesIn(went);
    if (left > 0) Object.assign(this.#begin(now), { went: messagesIn(went), left });
  }

  /** To be called with each batch. @param {number} now @param {Batch} batch */
  take(now, { entries, missed }) {
    const places = placesIn(missed);
    const isOver = this.#open?.left === Infinity && now - this.#open.touched > QUIET_MS;
    if (isOver) this.#open = null;
    if (places > 0) this.#open ??= this.#begin(now);
    const open = this.#open;
    if (open === null) return;
    for (const [name, n] of /** @type {[keyof Counts, number][]} */ (Object.entries(missed))) {
      open.gap.missed[name] = (open.gap.missed[name] ?? 0) + n;
    }
    open.left -= entries.length + places;
    open.touched = now;
    const isAllThere = open.left <= 0;
    if (isAllThere || entries.some(({ at }) => at > open.since + YOUNGER_MS)) this.#open = null;
    if (isAllThere && open.went > 0 && placesIn(open.gap.missed) === 0) open.gap.came = open.went;
    if (places > 0 || open.gap.came !== null) this.tell(open.gap);
  }

  /** @param {number} now @param {() => string|null} about */
  #begin(now, about = () => null) {
    this.#open = { gap: { about, missed: {}, came: null }, went: 0, left: Infinity, since: now, touched: now };
    return this.#open;
  }
}
