import assert from "node:assert/strict";
import { test } from "node:test";

import { widthOf } from "../board-pen.js";

test("a pen draws wider the harder it is pressed, and as wide as chosen when pressed half", () => {
  const widths = [0.1, 0.3, 0.5, 0.8, 1].map((pressure) => widthOf(10, "pen", pressure));
  assert.deepEqual(widths, [...widths].sort((a, b) => a - b));
  assert.equal(widths[2], 10);
  assert.ok(widths[4] > 1.5 * widths[2]);
});

test("mouse and finger draw as wide as chosen, whatever they say about pressure", () => {
  assert.equal(widthOf(6, "mouse", 0.5), 6);
  assert.equal(widthOf(6, "touch", 1), 6);
  assert.equal(widthOf(6, "pen", 0), 6);
});

test("no width leaves what the room takes", () => {
  assert.equal(widthOf(60, "pen", 1), 64);
  assert.equal(widthOf(1, "pen", 0.01), 1);
});
