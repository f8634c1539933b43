import assert from "node:assert/strict";
import { test } from "node:test";

import { Gaps, messagesIn } from "../../page/show/gap.js";

const NOW = 1_000_000;

/** Gaps, and what was told of each in the end, with how often it was told. */
function watch() {
  /** @type {Map<any, number>} */ const told = new Map();
  const gaps = new Gaps((gap) => told.set(gap, (told.get(gap) ?? 0) + 1));
  return { gaps, all: () => [...told].map(([{ about, missed, came }, times]) => ({ about: about(), missed, came, times })) };
}

/** A batch with so many entries, each from that moment. */
const batch = (missed, entries = 0, at = NOW - 5_000) => ({ missed, entries: Array.from({ length: entries }, (_, seq) => ({ seq, at })) });

test("tips_and_notices_are_no_messages", () => {
  assert.equal(messagesIn({ high: 1, normal: 4, low: 30, lowest: 2, tip: 9, notice: 1 }), 37);
  assert.equal(messagesIn({}), 0);
});

test("what_a_pause_lost_is_one_sum_over_all_the_batches_that_tell_it", () => {
  const { gaps, all } = watch();
  gaps.goOn(NOW, { normal: 300, low: 80, tip: 4 });
  for (let n = 0; n < 6; n += 1) gaps.take(NOW + n, batch({ normal: 2, low: 10 }, 52));
  assert.deepEqual(all(), [{ about: null, missed: { normal: 12, low: 60 }, came: null, times: 6 }]);
  gaps.take(NOW + 6, batch({ low: 1 }));
  assert.deepEqual(all()[1]?.missed, { low: 1 }, "all that went by has come: this is another");
});

test("nothing_missed_is_said_when_everything_has_come_and_not_before", () => {
  const { gaps, all } = watch();
  gaps.goOn(NOW, { normal: 100, tip: 1 });
  gaps.take(NOW, batch({}, 64));
  assert.deepEqual(all(), []);
  gaps.take(NOW, batch({}, 37));
  assert.deepEqual(all(), [{ about: null, missed: {}, came: 100, times: 1 }]);
});

test("a_pause_in_which_only_people_came_and_went_needs_no_word", () => {
  const { gaps, all } = watch();
  gaps.goOn(NOW, { tip: 3 });
  gaps.take(NOW, batch({}, 3));
  gaps.goOn(NOW, {});
  gaps.take(NOW, batch({}, 3));
  assert.deepEqual(all(), []);
});

test("an_outage_is_told_at_once_and_grows_until_something_younger_comes", () => {
  const { gaps, all } = watch();
  gaps.back(NOW, () => "back");
  assert.deepEqual(all(), [{ about: "back", missed: {}, came: null, times: 1 }]);
  gaps.take(NOW + 10, batch({ low: 30 }, 64));
  gaps.take(NOW + 20, batch({ normal: 4 }, 64));
  gaps.take(NOW + 1_500, batch({}, 1, NOW + 1_500));
  assert.deepEqual(all(), [{ about: "back", missed: { low: 30, normal: 4 }, came: null, times: 3 }]);
  gaps.take(NOW + 9_000, batch({ low: 2 }, 1, NOW + 9_000));
  assert.deepEqual(all()[1], { about: null, missed: { low: 2 }, came: null, times: 1 });
});

test("what_is_missed_long_after_is_no_part_of_an_outage", () => {
  const { gaps, all } = watch();
  gaps.back(NOW, () => "back");
  gaps.take(NOW + 60_000, batch({ low: 5 }));
  assert.deepEqual(all().map(({ about, missed }) => [about, missed]), [["back", {}], [null, { low: 5 }]]);
});

test("a_pause_may_wait_long_for_its_connection", () => {
  const { gaps, all } = watch();
  gaps.goOn(NOW, { normal: 3 });
  gaps.take(NOW + 60_000, batch({}, 3));
  assert.deepEqual(all(), [{ about: null, missed: {}, came: 3, times: 1 }]);
});

test("a_reader_who_is_too_slow_is_told_in_one_row_while_it_lags", () => {
  const { gaps, all } = watch();
  for (let n = 0; n < 5; n += 1) gaps.take(NOW + n * 100, batch({ normal: 1 }, 64));
  assert.deepEqual(all(), [{ about: null, missed: { normal: 5 }, came: null, times: 5 }]);
});
