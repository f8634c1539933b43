import assert from "node:assert/strict";
import { test } from "node:test";

import { barsOf, ratesAround } from "../../page/panel/bars.js";

const point = (rate, delivered, discarded) => ({ rate, delivered, rejected: 0, discarded, refused: 0 });

test("the wanted rate comes first, and no rate twice or below one", () => {
  assert.deepEqual(ratesAround(80, 40), [80, 20, 40, 160]);
  assert.deepEqual(ratesAround(7, 1), [7, 1, 2, 4]);
  assert.ok(ratesAround(100_000, 3).length <= 8);
});

test("bars stand from the slowest rate to the fastest, each as high as its messages", () => {
  const bars = barsOf([point(80, 10, 0), point(40, 6, 4)], 300, 120);
  assert.deepEqual(bars.map(({ rate }) => rate), [40, 80]);
  const [slow, fast] = bars;
  assert.deepEqual(slow.boxes.map(({ key, y, height }) => [key, y, height]), [["delivered", 48, 72], ["discarded", 0, 48]]);
  assert.deepEqual(fast.boxes.map(({ y, height }) => [y, height]), [[0, 120]]);
  assert.ok(slow.centre < fast.centre && fast.boxes[0].x + fast.boxes[0].width <= 300);
});

test("where nothing was said there are no bars, and nothing is divided by it", () => {
  const [bar] = barsOf([point(40, 0, 0)], 300, 120);
  assert.deepEqual(bar.boxes, []);
  assert.equal(barsOf([], 300, 120).length, 0);
});
