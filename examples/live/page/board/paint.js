/** Pieces of strokes as lines on a canvas. */

/** @typedef {import("./shape.js").Piece} Piece */

/** The pens. The last one is the paper's own colour, and so takes away what was drawn. */
export const INKS = ["#1b1d29", "#1f5fd0", "#cf2233", "#18803f", "#d9690a", "#7b3fb5", "#7a4a26", "#ffffff"];
export const PAPER = "#ffffff";
/** Widths count in these of the board's width. */
const WIDE = 1_600;
const SPAN = 10_000;

/**
 * Where a line from a point to the next one bends: the two handles of a Bézier curve that passes through
 * both, after Catmull and Rom in the centripetal form, which makes no loops where points are uneven.
 * @param {[number, number]} before @param {[number, number]} from @param {[number, number]} to @param {[number, number]} after
 * @returns {[number, number, number, number]}
 */
export function handles(before, from, to, after) {
  const apart = (/** @type {number[]} */ a, /** @type {number[]} */ b) => Math.sqrt(Math.hypot(b[0] - a[0], b[1] - a[1]));
  const [d1, d2, d3] = [apart(before, from), apart(from, to), apart(to, after)];
  const bend = (/** @type {number} */ i) => {
    const first = d1 === 0 ? from[i] : (d1 * d1 * to[i] - d2 * d2 * before[i] + (2 * d1 * d1 + 3 * d1 * d2 + d2 * d2) * from[i]) / (3 * d1 * (d1 + d2));
    const second = d3 === 0 ? to[i] : (d3 * d3 * from[i] - d2 * d2 * after[i] + (2 * d3 * d3 + 3 * d3 * d2 + d2 * d2) * to[i]) / (3 * d3 * (d3 + d2));
    return [first, second];
  };
  const [[x1, x2], [y1, y2]] = [bend(0), bend(1)];
  return [x1, y1, x2, y2];
}

/**
 * Draws one piece: a round line through all of its points.
 * @param {CanvasRenderingContext2D} pen
 * @param {Pick<Piece, "c"|"w"|"p">} piece
 * @param {number} width of the board in the pen's units
 * @param {number} height
 */
export function paint(pen, { c, w, p }, width, height) {
  const last = p.length / 2 - 1;
  /** @type {(at: number) => [number, number]} */
  const point = (at) => {
    const i = 2 * Math.min(last, Math.max(0, at));
    return [(p[i] * width) / SPAN, (p[i + 1] * height) / SPAN];
  };
  pen.strokeStyle = pen.fillStyle = INKS[c] ?? INKS[0];
  pen.lineWidth = Math.max(1, (w * width) / WIDE);
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  if (last === 0) {
    pen.arc(...point(0), pen.lineWidth / 2, 0, 7);
    pen.fill();
    return;
  }
  pen.moveTo(...point(0));
  for (let at = 0; at < last; at += 1) {
    const to = point(at + 1);
    pen.bezierCurveTo(...handles(point(at - 1), point(at), to, point(at + 2)), ...to);
  }
  pen.stroke();
}

/** @param {CanvasRenderingContext2D} pen @param {readonly Piece[]} pieces @param {number} width @param {number} height */
export function paintAll(pen, pieces, width, height) {
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, width, height);
  for (const piece of pieces) paint(pen, piece, width, height);
}

/**
 * The whole drawing as a picture of 1,920 by 1,080 points.
 * @param {readonly Piece[]} pieces
 * @returns {Promise<Blob|null>}
 */
export function picture(pieces) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1_920, 1_080];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  paintAll(pen, pieces, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
