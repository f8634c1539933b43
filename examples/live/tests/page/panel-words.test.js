import assert from "node:assert/strict";
import { test } from "node:test";

import * as boardEn from "../../page/board/words.en.js";
import * as boardZh from "../../page/board/words.zh.js";
import * as panelEn from "../../page/panel/words.en.js";
import * as panelZh from "../../page/panel/words.zh.js";

/** Names with what kind of thing each is, inside objects too. @param {any} words @param {string} [prefix] @returns {string[]} */
const shape = (words, prefix = "") =>
  Object.keys(words).sort().flatMap((name) => {
    const value = words[name];
    const inside = value !== null && typeof value === "object" && !Array.isArray(value);
    return inside ? shape(value, `${prefix}${name}.`) : [`${prefix}${name}: ${Array.isArray(value) ? `list of ${value.length}` : typeof value}`];
  });

test("the panel says the same things in both languages", () => {
  assert.deepEqual(shape({ ...panelZh }), shape({ ...panelEn }));
});

test("the board says the same things in both languages", () => {
  assert.deepEqual(shape({ ...boardZh }), shape({ ...boardEn }));
});

test("every step of a life is a sentence, also one that nobody knew of", () => {
  const steps = [
    { step: "filtered", what: "masked", word: "stupid" }, { step: "filtered", what: "other", word: null },
    { step: "asked", expires: 21_000 }, { step: "answered", decision: "silence" },
    { step: "waited", since: 1_000, until: 1_212, ahead: 3, outranked: [3, 6, 1] }, { step: "waited", since: 1_000, ahead: 0, outranked: [0, 0, 0] },
    { step: "omitted", steps: 4 }, { step: "folded", first: 7 }, { step: "previewed", expires: 4_000 }, { step: "withdrawn", by: "host" }, { step: "rewound" },
  ];
  for (const words of [panelEn, panelZh]) {
    for (const step of steps) {
      const said = words.life.step(step, 1_000);
      assert.ok(said.length > 1 && !/undefined|NaN|null/.test(said), said);
    }
  }
  assert.match(panelEn.life.step(steps[4], 1_000), /^It waited 212 ms with 3 others there already; before it went 3 of higher priority, 6 whose turn came first, 1 of lower/);
  assert.match(panelEn.life.step(steps[5], 1_000), /nobody went before it/);
  const rules = [{ rule: "filter", exempt: false }, { rule: "slow_mode", exempt: true }, { rule: "unheard", exempt: false }];
  assert.equal(panelEn.life.rules(rules), "It passed: word filter, unheard. Its author is exempt from: slow mode.");
  assert.match(panelZh.life.rules(rules), /通过了：敏感词过滤、unheard。作者不受此限：慢速模式。/);
});

test("every end of a life says why", () => {
  for (const reason of ["rate", "expired", "shed", "muted", "shadowed", "withdrawn", "banned", "removed", "purged", "disbanded"]) {
    for (const words of [panelEn, panelZh]) {
      const bare = words.life.end({ state: "discarded", reason: "no such reason" });
      const said = words.life.end({ state: "discarded", reason });
      assert.notEqual(said, bare.replace("no such reason", reason));
      assert.ok(words.reasons[reason], reason);
    }
  }
  assert.match(panelEn.life.end({ state: "rejected", reason: "decision", why: "No adverts." }), /“No adverts\.”$/);
});

test("an act that was not done is told in the reader's language, whatever the host's code for it", () => {
  const codes = ["key", "restart", "busy", "unavailable", "wrong_room", "unknown_do", "no_offer", "traffic", "offer", "unknown", 2112, 3003, 4002, 5001];
  for (const code of codes) {
    assert.doesNotMatch(panelEn.problem({ code, why: "Wherefore" }), /Wherefore/, String(code));
    assert.match(panelZh.problem({ code, why: "Wherefore" }), /^[^a-z]*$/i, String(code));
  }
  assert.match(panelEn.problem({ code: "xyzzy", why: "Wherefore" }), /Wherefore/);
  assert.match(panelZh.list.wrong("line 3: no such treatment", 3), /第 3 行/);
});

test("a drawing is told by who drew it, the most first and at most five by name", () => {
  const authors = ["Ann", "Bo", "Cy", "Di", "Ed", "Flo"].map((nick, i) => ({ nick, strokes: 9 - i }));
  assert.equal(boardEn.drawing(authors), "Whiteboard with 39 strokes: Ann 9, Bo 8, Cy 7, Di 6, Ed 5 and 1 other.");
  assert.equal(boardEn.drawing([]), "Whiteboard, empty.");
});

test("text in the pages is text that both languages have", async () => {
  const { readFile } = await import("node:fs/promises");
  for (const [page, words] of [["panel.html", panelEn], ["board.html", boardEn]]) {
    const html = await readFile(new URL(`../../page/${page}`, import.meta.url), "utf8");
    const keys = [...html.matchAll(/data-say(?:-label|-title|-hint)?="([^"]+)"/g)].map(([, key]) => key);
    assert.ok(keys.length > 20);
    for (const key of keys) assert.ok(key in words.page, `${page}: ${key}`);
  }
});

test("every act is told by whom, about whom and why, also one that nobody knew of", () => {
  const at = 1_600_000_000_000;
  const acts = [
    { act: "warn", n: 2, role: "owner", by: "host", rule: "command", why: "Adverts." }, { act: "mute", role: "owner", by: "host", rule: "strikes", until: at + 300_000 },
    { act: "reject", role: "time", by: null, rule: "silence", word: "free coins" }, { act: "unmute", role: "time", by: null, rule: "elapsed" },
    { act: "ban", role: "app", by: null, rule: "command", until: "forever" }, { act: "xyzzy", role: "app", by: "host", rule: "xyzzy" },
  ];
  for (const { staff } of [panelEn, panelZh]) {
    for (const act of acts) {
      const said = [staff.trail.act(act), staff.trail.by(act.role, act.by ?? ""), ...staff.trail.facts(act, at)];
      assert.ok(said.every((text) => text.length > 0 && !/undefined|NaN|null/.test(text)), said.join(" | "));
    }
    assert.match(staff.trail.chain({ records: 512, from: 10, head: "ab" }), /512.*10/);
    assert.match(staff.trail.chain({ records: 3, from: 1, broken: "record 2 was altered" }), /record 2 was altered/);
    assert.match(staff.raid.left(64), /1:04/);
  }
  assert.deepEqual(panelEn.staff.trail.facts(acts[1], at), ["for 5 minutes", "by the table of warnings"]);
  assert.equal(panelEn.staff.trail.act(acts[0]), "Warning 2 for");
});
