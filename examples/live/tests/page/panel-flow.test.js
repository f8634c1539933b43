import assert from "node:assert/strict";
import { test } from "node:test";

import { Flow, countsOf, spread } from "../../page/panel/flow.js";

const START = 1_600_000_000_000;

/** @param {number} ms @param {any} high @param {any} [refused] */
const frame = (ms, high, refused = {}) => ({ now: START + ms, refused, flow: { high } });

const sum = (values) => values.reduce((total, n) => total + n, 0);

test("a difference is spread over the seconds between two frames by their share of the time", () => {
  const got = [];
  spread(1_500, 3_500, 100, (second, share) => got.push([second, share]));
  assert.deepEqual(got, [[1, 25], [2, 50], [3, 25]]);
});

test("frames that say the same time put everything into that second", () => {
  const got = [];
  spread(1_500, 1_500, 7, (second, share) => got.push([second, share]));
  assert.deepEqual(got, [[1, 7]]);
});

test("the first frame only says where the counting begins", () => {
  const flow = new Flow(10);
  flow.take(frame(0, { accepted: 5_000, delivered: 5_000 }));
  flow.take(frame(3_000, { accepted: 5_030, delivered: 5_030 }));
  assert.equal(sum(flow.offered()), 30);
  assert.equal(flow.watched, 3);
});

test("a steady room draws a level line although its frames come unevenly", () => {
  const flow = new Flow(4);
  for (const ms of [0, 380, 1_120, 1_490, 2_600, 3_001, 4_000]) flow.take(frame(ms, { delivered: ms / 25 }));
  const [{ key, values }] = flow.layers("outcome");
  assert.equal(key, "delivered");
  for (const n of values) assert.ok(Math.abs(n - 40) < 1e-6, String(values));
});

test("totals that fall mean that the host began anew, and are no negative rate", () => {
  const flow = new Flow(10);
  flow.take(frame(0, { accepted: 900 }));
  flow.take(frame(1_000, { accepted: 1_000 }));
  flow.take(frame(2_000, { accepted: 4 }));
  flow.take(frame(3_000, { accepted: 10 }));
  assert.equal(sum(flow.offered()), 6);
});

test("every way of stacking shows the same losses", () => {
  const flow = new Flow(10);
  flow.take({ now: START, flow: {}, refused: {} });
  flow.take({
    now: START + 2_000,
    refused: { 1004: 3, 2004: 1 },
    flow: {
      high: { accepted: 10, delivered: 10 },
      low: { accepted: 20, delivered: 8, rejected: { filter: 2 }, discarded: { rate: 7, shed: 3 } },
    },
  });
  const total = (by, measure) =>
    Object.fromEntries(flow.layers(by, measure).map(({ key, values }) => [key, Math.round(sum(values))]));
  assert.deepEqual(total("outcome"), { delivered: 18, rejected: 2, discarded: 10, refused: 4 });
  assert.deepEqual(total("priority", "discarded"), { low: 10 });
  assert.deepEqual(total("priority", "accepted"), { high: 10, low: 20 });
  assert.deepEqual(total("reason"), { filter: 2, rate: 7, shed: 3, refused: 4 });
  assert.equal(Math.round(sum(flow.offered())), 34);
});

test("the rate is that of the seconds that were watched, and not of those before", () => {
  const flow = new Flow(60);
  flow.take(frame(0, { delivered: 0 }));
  flow.take(frame(2_000, { delivered: 80 }));
  assert.equal(flow.rate("delivered", 5), 40);
});

test("what is older than the span is forgotten", () => {
  const flow = new Flow(5);
  flow.take(frame(0, { delivered: 0 }));
  flow.take(frame(1_000, { delivered: 100 }));
  for (let ms = 2_000; ms <= 20_000; ms += 1_000) flow.take(frame(ms, { delivered: 100 }));
  assert.deepEqual(flow.layers("outcome"), []);
});

test("a total that is no number counts as nothing", () => {
  assert.deepEqual(countsOf({ refused: { 1004: "many" }, flow: {} }), [
    { measure: "refused", priority: "", reason: "1004", n: 0 },
  ]);
});
