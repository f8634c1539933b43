import assert from "node:assert/strict";
import { test } from "node:test";

import { oneLine } from "../../page/show/comments.js";
import { readNotice, readOffer } from "../../page/common/custom.js";
import { hue, nickOf, within } from "../../page/common/dom.js";
import { actOf } from "../../page/show/keys.js";
import { addressOf } from "../../page/common/nav.js";
import { willBeServed } from "../../page/show/offer.js";
import { isLong } from "../../page/common/rows.js";

test("a_key_acts_only_where_nobody_types_and_alone", () => {
  const here = { typing: false, enabled: true };
  assert.equal(actOf({ key: "p" }, here), "pause");
  assert.equal(actOf({ key: "P" }, here), "pause");
  assert.equal(actOf({ key: "?" }, here), "help");
  assert.equal(actOf({ key: "1" }, here), "rose");
  assert.equal(actOf({ key: "p" }, { typing: true, enabled: true }), null);
  assert.equal(actOf({ key: "p" }, { typing: false, enabled: false }), null);
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }, { isComposing: true }]) {
    assert.equal(actOf({ key: "p", ...more }, here), null);
  }
  for (const key of ["PageUp", "x", "constructor", "", "Enter"]) assert.equal(actOf({ key }, here), null, key);
});

test("an_offer_is_read_strictly_and_its_count_is_never_below_nothing", () => {
  const text = JSON.stringify({ id: 3, title: "Tea", text: "Twelve", stock: 100, left: 37 });
  assert.deepEqual(readOffer({ offer: text }), { id: 3, title: "Tea", text: "Twelve", stock: 100, left: 37 });
  assert.equal(readOffer({ offer: '{"id":3,"title":"Tea","left":-1}' })?.left, 0);
  assert.equal(readOffer({ offer: '{"id":3,"title":"Tea","stock":"many"}' })?.stock, 0);
  for (const odd of [undefined, null, {}, { offer: "" }, { offer: "null" }, { offer: "[3]" }, { offer: '{"id":"3","title":"Tea"}' }, { offer: '{"id":3}' }]) {
    assert.equal(readOffer(odd), null, JSON.stringify(odd));
  }
});

test("a_notice_for_the_program_is_told_from_a_text_for_people", () => {
  const read = (/** @type {any} */ field) => readNotice({ kind: "custom", field });
  assert.deepEqual(read('{"voucher":{"offer":3,"title":"Tea","code":"K7Q2-M9TX"}}'), { voucher: { offer: 3, title: "Tea", code: "K7Q2-M9TX" } });
  assert.deepEqual(read('{"sold_out":{"offer":3}}'), { soldOut: 3 });
  assert.deepEqual(read('{"hand":{"user":"u7","nick":"Ann"}}'), { hand: { user: "u7", nick: "Ann" } });
  assert.deepEqual(read('{"hand":{"user":"u7"}}'), { hand: { user: "u7", nick: "" } });
  for (const called of [true, false]) assert.deepEqual(read(`{"called":${called}}`), { called });
  const texts = ["You won the raffle.", '"text"', "{}", "[]", "null", "12", undefined, null, '{"voucher":{"offer":3}}', '{"voucher":null}',
    '{"a":1,"sold_out":{"offer":3}}', '{"called":"yes"}', '{"hand":{"user":7}}', '{"other":true}'];
  for (const text of texts) assert.equal(read(text), null, String(text));
  assert.equal(readNotice({ kind: "role", role: "admin" }), null);
});

test("only_who_was_delivered_or_lost_to_a_limit_waits_for_a_voucher", () => {
  const sent = (more) => ({ entry: null, ...more });
  assert.equal(willBeServed(sent({ state: "delivered", seq: 12 })), true);
  assert.equal(willBeServed(sent({ state: "delivered", entry: { seq: 12 } })), true);
  assert.equal(willBeServed(sent({ state: "delivered" })), false, "said instead of something else");
  for (const reason of ["rate", "expired", "shed"]) assert.equal(willBeServed(sent({ state: "discarded", reason })), true, reason);
  for (const reason of ["muted", "banned", "removed", "purged", "disbanded", undefined]) {
    assert.equal(willBeServed(sent({ state: "discarded", reason })), false, reason);
  }
  for (const state of ["rejected", "refused", "unknown", "waiting"]) assert.equal(willBeServed(sent({ state, reason: "filter" })), false, state);
});

test("what_flies_is_one_line_of_bounded_length", () => {
  assert.equal(oneLine("  two\n\nlines\u2028and\u0000more "), "two lines and more");
  assert.equal([...oneLine("🎈".repeat(500))].length, 61);
  assert.equal(oneLine(`Z${"\u0351".repeat(40)}a\u0323\u0302 l${"\u0335\u0321".repeat(9)}`), "Z\u0351\u0351\u0351a\u0323\u0302 l\u0335\u0321\u0335", "marks do not pile up");
});

test("a_wall_of_text_is_cut_until_somebody_asks", () => {
  assert.equal(isLong("a line"), false);
  assert.equal(isLong("w".repeat(421)), true);
  assert.equal(isLong("\n".repeat(8)), true);
});

test("a_nick_cannot_turn_around_the_sentence_that_it_stands_in", () => {
  assert.equal(within("Ann\u202e\u2069x"), "\u2068Annx\u2069");
});

test("everybody_is_called_something_and_keeps_their_colour", () => {
  assert.equal(nickOf({ nick: "", user: "u7" }), "u7");
  assert.notEqual(nickOf({ nick: "", user: null }), "");
  assert.equal(hue("u7"), hue("u7"));
  assert.match(hue("a'\"<b>"), /^hue-\d+$/);
});

test("rooms_lead_to_the_page_of_their_kind", () => {
  assert.equal(addressOf({ id: "live", name: "", kind: "show" }), "./");
  assert.equal(addressOf({ id: "seminar", name: "", kind: "class" }), "board?group=seminar");
  assert.equal(addressOf({ id: "a&b", name: "", kind: "show" }), "./?group=a%26b");
});
