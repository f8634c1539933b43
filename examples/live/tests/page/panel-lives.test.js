import assert from "node:assert/strict";
import { test } from "node:test";

import { Lives, fits } from "../../page/panel/lives.js";

const life = (message, rest = {}) => ({
  message, user: "u7", nick: "Ann", kind: "text", priority: "normal", accepted: 0, state: "delivered", at: 1, ...rest,
});
const ALL = { outcome: "", priority: "", author: "" };
const numbers = (lives) => lives.shown.map(({ message }) => message);

test("the newest stands first, and no more are kept than agreed", () => {
  const lives = new Lives(3);
  lives.take({ lives: [life(1), life(2)] });
  lives.take({ lives: [life(3), life(4)] });
  assert.deepEqual(numbers(lives), [4, 3, 2]);
});

test("a list that stands still does not move, and counts what came meanwhile", () => {
  const lives = new Lives();
  lives.take({ lives: [life(1)] });
  lives.still = true;
  lives.take({ lives: [life(2), life(3)] });
  assert.deepEqual([numbers(lives), lives.fresh], [[1], 2]);
  lives.still = false;
  assert.deepEqual([numbers(lives), lives.fresh], [[3, 2, 1], 0]);
});

test("what came meanwhile counts only if the reader wants to see it", () => {
  const lives = new Lives();
  lives.filter({ outcome: "discarded" });
  lives.still = true;
  lives.take({ lives: [life(1), life(2, { state: "discarded", reason: "rate" })] });
  assert.equal(lives.fresh, 1);
});

test("a filter chosen while the list stands still looks through everything that is kept", () => {
  const lives = new Lives();
  lives.take({ lives: [life(1, { priority: "high" }), life(2)] });
  lives.still = true;
  lives.filter({ priority: "high" });
  assert.deepEqual(numbers(lives), [1]);
});

test("an outcome is found by its name and by its reason", () => {
  const lost = life(1, { state: "discarded", reason: "expired" });
  assert.ok(fits(lost, { ...ALL, outcome: "discarded" }));
  assert.ok(fits(lost, { ...ALL, outcome: "expired" }));
  assert.ok(!fits(lost, { ...ALL, outcome: "rate" }));
});

test("an author is found by part of the nick or the id, in any case", () => {
  assert.ok(fits(life(1), { ...ALL, author: "an" }));
  assert.ok(fits(life(1), { ...ALL, author: "U7" }));
  assert.ok(!fits(life(1), { ...ALL, author: "bo" }));
  assert.ok(!fits(life(1, { user: null, nick: undefined }), { ...ALL, author: "bo" }));
});

test("those that the host did not tell one by one are counted", () => {
  const lives = new Lives();
  lives.take({ lives: [], more: 12 });
  lives.take({ lives: [life(1)], more: 3 });
  assert.equal(lives.untold, 15);
});
