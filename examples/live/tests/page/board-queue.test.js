import assert from "node:assert/strict";
import { test } from "node:test";

import { CLEAR, STROKE, StrokeQueue, judge } from "../../page/board/queue.js";
import { readPiece } from "../../page/board/shape.js";

const IN = { state: "delivered" };
const LOST_TO_RATE = { state: "discarded", reason: "rate" };

/** A zigzag, of which no point can be left out. @param {StrokeQueue} queue @param {number} from @param {number} to */
function zigzag(queue, from, to, width = 4) {
  for (let i = from; i < to; i += 1) queue.add(i * 10, i % 2 === 0 ? 0 : 5_000, width);
}

/** @param {any} out */
const pieceOf = (out) => readPiece(out?.data);

/**
 * Sends until nothing is left; `fate` says what becomes of each piece.
 * @param {StrokeQueue} queue @param {(n: number) => any} [fate]
 */
function drain(queue, fate = () => IN) {
  const delivered = [];
  const times = [];
  for (let now = 0, n = 0; !queue.empty && now < 600_000; now += 25) {
    const out = queue.take(now);
    if (!out) continue;
    times.push(now);
    const answer = fate(n++);
    if (answer.state === "delivered") delivered.push(pieceOf(out) ?? "clear");
    queue.answer(answer);
  }
  return { delivered, times };
}

test("a stroke is put together from its pieces, each beginning where the one before ended", () => {
  const queue = new StrokeQueue();
  queue.begin(9, 2);
  zigzag(queue, 0, 700);
  queue.end();
  const { delivered } = drain(queue);
  assert.ok(delivered.length >= 3);
  let together = delivered[0].p;
  for (const { p, id, c } of delivered.slice(1)) {
    assert.deepEqual(p.slice(0, 2), together.slice(-2));
    assert.deepEqual([id, c], [9, 2]);
    together = [...together, ...p.slice(2)];
  }
  assert.equal(together.length, 1_400);
  assert.ok(delivered.every(({ p }) => p.length <= 512));
});

test("at most eight pieces a second go out", () => {
  const queue = new StrokeQueue();
  queue.begin(1, 0);
  let sent = 0;
  for (let now = 0, i = 0; now < 1_000; now += 5, i += 1) {
    zigzag(queue, i, i + 1);
    if (!queue.take(now)) continue;
    sent += 1;
    queue.answer(IN);
  }
  assert.ok(sent > 4 && sent <= 8, String(sent));
});

test("while a piece is on its way no other goes out, and the next one takes all that gathered", () => {
  const queue = new StrokeQueue();
  queue.begin(1, 0);
  zigzag(queue, 0, 5);
  assert.equal(pieceOf(queue.take(0)).p.length, 10);
  zigzag(queue, 5, 100);
  assert.equal(queue.take(60_000), null);
  queue.answer(IN);
  assert.equal(pieceOf(queue.take(60_000)).p.length, 2 * 96);
});

test("a piece that was lost to the rate goes out again, and nothing overtakes it", () => {
  const queue = new StrokeQueue();
  for (const id of [1, 2, 3]) {
    queue.begin(id, 0);
    zigzag(queue, id * 100, id * 100 + 5);
    queue.end();
  }
  const { delivered } = drain(queue, (n) => (n % 3 === 2 ? IN : LOST_TO_RATE));
  assert.deepEqual(delivered.map(({ id }) => id), [1, 2, 3]);
  assert.ok(delivered.every(({ p }) => p.length === 10));
});

test("no stroke is lost and none changes its order, whatever becomes of the pieces", () => {
  const fates = [LOST_TO_RATE, { state: "unknown" }, { state: "discarded", reason: "expired" },
    { state: "discarded", reason: "shed" }, { state: "refused", code: 3003 }, { state: "refused", code: "too_many_open" }];
  let dice = 7;
  const roll = () => (dice = (dice * 48_271) % 2_147_483_647);
  for (let round = 0; round < 50; round += 1) {
    const queue = new StrokeQueue();
    const drawn = new Map();
    for (let id = 1; id <= 6; id += 1) {
      const from = roll() % 200;
      const to = from + 1 + (roll() % 300);
      queue.begin(id, id);
      zigzag(queue, from, to);
      queue.end();
      drawn.set(id, to - from);
    }
    const { delivered } = drain(queue, () => (roll() % 3 === 0 ? IN : fates[roll() % fates.length]));
    const ids = delivered.map(({ id }) => id);
    assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
    for (const [id, points] of drawn) {
      const pieces = delivered.filter((piece) => piece.id === id);
      const got = pieces.reduce((sum, { p }) => sum + p.length / 2 - 1, 1);
      assert.equal(got, points, `stroke ${id} of round ${round}`);
    }
  }
});

test("a busy room is asked less often, and a quiet one as often as before", () => {
  const queue = new StrokeQueue();
  queue.begin(1, 0);
  zigzag(queue, 0, 5);
  for (let i = 0, now = 0; i < 12; i += 1, now += 10_000) {
    assert.ok(queue.take(now));
    queue.answer(LOST_TO_RATE);
  }
  assert.equal(queue.pace, 2_000);
  assert.ok(queue.slow);
  for (let i = 5, now = 1_000_000; i < 30; i += 1, now += 10_000) {
    assert.ok(queue.take(now));
    queue.answer(IN);
    zigzag(queue, i, i + 1);
  }
  assert.equal(queue.pace, 125);
});

test("what the room does not want is dropped with all that waits behind it", () => {
  for (const answer of [{ state: "refused", code: 2004 }, { state: "rejected", reason: "decision" },
    { state: "discarded", reason: "muted" }, { state: "discarded", reason: "disbanded" }]) {
    const queue = new StrokeQueue();
    queue.begin(1, 0);
    zigzag(queue, 0, 5);
    queue.take(0);
    assert.equal(queue.answer(answer), "lost");
    assert.ok(queue.empty);
    queue.add(1, 1, 4);
    assert.equal(queue.take(9_999), null);
  }
});

test("a touch without a move is a dot, but only when the pen is up", () => {
  const queue = new StrokeQueue();
  queue.begin(1, 0);
  queue.add(50, 60, 8);
  assert.equal(queue.take(0), null);
  queue.end();
  assert.deepEqual(pieceOf(queue.take(0)), { id: 1, c: 0, w: 8, p: [50, 60] });
  queue.answer(IN);
  assert.ok(queue.empty);
});

test("an open stroke is sent while it is drawn, and is over when its last point is in", () => {
  const queue = new StrokeQueue();
  queue.begin(1, 0);
  zigzag(queue, 0, 3);
  queue.take(0);
  queue.answer(IN);
  assert.equal(queue.take(1_000), null);
  assert.ok(!queue.empty);
  queue.end();
  assert.ok(queue.empty);
});

test("a pen pressed much harder begins a piece of another width", () => {
  const queue = new StrokeQueue();
  queue.begin(1, 0);
  zigzag(queue, 0, 20, 4);
  zigzag(queue, 20, 40, 12);
  queue.end();
  assert.deepEqual(drain(queue).delivered.map(({ w }) => w), [4, 12]);
});

test("emptying the board comes after what is on its way, and spares the room what is not", () => {
  const queue = new StrokeQueue();
  for (const id of [1, 2]) {
    queue.begin(id, 0);
    zigzag(queue, 0, 5);
    queue.end();
  }
  assert.equal(queue.take(0).kind, STROKE);
  queue.clear();
  queue.answer(IN);
  assert.equal(queue.take(1_000).kind, CLEAR);
  queue.answer(LOST_TO_RATE);
  queue.begin(3, 0);
  zigzag(queue, 0, 5);
  assert.equal(queue.take(9_000).kind, CLEAR);
  queue.answer(IN);
  assert.equal(pieceOf(queue.take(20_000)).id, 3);
});

test("losses that say nothing against a message are worth another try, and others are not", () => {
  const cases = [
    [{ state: "delivered" }, "in"], [{ state: "unknown" }, "again"],
    [{ state: "discarded", reason: "shed" }, "again"], [{ state: "discarded", reason: "removed" }, "lost"],
    [{ state: "refused", code: 5001 }, "again"], [{ state: "refused", code: 1004 }, "lost"],
    [{ state: "rejected", reason: "filter" }, "lost"],
  ];
  for (const [answer, verdict] of cases) assert.equal(judge(answer), verdict, JSON.stringify(answer));
});
