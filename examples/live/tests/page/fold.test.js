import assert from "node:assert/strict";
import { test } from "node:test";

import { Folds, giftOf, timesOf } from "../../page/common/fold.js";

/** Tells a run of gifts as a chat does; the sums of its rows. @param {[string, number, number][]} gifts giver, count, time */
function tell(gifts, folds = new Folds(6_000, 8)) {
  /** @type {number[]} */ const rows = [];
  for (const [giver, n, at] of gifts) {
    const { row, sum } = folds.take(giver, n, at, rows.length);
    rows[row] = sum;
  }
  return rows;
}

test("a_giver_who_goes_on_is_told_in_one_row_with_the_exact_sum", () => {
  assert.deepEqual(tell([["Ann", 1, 0], ["Ann", 9, 1_000], ["Ann", 2, 6_900]]), [12]);
});

test("two_who_alternate_have_a_row_each", () => {
  const gifts = Array.from({ length: 24 }, (_, n) => /** @type {[string, number, number]} */ ([n % 2 ? "Bo" : "Ann", 1 + (n % 3), n * 100]));
  const of = (giver) => gifts.filter(([who]) => who === giver).reduce((sum, [, n]) => sum + n, 0);
  assert.deepEqual(tell(gifts), [of("Ann"), of("Bo")]);
});

test("after_a_pause_or_too_many_rows_it_begins_anew", () => {
  assert.deepEqual(tell([["Ann", 1, 0], ["Ann", 2, 6_001]]), [1, 2]);
  const crowd = Array.from({ length: 9 }, (_, n) => /** @type {[string, number, number]} */ ([`other ${n}`, 1, 10]));
  assert.deepEqual(tell([["Ann", 5, 0], ...crowd, ["Ann", 7, 20]]), [5, ...crowd.map(() => 1), 7]);
});

test("every_amount_is_in_exactly_one_sum_whatever_comes", () => {
  let state = 12_345;
  const roll = (below) => (state = (state * 48_271) % 2_147_483_647) % below;
  for (let run = 0; run < 200; run += 1) {
    let at = 0;
    const gifts = Array.from({ length: 300 }, () => {
      at += roll(4_000) - 500;
      return /** @type {[string, number, number]} */ ([`g${roll(400)}`.slice(0, 1 + roll(4)), 1 + roll(99), at]);
    });
    const given = gifts.reduce((sum, [, n]) => sum + n, 0);
    assert.equal(tell(gifts).reduce((sum, n) => sum + n, 0), given);
  }
});

test("a_closed_fold_takes_nothing_more", () => {
  const folds = new Folds(6_000);
  folds.take("Ann", 3, 0, 0);
  folds.close();
  assert.deepEqual(folds.take("Ann", 2, 1, 5), { row: 5, sum: 2, at: 1 });
});

test("a_gift_is_read_within_bounds_whatever_stands_there", () => {
  const known = { rose: {} };
  assert.deepEqual(giftOf('{"gift":"rose","n":3}', known), { gift: "rose", n: 3 });
  assert.deepEqual(giftOf('{"gift":"rose","n":1e9}', known), { gift: "rose", n: 99 });
  for (const odd of ['{"gift":"__proto__","n":"7"}', '{"gift":"toString","n":-4}', "null", "no json", undefined, "[]"]) {
    assert.deepEqual(giftOf(odd, known), { gift: "", n: 1 }, odd);
  }
});

test("a_message_that_the_host_folded_counts_as_often_as_it_says", () => {
  assert.deepEqual(timesOf({}), { count: 1, total: 1 });
  assert.deepEqual(timesOf({ folded: { count: 0, total: 17 } }), { count: 0, total: 17 });
});
