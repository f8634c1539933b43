import assert from "node:assert/strict";
import { test } from "node:test";

import { GAP, Lanes, crossing, leftOf, mayFollow, standing } from "../../page/show/lanes.js";

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

test("no_two_comments_of_a_lane_ever_overlap_whatever_comes_and_however_the_stage_changes", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const roll = dice(seed * 7_919);
    const lanes = new Lanes();
    lanes.count = 1 + roll(12);
    /** @type {{flyer: import("../../page/show/lanes.js").Flyer, lane: number}[]} */ let flying = [];
    let [now, stage, launched] = [0, 300 + roll(1_200), 0];
    for (let step = 0; step < 1_500; step += 1) {
      now += roll(120);
      if (roll(40) === 0) stage = 200 + roll(1_600);
      if (roll(90) === 0) {
        lanes.count = 1 + roll(12);
        flying = flying.filter(({ lane }) => lane < lanes.count);
      }
      const width = 20 + roll(900);
      const [stands, other] = [roll(30) === 0, roll(2)];
      const taken = lanes.take((lane) =>
        stands ? standing(width, now, 4_000) : crossing(width, stage, now, (0.08 + 0.02 * (lane % 3)) * (other ? 1 : 1.7)),
      );
      flying = flying.filter(({ flyer: { end } }) => end > now);
      if (taken) {
        flying.push(taken);
        launched += 1;
      }
      for (const a of flying) {
        for (const b of flying) {
          if (a === b || a.lane !== b.lane || a.flyer.start > b.flyer.start) continue;
          if (a.flyer.start === b.flyer.start && flying.indexOf(a) > flying.indexOf(b)) continue;
          for (const at of [now, now + roll(9_000)]) {
            if (at > a.flyer.end || at > b.flyer.end || at < b.flyer.start) continue;
            const gap = leftOf(b.flyer, at) - leftOf(a.flyer, at) - a.flyer.width;
            assert.ok(gap >= GAP - 1e-6, `seed ${seed}, step ${step}: ${gap}`);
          }
        }
      }
    }
    assert.ok(launched > 80, `seed ${seed} launched ${launched}`);
  }
});

test("a_faster_one_waits_until_it_cannot_catch_up", () => {
  const slow = crossing(50, 1_000, 0, 0.1);
  assert.equal(mayFollow(slow, crossing(50, 1_000, 1_200, 0.2)), false, "it has room at the start, and would run into the other");
  assert.equal(mayFollow(slow, crossing(50, 1_000, 6_000, 0.2)), true);
  assert.equal(mayFollow(slow, crossing(900, 1_000, 701, 0.1)), true, "at the same speed a gap stays what it is");
});

test("a_stage_that_became_narrower_waits_for_what_set_off_beyond_its_edge", () => {
  const far = crossing(300, 1_400, 0, 0.1);
  assert.equal(mayFollow(far, crossing(100, 400, 2_000, 0.1)), false);
});

test("one_that_stands_still_has_its_lane_alone", () => {
  const first = standing(100, 0, 4_000);
  assert.equal(mayFollow(first, standing(100, 3_999, 4_000)), false);
  assert.equal(mayFollow(first, standing(100, 4_000, 4_000)), true);
});

test("lanes_fill_from_the_top_and_there_is_always_one", () => {
  const lanes = new Lanes();
  lanes.count = 2;
  const take = (now) => lanes.take(() => crossing(100, 1_000, now, 0.1))?.lane;
  assert.deepEqual([take(0), take(0), take(0)], [0, 1, undefined]);
  lanes.clear();
  assert.equal(take(1), 0);
  lanes.count = 0.3;
  assert.equal(lanes.count, 1);
});
