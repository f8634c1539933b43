/** Where numbers stand in a chart. Nothing here draws. */

/**
 * An axis from zero to a round number not below the greatest value, with few ticks at round numbers.
 * @param {number} greatest
 * @param {number} [most] ticks above zero
 * @returns {{max: number, ticks: number[]}}
 */
export function roundAxis(greatest, most = 4) {
  const wanted = Math.max(1, Number.isFinite(greatest) ? greatest : 1);
  const power = 10 ** Math.floor(Math.log10(wanted / most));
  const steps = [1, 2, 5, 10].map((n) => n * power);
  const step = Math.max(1, steps.find((one) => one * most >= wanted - 1e-9) ?? steps[3]);
  const count = Math.ceil(wanted / step - 1e-9);
  return { max: count * step, ticks: Array.from({ length: count + 1 }, (_, i) => i * step) };
}

/**
 * An axis must not twitch with every frame: it grows at once, and shrinks only when half of it is empty.
 * @param {number} before the maximum so far
 * @param {number} wanted the rounded maximum that the values ask for
 */
export const calmMax = (before, wanted) => (wanted > before || wanted < before / 2 ? wanted : before);

/**
 * Where a length of time stands between 0 and 1, each power of ten as high as the next.
 * @param {number} ms
 * @param {number} least what stands at 0 and below
 * @param {number} most what stands at 1 and above
 */
export function logPlace(ms, least = 1, most = 10_000) {
  if (!(ms > least)) return 0;
  return Math.min(1, Math.log(ms / least) / Math.log(most / least));
}

/**
 * Lays layers on each other.
 * @param {{values: number[]}[]} layers from the ground up
 * @returns {number[][]} the upper edge of each layer
 */
export function stackUp(layers) {
  /** @type {number[][]} */ const edges = [];
  for (const { values } of layers) {
    const below = edges.at(-1);
    edges.push(values.map((n, i) => n + (below?.[i] ?? 0)));
  }
  return edges;
}

/**
 * Shares of a whole in thousandths that add up to 1,000: the greatest remainders get what rounding leaves.
 * @param {number[]} amounts
 * @returns {number[]}
 */
export function permille(amounts) {
  const total = amounts.reduce((sum, n) => sum + n, 0);
  if (total <= 0) return amounts.map(() => 0);
  const exact = amounts.map((n) => (n * 1_000) / total);
  const shares = exact.map(Math.floor);
  const left = 1_000 - shares.reduce((sum, n) => sum + n, 0);
  const byRemainder = exact.map((_, i) => i).sort((a, b) => exact[b] - shares[b] - (exact[a] - shares[a]));
  for (const i of byRemainder.slice(0, left)) shares[i] += 1;
  return shares;
}
