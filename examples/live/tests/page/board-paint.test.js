import assert from "node:assert/strict";
import { test } from "node:test";

import { handles, paint } from "../../page/board/paint.js";

/** A pen that writes down what it is told. */
function recorder() {
  const said = [];
  const say = (name) => (...args) => said.push([name, ...args]);
  return { said, beginPath() {}, moveTo: say("move"), bezierCurveTo: say("curve"), arc: say("arc"), fill: say("fill"), stroke: say("stroke") };
}

test("points on a straight line make a straight line", () => {
  const [x1, y1, x2, y2] = handles([0, 0], [10, 10], [20, 20], [30, 30]);
  assert.ok(Math.abs(x1 - y1) < 1e-9 && Math.abs(x2 - y2) < 1e-9);
  assert.ok(x1 > 10 && x1 < x2 && x2 < 20);
});

test("the ends of a line have nothing before or after them, and bend all the same", () => {
  const all = [...handles([0, 0], [0, 0], [10, 0], [20, 10]), ...handles([0, 0], [10, 0], [20, 10], [20, 10])];
  assert.ok(all.every(Number.isFinite), String(all));
});

test("a short step beside a long one makes no loop", () => {
  const [x1, , x2] = handles([0, 0], [1_000, 0], [1_010, 5], [1_010, 1_000]);
  assert.ok(x1 >= 990 && x1 <= 1_020 && x2 >= 990 && x2 <= 1_020, `${x1} ${x2}`);
});

test("a line goes through every point of its piece", () => {
  const pen = recorder();
  paint(pen, { c: 2, w: 8, p: [0, 0, 5_000, 5_000, 10_000, 0] }, 1_600, 900);
  assert.deepEqual(pen.said[0], ["move", 0, 0]);
  assert.deepEqual(pen.said.filter(([name]) => name === "curve").map((one) => one.slice(5)), [[800, 450], [1_600, 0]]);
  assert.equal(pen.lineWidth, 8);
});

test("one point is a dot as wide as the pen", () => {
  const pen = recorder();
  paint(pen, { c: 0, w: 16, p: [5_000, 5_000] }, 1_600, 900);
  assert.deepEqual(pen.said[0].slice(0, 4), ["arc", 800, 450, 8]);
});
