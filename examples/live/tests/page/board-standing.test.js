import assert from "node:assert/strict";
import { test } from "node:test";

import { standingOf } from "../../page/board/standing.js";

const PUPIL = { speakers: "called", role: "member", guest: false, called: false, muted: false, muteAll: false };
const may = (change) => standingOf({ ...PUPIL, ...change }).may;

test("in a large class a pupil listens until called on", () => {
  assert.deepEqual(standingOf(PUPIL), { standing: "listen", may: false });
  assert.deepEqual(standingOf({ ...PUPIL, called: true }), { standing: "called", may: true });
});

test("in a small class everybody draws, but no guest", () => {
  assert.ok(may({ speakers: "all" }));
  assert.ok(!may({ speakers: "all", guest: true }));
});

test("who is muted does not draw, called on or not", () => {
  assert.ok(!may({ called: true, muted: true }));
  assert.ok(!may({ role: "admin", muted: true }));
});

test("when only the staff may write, the teacher goes on and those called on do not", () => {
  assert.ok(may({ role: "owner", muteAll: true }));
  assert.ok(!may({ called: true, muteAll: true }));
});
