import assert from "node:assert/strict";
import { test } from "node:test";

import { Waiting } from "../../page/panel/waiting.js";

const frame = (now, high) => ({ now, waits: { high } });

test("the recent median counts each frame as often as it had deliveries", () => {
  const waiting = new Waiting();
  waiting.take(frame(1_000, { n: 1, p50: 500, p99: 500 }));
  waiting.take(frame(1_500, { n: 30, p50: 4, p99: 90 }));
  waiting.take(frame(2_000, { n: 5, p50: 80, p99: 200 }));
  assert.deepEqual(waiting.recent("high"), { p50: 4, p99: 500 });
});

test("the middle of frames with as many deliveries is the middle one, in whatever order they came", () => {
  const waiting = new Waiting();
  [80, 5, 30].forEach((p50, i) => waiting.take(frame(1_000 + i, { n: 2, p50, p99: 100 })));
  assert.equal(waiting.recent("high")?.p50, 30);
});

test("what was long ago is neither recent nor kept for ever", () => {
  const waiting = new Waiting(60_000);
  waiting.take(frame(1_000, { n: 1, p50: 500, p99: 500 }));
  waiting.take(frame(30_000, { n: 1, p50: 3, p99: 5 }));
  assert.deepEqual(waiting.recent("high"), { p50: 3, p99: 5 });
  assert.equal(waiting.samples("high").length, 2);
  waiting.take({ now: 61_000 });
  assert.equal(waiting.samples("high").length, 1);
});

test("frames without deliveries say nothing about waiting", () => {
  const waiting = new Waiting();
  waiting.take(frame(1_000, { n: 0, p50: 0, p99: 0 }));
  assert.equal(waiting.recent("high"), null);
});

test("a clock that goes back begins anew", () => {
  const waiting = new Waiting();
  waiting.take(frame(90_000, { n: 1, p50: 500, p99: 500 }));
  waiting.take(frame(1_000, { n: 1, p50: 3, p99: 5 }));
  assert.deepEqual(waiting.samples("high").map(({ at }) => at), [1_000]);
});

test("a calm line has one point for the frames of three seconds, and none in the future", () => {
  const waiting = new Waiting();
  waiting.take(frame(500, { n: 1, p50: 500, p99: 500 }));
  waiting.take(frame(3_000, { n: 9, p50: 4, p99: 90 }));
  waiting.take(frame(3_500, { n: 1, p50: 8, p99: 9 }));
  assert.deepEqual(waiting.calm("high"), [{ at: 3_000, p50: 4, p99: 500 }, { at: 3_500, p50: 8, p99: 9 }]);
});
