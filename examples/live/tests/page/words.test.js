import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import * as en from "../../page/common/words.en.js";
import * as zh from "../../page/common/words.zh.js";
import { choose } from "../../page/common/words.js";

/** Every leaf of a language: its path and what is there. @returns {[string, any][]} */
function leaves(value, path = "") {
  if (value === null || typeof value !== "object") return [[path, value]];
  return Object.keys(value)
    .sort()
    .flatMap((key) => leaves(value[key], path ? `${path}.${key}` : key));
}

const shape = (language) => leaves(language).map(([path, value]) => `${path}: ${typeof value}/${value?.length && typeof value === "function" ? value.length : ""}`);

test("both_languages_have_the_same_exports_down_to_every_key", () => {
  assert.deepEqual(shape(zh), shape(en));
});

test("nothing_is_left_untranslated", () => {
  const same = new Set(["shortcuts.0.0", "shortcuts.1.0", "shortcuts.2.0", "shortcuts.3.0", "shortcuts.4.0", "shortcuts.5.0", "shortcuts.6.0", "shortcuts.7.0", "GIFTS.rose.icon", "GIFTS.cake.icon", "GIFTS.rocket.icon", "ROLES.member"]);
  const [english, chinese] = [new Map(leaves(en)), new Map(leaves(zh))];
  for (const [path, text] of chinese) {
    if (typeof text !== "string") continue;
    if (same.has(path)) assert.equal(text, english.get(path), path);
    else assert.match(text, /\p{Script=Han}/u, path);
  }
});

const NOW = new Date(2026, 0, 2, 12, 0, 0).getTime();
const SOON = NOW + 42_000;
const LATER = NOW + 30 * 60_000;
const sent = (more) => ({ kind: "text", text: "", data: "", ...more });
const names = (n) => Array.from({ length: n }, (_, i) => ({ user: `u${i}`, nick: `Zoë${i}` }));

/** Calls that put something of the caller's into the sentence; what must appear is in both or in neither. */
const CALLS = [
  ["number", 1_234], ["total", 8_310], ["until", "forever", NOW], ["until", SOON, NOW], ["until", LATER, NOW],
  ["missed", { low: 30, normal: 4 }], ["missed", { high: 1_234 }], ["missed", { tip: 2, notice: 3 }], ["missed", { normal: 5, tip: 2, notice: 7 }], ["missed", {}], ["missed", { high: 3, normal: 5, low: 7, lowest: 9 }], ["missed", { high: 3, normal: 5 }, "class"], ["missed", { normal: 1, low: 7, lowest: 9 }, "class"],
  ["caughtUp", 12], ["paused", 0], ["paused", 34], ["hello", "Friday", true], ["hello", "Friday", false], ["back", 42_000],
  ["people", ["Zoë0"], 1], ["people", ["Zoë0", "Zoë1"], 2], ["people", [], 5],
  ...["join", "quit", "kick", "ban", "unban", "set_admin", "cancel_admin", "member_profile"].flatMap((kind) => [
    ["tip", { kind, names: names(1), count: 1 }, NOW], ["tip", { kind, names: names(2), count: 2 }, NOW],
  ]),
  ["tip", { kind: "ban", names: [{ nick: "Zoë0", until: LATER }], count: 1 }, NOW],
  ["tip", { kind: "member_profile", names: [{ nick: "Zoë0", until: "forever" }], count: 1 }, NOW],
  ["tip", { kind: "group_profile", changes: { name: "Friday", notification: "Be kind", mute_all: true } }, NOW],
  ["tip", { kind: "group_profile", changes: { likes: 5 } }, NOW],
  ["notice", { kind: "custom", field: "Raffle" }, NOW], ["notice", { kind: "broadcast", text: "Midnight" }, NOW],
  ["notice", { kind: "kicked", reason: "Ads" }, NOW], ["notice", { kind: "banned", until: LATER, reason: "Ads" }, NOW],
  ...["disbanded", "purged", "kicked", "admitted", "declined", "quit_elsewhere", "role", "other"].map((kind) => ["notice", { kind }, NOW]),
  ["notice", { kind: "raid", until: LATER }, NOW], ["notice", { kind: "raid" }, NOW], ["notice", { kind: "warned", strikes: 2, reason: "Ads" }, NOW],
  ["notice", { kind: "applied", user: "u9", note: "Please" }, NOW],
  ...["quit", "kicked", "banned", "declined", "disbanded", "replaced", "slow", "too_fast", "restart", "idle", "not_kept", "busy"].map((code) => ["bye", { code }]),
  ["bye", { code: "xyzzy", why: "Because" }], ["fault", { code: "malformed", why: "Because" }],
  ["newer", 1], ["newer", 1_234], ["flood", 17, "Zoë: hi"], ["density", "off"], ["density", "calm"], ["density", "full"],
  ["followed", "Zoë"], ["tooLongBy", 19], ["giftLine", "rose", 12], ["giftLine", "cake", 1], ["giftLine", "", 3],
  ["bars", { muted: SOON, muteAll: false, applied: false, raid: null }, NOW], ["bars", { muted: LATER, muteAll: true, applied: false, raid: null }, NOW], ["bars", { muted: "forever", muteAll: false, applied: false, raid: null }, NOW], ["bars", { muted: null, muteAll: true, applied: false, raid: null }, NOW], ["bars", { muted: null, muteAll: false, applied: true, raid: null }, NOW],
  ["bars", { muted: null, muteAll: false, applied: false, raid: SOON }, NOW],
  ["connection", "offline", null], ["connection", "over", null], ["connection", "live", null], ["countdown", 7], ["retry", "offline"], ["retry", "live"],
  ...[1001, 1005, 2001, 2002, 2005, 2006, 2101, 2102, 2103, 2104, 2105, 2106, 2107, 2109, 2110, 2111, 2112, 3003, 3004, 3006, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 4009, 4010, 4011, 4012, 5001, "key", "no_group", "no_offer", "wrong_room", "unknown_do", "busy", "unavailable", "not_kept", "restart", "not_connected", "lost", "too_many_open"].map((code) => ["refusal", { code }, NOW]),
  ["refusal", { code: 1002, detail: { field: "Message", limit: 8_000, length: 9_120 } }, NOW],
  ...["Questions", "AuthorQuestions"].flatMap((field) => [NOW + 12_000, null].map((until) => ["refusal", { code: 3009, detail: { field, limit: 17, until } }, NOW])),
  ...["Sessions", "Elements", "Users"].map((field) => ["refusal", { code: 1003, detail: { field, limit: 17, count: 19 } }, NOW]),
  ["refusal", { code: 1004, detail: { field: "Message" } }, NOW], ["refusal", { code: 2003, detail: { until: SOON } }, NOW],
  ["refusal", { code: 2004, detail: { until: SOON } }, NOW], ["refusal", { code: 2108, detail: { needs: "Owner" } }, NOW],
  ...[3005, 3007].map((code) => ["refusal", { code, detail: { until: SOON } }, NOW]),
  ...["Links", "Stacked", "Turned", "Plain", "xyzzy"].map((signal) => ["refusal", { code: 3008, detail: { signal } }, NOW]),
  ["refusal", { code: 3001, detail: { until: NOW + 9_000 } }, NOW], ["refusal", { code: 3002, detail: { limit: 500 } }, NOW],
  ["refusal", { code: 9_999, why: "Because" }, NOW],
  ...["rate", "expired", "shed", "muted", "banned", "removed", "purged", "disbanded", "xyzzy"].map((reason) => ["own", sent({ state: "discarded", reason }), NOW]),
  ...["queued", "sent", "waiting", "delivered", "unknown"].map((state) => ["own", sent({ state }), NOW]),
  ["own", sent({ state: "held", expires: NOW + 17_000 }), NOW], ["own", sent({ state: "delivered", changed: true }), NOW],
  ["own", sent({ state: "rejected", reason: "filter" }), NOW], ["own", sent({ state: "rejected", reason: "silence" }), NOW], ["own", sent({ state: "rejected", reason: "rule" }), NOW],
  ["own", sent({ state: "rejected", reason: "decision", why: "Phone" }), NOW],
  ["ownLike", sent({ state: "discarded", reason: "rate" }), NOW], ["ownLike", sent({ state: "delivered" }), NOW], ["fate", sent({ state: "unknown" })],
];

/** The marks of the caller in a sentence: numbers, nicks, quoted words. */
const marks = (said) => (JSON.stringify(said ?? null).match(/\d[\d,.:]*\d|\d|Zoë\d?|Friday|Be kind|Raffle|Midnight|Ads|Because|Please|Phone|u9|xyzzy/g) ?? []).sort();

test("both_languages_put_the_same_things_into_their_sentences", () => {
  for (const [name, ...given] of CALLS) {
    const [english, chinese] = [en[name](...given), zh[name](...given)];
    assert.deepEqual(marks(chinese), marks(english), `${name} ${JSON.stringify(given)}: ${JSON.stringify([english, chinese])}`);
    assert.equal(chinese === null, english === null, name);
    assert.equal(chinese?.offer, english?.offer, name);
    assert.equal(chinese?.tone, english?.tone, name);
  }
  for (const [name, ...given] of [["left", 37], ["inquiry", "Zoë", "Friday"], ["announced", "Friday"]]) {
    assert.deepEqual(marks(zh.offer[name](...given)), marks(en.offer[name](...given)), name);
  }
});

test("every_refusal_of_the_engine_and_of_the_host_has_words_of_the_page_in_each_language", () => {
  const codes = CALLS.filter(([name, frame]) => name === "refusal" && frame.code !== 9_999).map(([, frame]) => frame);
  assert.ok(codes.length > 40);
  for (const words of [en, zh]) {
    for (const frame of codes) assert.doesNotMatch(words.refusal({ ...frame, why: "Wherefore" }, NOW).text, /Wherefore/, String(frame.code));
  }
});

test("every_function_of_the_words_is_called_here", () => {
  const called = new Set(CALLS.map(([name]) => name));
  const inside = new Set(["you"]);
  const functions = Object.keys(en).filter((name) => typeof en[name] === "function");
  assert.deepEqual(functions.filter((name) => !called.has(name) && !inside.has(name)), []);
});

test("what_was_missed_is_told_exactly_and_the_most_first", () => {
  assert.equal(en.missed({ normal: 4, low: 30 }), "You missed 34 messages: 30 likes and the like, 4 comments.");
  assert.equal(zh.missed({ normal: 4, low: 30 }), "你错过了 34 条消息：30 个赞之类、4 条评论。");
  assert.equal(en.missed({ normal: 1 }), "You missed 1 comment.");
  assert.equal(en.missed({}), null);
});

test("what_was_missed_in_a_class_was_drawn_or_said", () => {
  assert.equal(en.missed({ normal: 30, high: 4 }, "class"), "You missed 34 messages: 30 strokes and comments, 4 strokes and orders of the teacher’s.");
  assert.equal(zh.missed({ normal: 30 }, "class"), "你错过了 30 条笔画和评论。");
});

test("what_is_said_of_a_mute_or_a_loss_stays_the_same_while_the_time_goes_by", () => {
  const muted = { muted: LATER, muteAll: false, applied: false, raid: null };
  for (const language of [en, zh]) {
    const said = [NOW, LATER - 42_000, LATER - 41_000].map((now) => language.bars(muted, now));
    assert.equal(new Set(said.map(({ text }) => text)).size, 1);
    assert.equal(new Set(said.map(({ left }) => left)).size, 3, "and what goes by is beside it");
    assert.doesNotMatch(language.connection("offline", null), /\d/);
  }
});

test("every_text_that_the_html_asks_for_is_there_and_none_is_left_over", () => {
  const folder = new URL("../../page/", import.meta.url);
  const html = readFileSync(new URL("index.html", folder), "utf8");
  const asked = new Set([...html.matchAll(/data-say(?:-\w+)?="(\w+)"/g)].map(([, key]) => key));
  const of = (/** @type {string} */ part) => readdirSync(new URL(part, folder)).filter((name) => name.endsWith(".js") && !name.startsWith("words.")).map((name) => readFileSync(new URL(part + name, folder), "utf8"));
  const scripts = [...of("common/"), ...of("show/")].join();
  for (const key of asked) assert.ok(Object.hasOwn(en.page, key), key);
  for (const key of Object.keys(en.page)) assert.ok(asked.has(key) || scripts.includes(`page.${key}`), `${key} is used nowhere`);
});

test("the_language_is_the_kept_one_or_the_first_of_the_browsers_that_there_is", () => {
  assert.equal(choose("zh", ["en-GB"]), "zh");
  assert.equal(choose(null, ["fr-FR", "zh-TW", "en"]), "zh");
  assert.equal(choose(null, ["fr-FR"]), "en");
  assert.equal(choose("klingon", ["en-US", "zh"]), "en");
  assert.equal(choose("constructor", []), "en");
});

test("every_signal_that_a_rule_for_texts_may_name_has_words", () => {
  const source = readFileSync(new URL("../../../../src/signals.rs", import.meta.url), "utf8");
  const [, body] = source.match(/pub enum Signal \{([^}]*)\}/);
  const signals = [...body.matchAll(/^ {4}([A-Z]\w+),$/gm)].map(([, name]) => name);
  assert.ok(signals.length >= 9, signals.join());
  for (const words of [en, zh]) {
    const said = (signal) => words.refusal({ code: 3008, detail: { signal } }, NOW).text;
    signals.forEach((signal) => assert.notEqual(said(signal), said("xyzzy"), signal));
  }
});
