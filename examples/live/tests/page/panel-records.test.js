import assert from "node:assert/strict";
import { test } from "node:test";

import { Records, summed } from "../../page/panel/records.js";

const records = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ no: from + i, at: 0, role: "app", act: "mute", rule: "command" }));
const numbers = (kept) => kept.lines(false).map(({ records }) => records[0].no);

test("records are kept once, the newest first, and no more than so many", () => {
  const kept = new Records(4);
  assert.equal(kept.take({ records: records(1, 3), chain: { records: 3, from: 1 } }).length, 3);
  assert.deepEqual(kept.take({ records: records(3, 4) }).map(({ no }) => no), [4]);
  assert.deepEqual([numbers(kept), kept.chain], [[4, 3, 2, 1], { records: 3, from: 1 }]);
  kept.take({ records: records(5, 6) });
  assert.deepEqual(numbers(kept), [6, 5, 4, 3]);
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

test("what nobody decided in time is one line, and not among what people did", () => {
  const silence = (no, user, word) => ({ no, at: no * 1_000, role: "time", act: "reject", rule: "silence", whom: [{ user, nick: user }], whom_count: 1, messages: [no], word });
  const kept = new Records();
  const mute = { no: 4, at: 4_000, role: "owner", act: "mute", rule: "command", whom: [{ user: "zed" }] };
  kept.take({ records: [silence(1, "ann", "coins"), silence(2, "bo", "coins"), silence(3, "ann", "coins"), mute, silence(5, "ann", "coins"), silence(6, "bo", "tea")] });
  assert.deepEqual(kept.lines(true).map(({ records }) => records.map(({ no }) => no)), [[4]]);
  const lines = kept.lines(false);
  assert.deepEqual(lines.map(({ records }) => records.map(({ no }) => no)), [[5, 6], [4], [1, 2, 3]]);
  const { at, whom, whom_count, messages, word } = summed(lines[2]);
  assert.deepEqual([at, whom.map(({ user }) => user), whom_count, messages, word], [3_000, ["ann", "bo"], 2, [3, 2, 1], "coins"]);
  assert.equal(summed(lines[0]).word, undefined, "not the same for all");
  assert.equal(summed(lines[1]), mute);
  const key = lines[0].key;
  kept.take({ records: [silence(7, "cy", "tea")] });
  assert.notEqual(kept.lines(false)[0].key, key, "a line that grew is shown anew");
});
