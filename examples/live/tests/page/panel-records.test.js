import assert from "node:assert/strict";
import { test } from "node:test";

import { Records } from "../../page/panel/records.js";

const records = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ no: from + i, at: 0, role: "app", act: "mute", rule: "command" }));
const numbers = (kept) => kept.newest(99).map(({ no }) => no);

test("records are kept once, the newest first, and no more than so many", () => {
  const kept = new Records(4);
  assert.equal(kept.take({ records: records(1, 3), chain: { records: 3, from: 1 } }).length, 3);
  assert.deepEqual(kept.take({ records: records(3, 4) }).map(({ no }) => no), [4]);
  assert.deepEqual([numbers(kept), kept.chain], [[4, 3, 2, 1], { records: 3, from: 1 }]);
  kept.take({ records: records(5, 6) });
  assert.deepEqual([numbers(kept), kept.newest(2).map(({ no }) => no)], [[6, 5, 4, 3], [6, 5]]);
});

test("who comes back and is told all again has each once", () => {
  const kept = new Records();
  kept.take({ records: records(1, 5) });
  assert.deepEqual(kept.take({ records: records(1, 6) }).map(({ no }) => no), [6]);
  assert.equal(kept.size, 6);
});

test("a host that began anew begins the list anew", () => {
  const kept = new Records();
  kept.take({ records: records(1, 5), chain: { records: 5, from: 1 } });
  kept.clear();
  assert.equal(kept.chain, null);
  kept.take({ records: records(1, 2) });
  assert.deepEqual(numbers(kept), [2, 1]);
});
