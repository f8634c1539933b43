import assert from "node:assert/strict";
import { test } from "node:test";

import { calmMax, logPlace, permille, roundAxis, stackUp } from "../../page/panel/scale.js";

test("an axis ends at a round number not below the greatest value", () => {
  const ends = [[0, 1], [1, 1], [4, 4], [5, 6], [9, 10], [37, 40], [41, 60], [130, 150], [999, 1_000], [1_001, 1_500]];
  for (const [greatest, max] of ends) assert.equal(roundAxis(greatest).max, max, `for ${greatest}`);
});

test("an axis has at most as many ticks as asked for, and they begin at zero", () => {
  for (let greatest = 1; greatest < 3_000; greatest += 7) {
    const { max, ticks } = roundAxis(greatest, 4);
    assert.ok(ticks.length <= 5, `${greatest}: ${ticks}`);
    assert.equal(ticks[0], 0);
    assert.equal(ticks.at(-1), max);
    assert.ok(max >= greatest);
  }
});

test("an axis grows at once and shrinks only when half of it is empty", () => {
  assert.equal(calmMax(40, 60), 60);
  assert.equal(calmMax(60, 40), 60);
  assert.equal(calmMax(60, 20), 20);
});

test("each power of ten of a waiting time is as high as the next", () => {
  const places = [0, 1, 10, 100, 1_000, 10_000, 99_999].map((ms) => Math.round(logPlace(ms) * 1_000));
  assert.deepEqual(places, [0, 0, 250, 500, 750, 1_000, 1_000]);
});

test("layers stand on each other in their order", () => {
  assert.deepEqual(stackUp([{ values: [1, 2] }, { values: [0, 5] }, { values: [3, 0] }]), [[1, 2], [1, 7], [4, 7]]);
});

test("shares add up to the whole whatever rounding does", () => {
  assert.deepEqual(permille([1, 1, 1]), [334, 333, 333]);
  assert.deepEqual(permille([1, 2, 4]), [143, 286, 571]);
  for (const amounts of [[7, 3, 1], [1, 2, 3, 4, 5, 6], [1_000_000, 1]]) {
    assert.equal(permille(amounts).reduce((sum, n) => sum + n, 0), 1_000);
  }
  assert.deepEqual(permille([0, 0]), [0, 0]);
});
