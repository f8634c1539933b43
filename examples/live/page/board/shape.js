/**
 * Pieces of strokes as they are on the wire, and the points in them.
 *
 * Points are whole numbers from 0 to 10,000: ten-thousandths of the board's width and of its height. The
 * board is 16 by 9, so a step upwards is shorter than a step sidewards; distances here count in the
 * units of the width. A list of points is flat: x, y, x, y.
 */

/**
 * @typedef {object} Piece
 * @property {number} id the stroke that it belongs to
 * @property {number} c the colour, 0 to 7
 * @property {number} w the width, 1 to 64 in 1,600ths of the board's width
 * @property {number[]} p
 */

export const SPAN = 10_000;
export const MAX_POINTS = 256;
export const MAX_WIDTH = 64;
export const COLOURS = 8;
const HEIGHT = 9 / 16;

/** A place on the board, wherever the pointer is. @param {number} share of the width or height */
export const place = (share) => Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * SPAN);

/** @param {any} n @param {number} least @param {number} most */
const isWhole = (n, least, most) => Number.isInteger(n) && n >= least && n <= most;

/**
 * Reads the data of a stroke message, which anybody may have written.
 * @param {unknown} data
 * @returns {Piece|null} null if it is not of its form
 */
export function readPiece(data) {
  let piece;
  try {
    piece = JSON.parse(String(data));
  } catch {
    return null;
  }
  const { id, c, w, p } = piece ?? {};
  const stands =
    isWhole(id, 0, 2 ** 32 - 1) && isWhole(c, 0, COLOURS - 1) && isWhole(w, 1, MAX_WIDTH) &&
    Array.isArray(p) && p.length >= 2 && p.length <= 2 * MAX_POINTS && p.length % 2 === 0 &&
    p.every((n) => isWhole(n, 0, SPAN));
  return stands ? { id, c, w, p } : null;
}

/** @param {Piece} piece */
export const writePiece = ({ id, c, w, p }) => JSON.stringify({ id, c, w, p });

/**
 * How far a point is from the straight way between two others.
 * @param {number[]} p @param {number} at @param {number} from @param {number} to counted in points
 */
function away(p, at, from, to) {
  const [ax, ay] = [p[2 * from], p[2 * from + 1] * HEIGHT];
  const [dx, dy] = [p[2 * to] - ax, p[2 * to + 1] * HEIGHT - ay];
  const [x, y] = [p[2 * at] - ax, p[2 * at + 1] * HEIGHT - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / length));
  return Math.hypot(x - along * dx, y - along * dy);
}

/**
 * Leaves out the points that nobody would miss (Ramer, Douglas, Peucker): none that is left out is further
 * from the line of those that stay than the tolerance. First and last stay.
 * @param {number[]} p
 * @param {number} tolerance
 * @returns {number[]}
 */
export function simplify(p, tolerance) {
  const last = p.length / 2 - 1;
  if (last < 2) return p.slice();
  const stays = new Set([0, last]);
  // A list of spans instead of calls in calls: a scribble has more points than some stacks have room.
  const spans = [[0, last]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let [furthest, distance] = [-1, tolerance];
    for (let at = from + 1; at < to; at += 1) {
      const here = away(p, at, from, to);
      if (here > distance) [furthest, distance] = [at, here];
    }
    if (furthest < 0) continue;
    stays.add(furthest);
    spans.push([from, furthest], [furthest, to]);
  }
  return [...stays].sort((a, b) => a - b).flatMap((at) => [p[2 * at], p[2 * at + 1]]);
}
