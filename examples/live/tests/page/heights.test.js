import assert from "node:assert/strict";
import { test } from "node:test";

import { Heights } from "../../page/common/heights.js";

/** xorshift32: the same cases in every run. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

test("it_agrees_with_a_plain_list_whatever_comes_goes_and_changes", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const roll = dice(seed * 104_729);
    const heights = new Heights();
    /** @type {number[]} */ let plain = [];
    let first = 0;
    for (let step = 0; step < 400; step += 1) {
      for (let n = roll(20); n > 0; n -= 1) {
        const height = roll(90);
        assert.equal(heights.push(height), first + plain.length);
        plain.push(height);
      }
      if (roll(9) === 0) {
        const count = roll(plain.length + 10);
        const gone = plain.slice(0, count);
        assert.equal(heights.drop(count), gone.reduce((sum, height) => sum + height, 0));
        plain = plain.slice(count);
        first += gone.length;
      }
      if (plain.length > 0) {
        const at = roll(plain.length);
        plain[at] = roll(300);
        heights.set(first + at, plain[at]);
        assert.equal(heights.get(first + at), plain[at]);
      }
      const total = plain.reduce((sum, height) => sum + height, 0);
      assert.deepEqual([heights.first, heights.end, heights.size, heights.total], [first, first + plain.length, plain.length, total]);
      const row = roll(plain.length + 1);
      assert.equal(heights.offset(first + row), plain.slice(0, row).reduce((sum, height) => sum + height, 0));
      if (total === 0) continue;
      const distance = roll(total);
      const found = heights.at(distance);
      assert.ok(heights.offset(found) <= distance && distance < heights.offset(found + 1), `seed ${seed}: ${distance} in row ${found}`);
    }
  }
});

test("a_place_beyond_the_ends_is_the_first_or_the_last_row", () => {
  const heights = new Heights();
  assert.equal(heights.at(5), 0, "an empty list has no other");
  for (let n = 0; n < 200; n += 1) heights.push(10);
  heights.drop(100);
  assert.deepEqual([heights.at(-50), heights.at(0), heights.at(995), heights.at(5_000)], [100, 100, 199, 199]);
});

test("heights_can_be_scaled_all_at_once", () => {
  const heights = new Heights();
  for (let n = 0; n < 130; n += 1) heights.push(10);
  heights.scale((height) => height * 2);
  assert.deepEqual([heights.total, heights.offset(100)], [2_600, 2_000]);
});
