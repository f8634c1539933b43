import assert from "node:assert/strict";
import { test } from "node:test";

import { balance } from "../../page/panel/balance.js";

const FRAME = {
  refused: { 1004: 3, 2004: 2 },
  flow: {
    high: { accepted: 10, delivered: 9, waiting: 1 },
    normal: { accepted: 30, delivered: 20, rejected: { filter: 2, silence: 1 }, discarded: { rate: 4 }, waiting: 1, held: 2 },
  },
};

test("books in which every message has one place balance", () => {
  assert.deepEqual(balance(FRAME), {
    offered: 45, refused: 5, accepted: 40,
    delivered: 29, rejected: 3, discarded: 4, waiting: 2, held: 2,
    missing: 0, holds: true,
  });
});

test("an accepted message that is nowhere is seen", () => {
  const { missing, holds } = balance({ ...FRAME, flow: { ...FRAME.flow, low: { accepted: 1 } } });
  assert.deepEqual({ missing, holds }, { missing: 1, holds: false });
});

test("a message that is in two places is seen", () => {
  const { missing, holds } = balance({ flow: { low: { accepted: 1, delivered: 1, waiting: 1 } } });
  assert.deepEqual({ missing, holds }, { missing: -1, holds: false });
});

test("what was offered is what was refused and accepted, so it says nothing about the balance", () => {
  const { offered, holds } = balance({ ...FRAME, offered: 46, refused: { 2004: 9 } });
  assert.deepEqual({ offered, holds }, { offered: 49, holds: true });
});

test("the books of an empty room balance", () => {
  assert.equal(balance({}).holds, true);
  assert.equal(balance({}).offered, 0);
});
