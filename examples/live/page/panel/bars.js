/** Where the bars of a what-if stand. Nothing here draws. */

/** What one message of all may have come to, from the ground up. */
export const LAYERS = /** @type {const} */ (["delivered", "rejected", "discarded", "refused"]);

/**
 * @typedef {{rate: number, delivered: number, rejected: number, discarded: number, refused: number, open?: number}} Point
 * @typedef {{key: typeof LAYERS[number], x: number, y: number, width: number, height: number}} Box
 * @typedef {{rate: number, centre: number, boxes: Box[]}} Bar
 */

/** The rates worth a look beside the one that is wanted, which comes first. @param {number} wanted @param {number} inForce */
export function ratesAround(wanted, inForce) {
  const around = [inForce / 2, inForce, inForce * 2, inForce * 4].map((rate) => Math.max(1, Math.round(rate)));
  return [...new Set([wanted, ...around])];
}

/** As many messages as the highest bar has. @param {Point[]} points */
export const mostOf = (points) => Math.max(1, ...points.map((point) => LAYERS.reduce((sum, key) => sum + point[key], 0)));

/**
 * One bar for each rate, the slowest first, each as high as all its messages.
 * @param {Point[]} points @param {number} width @param {number} height @param {number} [most] what is as high as that
 * @returns {Bar[]}
 */
export function barsOf(points, width, height, most = mostOf(points)) {
  const sorted = [...points].sort((a, b) => a.rate - b.rate);
  const step = width / Math.max(1, sorted.length);
  return sorted.map((point, i) => {
    const thick = Math.min(46, step * 0.7);
    const centre = step * (i + 0.5);
    let top = height;
    const boxes = LAYERS.flatMap((key) => {
      const high = (point[key] * height) / most;
      top -= high;
      return high > 0 ? [{ key, x: centre - thick / 2, y: top, width: thick, height: high }] : [];
    });
    return { rate: point.rate, centre, boxes };
  });
}
