/**
 * Which comment may set off in which lane, so that no two ever overlap. Pure: time and sizes are arguments.
 *
 * A flyer enters at `from` and moves left by `speed` from `start` to `end`; with a speed of 0 it stands
 * still until its end. Both are straight lines in time, so the gap between two flyers of one lane is
 * smallest at one end of the time in which both are there, and looking at both ends proves all of it.
 *
 * Invariant: of two flyers in a lane, the later one's left edge is never nearer than `GAP` to the right
 * edge of the earlier one while both are in flight, whatever their widths, and whatever the stage's
 * width was when they set off.
 */

/**
 * @typedef {object} Flyer
 * @property {number} width
 * @property {number} from where its left edge is at the start
 * @property {number} speed in pixels a millisecond, to the left
 * @property {number} start
 * @property {number} end when it has left, or goes out
 */

/** Pixels between two comments of one lane. */
export const GAP = 20;

/** Where the left edge is. @param {Flyer} flyer @param {number} now */
export const leftOf = (flyer, now) => flyer.from - flyer.speed * (now - flyer.start);

/**
 * One that crosses from beyond the right edge until it is gone behind the left one.
 * @param {number} width @param {number} stage the stage's width @param {number} now @param {number} speed
 * @returns {Flyer}
 */
export function crossing(width, stage, now, speed) {
  return { width, from: stage, speed, start: now, end: now + (stage + width) / speed };
}

/** One that stands still, for those who want no motion. @param {number} width @param {number} now @param {number} takes @returns {Flyer} */
export function standing(width, now, takes) {
  return { width, from: GAP, speed: 0, start: now, end: now + takes };
}

/**
 * Whether `next` may set off behind `last`.
 * @param {Flyer|undefined} last the latest of the lane
 * @param {Flyer} next
 */
export function mayFollow(last, next) {
  if (!last || last.end <= next.start) return true;
  if (last.speed === 0 || next.speed === 0) return false;
  const gap = (/** @type {number} */ at) => leftOf(next, at) - (leftOf(last, at) + last.width);
  return gap(next.start) >= GAP && gap(Math.min(last.end, next.end)) >= GAP;
}

/** The lanes of a stage. They know the latest flyer of each, and nothing else. */
export class Lanes {
  /** @type {(Flyer|undefined)[]} */ #last = [];

  /** How many there are; those above keep their flyers. @param {number} count */
  set count(count) {
    this.#last.length = Math.max(1, Math.floor(count));
  }

  get count() {
    return this.#last.length;
  }

  clear() {
    this.#last.fill(undefined);
  }

  /**
   * The first lane in which one may set off, which is then its own.
   * @param {(lane: number) => Flyer|null} flyerIn how it would fly there, if at all; lanes may be of different speeds
   * @returns {{flyer: Flyer, lane: number}|null} null if there is none
   */
  take(flyerIn) {
    for (let lane = 0; lane < this.#last.length; lane += 1) {
      const flyer = flyerIn(lane);
      if (flyer === null || !mayFollow(this.#last[lane], flyer)) continue;
      this.#last[lane] = flyer;
      return { flyer, lane };
    }
    return null;
  }
}
