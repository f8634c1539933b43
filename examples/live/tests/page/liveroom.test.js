import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { LiveRoom, RoomError } from "../../page/liveroom.js";

/** The host's end of a socket, played by the test. */
class Socket {
  static OPEN = 1;
  static CLOSING = 2;
  /** @type {Socket[]} */ static all = [];
  readyState = 0;
  /** @type {any[]} */ frames = [];

  constructor(url) {
    this.url = url;
    Socket.all.push(this);
  }

  send(text) {
    this.frames.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  open() {
    this.readyState = Socket.OPEN;
    this.onopen();
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify({ v: 1, ...frame }) });
  }

  lose() {
    this.readyState = 3;
    this.onclose();
  }

  sent(type) {
    return this.frames.filter((frame) => frame.t === type);
  }
}

const WELCOME = {
  t: "welcome",
  now: 1_000_000,
  status: "joined",
  resumed: false,
  me: { user: "u7", nick: "Ann" },
  cursor: 1,
  token: "u7.s19",
};

const said = (seq, more = {}) => ({ seq, at: 0, class: "normal", type: "message", user: "u9", kind: "text", text: "hi", ...more });

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
  Socket.all = [];
  globalThis.WebSocket = Socket;
});

/** A client in the room, and all that it told. */
function enter(options = { nick: "Ann" }) {
  const room = new LiveRoom("ws://host/ws", options);
  /** @type {Record<string, any[]>} */ const told = {};
  for (const type of ["state", "batch", "sent", "skipped", "welcome", "board", "panel", "ask"]) {
    told[type] = [];
    room.addEventListener(type, (event) => told[type].push(event.detail));
  }
  room.connect();
  const socket = () => Socket.all[Socket.all.length - 1];
  socket().open();
  socket().say(WELCOME);
  return { room, told, socket };
}

test("an_echo_is_shown_as_an_entry_and_is_no_place_to_go_on_from", async () => {
  const { room, told, socket } = enter();
  const sent = room.send("text", { text: "is anybody there" });
  socket().say({ t: "receipt", id: sent.id, random: sent.random, message: 9, state: "delivered" });
  socket().say({ t: "batch", missed: {}, entries: [said(7)], cursor: "seven" });
  const echo = { ...said(7), user: "u7", id: 9, text: "is anybody there", random: sent.random };
  socket().say({ t: "echo", after: 7, entries: [echo] });
  const [entry] = told.batch.at(-1).entries;
  assert.deepEqual([entry.text, entry.sent, entry.echo, sent.entry], ["is anybody there", sent, true, entry]);
  assert.equal(room.session.cursor, "seven");
  socket().say({ t: "batch", missed: {}, entries: [said(8)], cursor: "eight" });
  assert.equal(told.batch.at(-1).entries[0].seq, 8);
  room.pause();
  const before = told.batch.length;
  socket().say({ t: "echo", after: 8, entries: [echo] });
  assert.equal(told.batch.length, before, "who stands still is shown nothing");
});

test("joins_with_what_it_knows_and_is_live_after_the_welcome", () => {
  const { room, socket } = enter({ nick: "Ann", group: "friday", key: "abc" });
  const [join] = socket().sent("join");
  assert.deepEqual([join.v, join.nick, join.group, join.key, join.cursor], [1, "Ann", "friday", "abc", null]);
  assert.equal(room.state, "live");
  assert.equal(room.user, "u7");
  assert.deepEqual(room.session, { token: "u7.s19", cursor: 1 });
});

test("an_outcome_is_the_true_end_and_the_first_end_stands", async () => {
  const { room, socket } = enter();
  const ends = {
    delivered: { state: "delivered", seq: 5, at: 1 },
    rejected: { state: "rejected", reason: "filter" },
    discarded: { state: "discarded", reason: "expired" },
    refused: { state: "refused", code: 2004, why: "muted" },
  };
  for (const [state, end] of Object.entries(ends)) {
    const sent = room.send("text", { text: state });
    const { id, random } = socket().sent("send").at(-1);
    socket().say({ t: "receipt", id, random, message: id, state: "waiting", expires: 2_000_000 });
    socket().say({ t: "ended", random, message: id, ...end });
    socket().say({ t: "ended", random, message: id, state: "discarded", reason: "purged" });
    const outcome = await sent.outcome;
    assert.equal(outcome, sent);
    assert.equal(outcome.state, state);
    assert.notEqual(outcome.reason, "purged");
  }
});

test("a_message_that_comes_back_is_delivered_even_before_its_receipt", async () => {
  const { room, told, socket } = enter();
  const sent = room.send("text", { text: "a rude word" });
  socket().say({ t: "batch", missed: {}, cursor: 2, entries: [said(1, { id: 3, user: "u7", text: "a **** word", random: sent.random })] });
  assert.equal((await sent.outcome).state, "delivered");
  assert.equal(sent.changed, true);
  assert.equal(told.batch[0].entries[0].sent, sent);
});

test("what_is_not_known_yet_is_open_until_the_receipt_that_follows", async () => {
  const { room, socket } = enter();
  const sent = room.send("text", { text: "is the home there" });
  const { id, random } = socket().sent("send").at(-1);
  socket().say({ t: "receipt", id, random, state: "refused", code: "unknown", why: "not known yet" });
  assert.equal(sent.state, "sent");
  socket().say({ t: "receipt", id, random, message: 4, state: "delivered" });
  assert.deepEqual([(await sent.outcome).state, sent.code], ["delivered", undefined]);
});

test("an_outcome_is_unknown_only_for_what_was_on_the_wire", async () => {
  const { room, socket } = enter();
  const onTheWire = room.send("text", { text: "one" });
  socket().lose();
  const waiting = room.send("text", { text: "two" });
  room.disconnect();
  assert.equal((await onTheWire.outcome).state, "unknown");
  assert.deepEqual([(await waiting.outcome).state, waiting.code], ["refused", "not_connected"]);
  const late = room.send("text", { text: "three" });
  assert.deepEqual([(await late.outcome).state, late.code], ["refused", "not_connected"]);
});

test("after_a_loss_it_comes_back_at_the_cursor_and_sends_again_under_the_same_name", async () => {
  const { room, told, socket } = enter();
  const sent = room.send("text", { text: "hello" });
  socket().say({ t: "batch", missed: {}, cursor: 2, entries: [said(1)] });
  socket().lose();
  assert.equal(room.state, "offline");
  mock.timers.tick(1_000);
  socket().open();
  assert.deepEqual([socket().sent("join")[0].token, socket().sent("join")[0].cursor], ["u7.s19", 2]);
  socket().say({ ...WELCOME, resumed: true, cursor: 2 });
  assert.equal(socket().sent("send")[0].random, sent.random);
  socket().say({ t: "batch", missed: { low: 30, normal: 4 }, cursor: 3, entries: [said(1), said(9)] });
  assert.deepEqual(told.batch.at(-1).missed, { low: 30, normal: 4 });
  assert.deepEqual(told.batch.at(-1).entries.map(({ seq }) => seq), [9], "what was shown is not shown again");
});

test("pauses_between_attempts_grow_differ_and_are_bounded", () => {
  const pauses = [];
  const { room, told, socket } = enter();
  for (let n = 0; n < 9; n += 1) {
    socket().lose();
    pauses.push(told.state.at(-1).retryAt - Date.now());
    mock.timers.tick(20_000);
  }
  assert.ok(pauses[0] <= 500 && pauses[0] >= 250, `${pauses[0]}`);
  assert.ok(pauses.every((pause) => pause <= 15_000), `${pauses}`);
  assert.ok(pauses[8] >= 7_500, `${pauses[8]}`);
  assert.equal(room.state, "connecting");
});

/** Time goes by in steps, since all timers of one tick see its end. */
function pass(ms, step = 1_000) {
  for (let gone = 0; gone < ms; gone += step) mock.timers.tick(step);
}

test("a_host_that_says_nothing_is_asked_and_then_taken_for_lost", () => {
  const { room, told, socket } = enter();
  pass(21_000);
  assert.equal(socket().sent("ping").length, 1);
  socket().say({ t: "pong", now: 0 });
  const heardAt = Date.now();
  pass(29_000);
  assert.equal(room.state, "live");
  pass(2_000);
  const [offline] = told.state.filter(({ state }) => state === "offline");
  assert.equal(offline.heardAt, heardAt, "it was away since it was last heard, and not since that was noticed");
});

test("a_hidden_tab_whose_timers_come_once_a_minute_asks_before_it_gives_up", () => {
  const { room, socket } = enter();
  for (let minute = 1; minute <= 5; minute += 1) {
    pass(60_000, 60_000);
    assert.equal(room.state, "live", `after ${minute} minutes`);
    assert.equal(socket().sent("ping").length, minute);
    socket().say({ t: "pong", now: 0 });
  }
  pass(120_000, 60_000);
  assert.notEqual(room.state, "live", "no answer at all");
});

test("a_socket_that_never_opens_is_given_up", () => {
  const room = new LiveRoom("ws://host/ws", {});
  room.connect();
  pass(31_000);
  assert.equal(Socket.all[0].readyState, 3);
  assert.equal(Socket.all.length, 2, "and another is tried");
});

const IN_CLASS = { ...WELCOME, room: { kind: "class", speakers: "all" } };
const board = (more) => ({ t: "board", pieces: [], position: 1, more, trimmed: 0 });

/** A pupil who is in a class, and the cursor with which they come back when cut off after these frames. */
function cursorAfter(...frames) {
  const { room, socket } = enter();
  socket().say(IN_CLASS);
  for (const frame of frames) socket().say(frame);
  const kept = room.session.cursor;
  socket().lose();
  pass(1_000);
  socket().open();
  const [join] = socket().sent("join");
  assert.deepEqual([join.cursor, join.token], [kept, "u7.s19"]);
  return kept;
}

test("who_is_cut_off_during_a_drawing_asks_for_all_of_it", () => {
  const batch = (cursor, missed) => ({ t: "batch", missed, cursor, entries: [] });
  assert.equal(cursorAfter(), null, "none of it");
  assert.equal(cursorAfter(board(true)), null, "some of it");
  assert.equal(cursorAfter(board(true), board(false)), 1, "all of it");
  assert.equal(cursorAfter(board(false), batch(5, { low: 3, tip: 1 })), 5);
  assert.equal(cursorAfter(board(false), batch(5, { normal: 3 })), null, "it comes again after a hole");
  assert.equal(cursorAfter(board(false), batch(5, { high: 3 }), board(true)), null);
  assert.equal(cursorAfter(board(false), batch(5, { high: 3 }), board(true), board(false), batch(6, {})), 6);
  assert.equal(cursorAfter(board(false), { ...IN_CLASS, resumed: true, cursor: 7 }), 7, "who resumes has it");
});

test("a_pause_keeps_the_place_and_counts_what_goes_by", () => {
  const { room, told, socket } = enter();
  room.pause();
  socket().say({ t: "batch", missed: { low: 2 }, cursor: 2, entries: [said(1), said(2, { class: "low" })] });
  socket().say({ t: "batch", missed: {}, cursor: 3, entries: [said(3)] });
  assert.deepEqual(told.batch, []);
  assert.deepEqual(told.skipped.at(-1), { normal: 2, low: 3 });
  room.resume();
  socket().open();
  assert.equal(socket().sent("join")[0].cursor, 1, "the log is read from where the reader stopped");
  socket().say({ ...WELCOME, resumed: true });
  socket().say({ t: "batch", missed: { low: 3 }, cursor: 3, entries: [said(1), said(3)] });
  assert.deepEqual(told.batch, [{ entries: [said(1, { sent: undefined }), said(3, { sent: undefined })], missed: { low: 3 } }]);
});

test("a_pause_after_which_the_log_begins_anew_tells_what_was_counted", () => {
  const { room, told, socket } = enter();
  room.pause();
  socket().say({ t: "batch", missed: { low: 2 }, cursor: 2, entries: [said(1)] });
  room.resume();
  socket().open();
  socket().say({ ...WELCOME, resumed: false });
  assert.deepEqual(told.batch, [{ entries: [], missed: { low: 2, normal: 1 } }]);
});

test("a_guest_goes_on_at_the_present_and_is_told_what_was_counted", () => {
  const { room, told, socket } = enter({ guest: true });
  socket().say({ ...WELCOME, me: { user: null, guest: true }, token: null });
  room.pause();
  socket().say({ t: "batch", missed: { low: 2 }, cursor: 2, entries: [said(1)] });
  room.resume();
  assert.equal(Socket.all.length, 1);
  assert.deepEqual(told.batch, [{ entries: [], missed: { low: 2, normal: 1 } }]);
  socket().say({ t: "batch", missed: {}, cursor: 3, entries: [said(2)] });
  assert.deepEqual(room.session.cursor, 3);
});

test("a_pause_in_which_nothing_happened_needs_no_new_connection", () => {
  const { room } = enter();
  room.pause();
  room.resume();
  assert.equal(Socket.all.length, 1);
  assert.equal(room.paused, false);
});

test("a_command_is_answered_refused_or_lost", async () => {
  const { room, socket } = enter();
  const done = room.do("words", { text: "stupid" });
  const refused = room.do("mute", { user: "u9", seconds: 60 });
  const lost = room.do("disband");
  const [words, mute] = socket().sent("do");
  assert.deepEqual([words.do, words.text, mute.do, mute.user], ["words", "stupid", "mute", "u9"]);
  socket().say({ t: "done", id: mute.id, state: "refused", code: 2108, why: "no", detail: { needs: "Owner" } });
  socket().say({ t: "done", id: words.id, state: "done", terms: 19 });
  assert.equal((await done).terms, 19);
  await assert.rejects(refused, (problem) => {
    assert.ok(problem instanceof RoomError);
    assert.deepEqual([problem.code, problem.why, problem.detail], [2108, "no", { needs: "Owner" }]);
    return true;
  });
  socket().lose();
  await assert.rejects(lost, { code: "lost" });
  await assert.rejects(room.do("disband"), { code: "not_connected" });
});

test("frames_for_boards_and_panels_are_handed_on", () => {
  const { told, socket } = enter();
  for (const t of ["board", "panel", "ask"]) {
    socket().say({ t, marker: t });
    assert.equal(told[t][0].marker, t);
  }
});

test("what_is_no_frame_of_this_version_changes_nothing", () => {
  const { room, told, socket } = enter();
  socket().onmessage({ data: "no json" });
  socket().onmessage({ data: JSON.stringify({ v: 2, t: "bye" }) });
  socket().onmessage({ data: "null" });
  socket().say({ t: "receipt", id: 99, random: 5, state: "delivered" });
  assert.deepEqual([room.state, told.sent], ["live", []]);
});

test("sends_keep_to_half_of_what_the_host_takes", () => {
  const { room, socket } = enter();
  for (let n = 0; n < 20; n += 1) room.send("like", { data: "1" });
  assert.equal(socket().sent("send").length, 10);
  mock.timers.tick(1_000);
  assert.equal(socket().sent("send").length, 20);
});

test("more_open_messages_than_a_group_remembers_are_refused_at_once", async () => {
  const { room } = enter();
  for (let n = 0; n < 32; n += 1) room.send("like", { data: "1" });
  const sent = await room.send("like", { data: "1" }).outcome;
  assert.deepEqual([sent.state, sent.code], ["refused", "too_many_open"]);
});
