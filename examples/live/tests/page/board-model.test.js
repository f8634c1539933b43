import assert from "node:assert/strict";
import { test } from "node:test";

import { BoardModel } from "../../page/board/model.js";

const data = (id, x = id) => JSON.stringify({ id, c: 0, w: 4, p: [x, 0, x, 9] });
const piece = (seq, user, id) => ({ seq, user, data: data(id) });
const entry = (seq, user, id, kind = 1) => ({ seq, type: "message", kind, user, data: kind === 1 ? data(id) : "{}" });
const ids = (board) => board.pieces.map(({ id }) => id);

test("a newcomer has the whole drawing from several frames, and nothing of it twice from the log", () => {
  const board = new BoardModel();
  assert.equal(board.board({ pieces: [piece(1, "a", 1), piece(2, "a", 1)], position: 7, more: true }).anew, true);
  assert.equal(board.board({ pieces: [piece(5, "b", 2)], position: 7, more: false }).anew, false);
  const { fresh } = board.entries([entry(5, "b", 2), entry(7, "x", 9), entry(8, "c", 3)]);
  assert.deepEqual(fresh.map(({ id }) => id), [3]);
  assert.deepEqual(ids(board), [1, 1, 2, 3]);
});

test("a drawing that comes again takes the place of the one before", () => {
  const board = new BoardModel();
  board.board({ pieces: [piece(1, "a", 1)], position: 3, more: false });
  board.entries([entry(4, "a", 2)]);
  assert.equal(board.board({ pieces: [piece(9, "a", 5)], position: 9, more: false }).anew, true);
  assert.deepEqual(ids(board), [5]);
});

test("a drawing that is sent again from its beginning, before its end came, is there once", () => {
  const board = new BoardModel();
  board.board({ pieces: [piece(1, "a", 1), piece(2, "b", 2)], position: 2, more: true });
  assert.equal(board.board({ pieces: [], position: 0, more: true, reset: true }).anew, true);
  assert.equal(board.board({ pieces: [piece(2, "b", 2), piece(6, "a", 3)], position: 6, more: true }).anew, false);
  board.board({ pieces: [], position: 7, more: false, trimmed: 1 });
  assert.deepEqual([ids(board), board.trimmed], [[2, 3], 1]);
  assert.deepEqual(board.authors, [{ user: "a", strokes: 1 }, { user: "b", strokes: 1 }]);
  assert.deepEqual(board.entries([entry(7, "a", 4), entry(8, "a", 5)]).fresh.map(({ id }) => id), [5]);
});

test("an empty board is known to be empty once the whole drawing has come", () => {
  const board = new BoardModel();
  const told = [board.whole];
  const last = { pieces: [], position: 3, more: false };
  for (const frame of [{ ...last, more: true }, last, { ...last, more: true, reset: true }, last]) {
    board.board(frame);
    told.push(board.whole);
  }
  board.begin();
  assert.deepEqual([...told, board.whole], [false, false, true, false, true, false]);
});

test("entries that were read already are passed over", () => {
  const board = new BoardModel();
  board.entries([entry(4, "a", 1)]);
  board.entries([entry(4, "a", 1), entry(5, "a", 2)]);
  assert.deepEqual(ids(board), [1, 2]);
});

test("a history that began anew is read from its first number", () => {
  const board = new BoardModel();
  board.entries([entry(400, "a", 1)]);
  board.begin();
  board.entries([entry(2, "a", 2)]);
  assert.deepEqual(ids(board), [2]);
});

test("after the board was emptied only what came later is there", () => {
  const board = new BoardModel();
  const change = board.entries([entry(1, "a", 1), entry(2, "t", 0, 2), entry(3, "b", 2)]);
  assert.equal(change.anew, true);
  assert.deepEqual(ids(board), [2]);
  assert.deepEqual(board.authors, [{ user: "b", strokes: 1 }]);
});

test("the pieces of one stroke are one stroke of its author", () => {
  const board = new BoardModel();
  board.entries([entry(1, "a", 1), entry(2, "a", 1), entry(3, "b", 1), entry(4, "b", 2)]);
  assert.deepEqual(board.authors, [{ user: "b", strokes: 2 }, { user: "a", strokes: 1 }]);
});

test("what the staff cleared of somebody is gone from the drawing", () => {
  const board = new BoardModel();
  board.entries([entry(1, "a", 1), entry(2, "b", 2)]);
  const change = board.entries([{ seq: 3, type: "notice", kind: "purged", author: "a", message: null }]);
  assert.equal(change.anew, true);
  assert.deepEqual(ids(board), [2]);
});

test("one message taken back, and somebody cleared who drew nothing, leave the drawing as it is", () => {
  const board = new BoardModel();
  board.entries([entry(1, "a", 1)]);
  const purged = (seq, rest) => board.entries([{ seq, type: "notice", kind: "purged", ...rest }]).anew;
  assert.equal(purged(2, { author: "a", message: 77 }), false);
  assert.equal(purged(3, { author: "b", message: null }), false);
  assert.deepEqual(ids(board), [1]);
});

test("a history that began anew in the midst of a drawing begins the next one on an empty board", () => {
  const board = new BoardModel();
  board.board({ pieces: [piece(1, "a", 1)], position: 1, more: true });
  board.begin();
  assert.equal(board.board({ pieces: [piece(1, "b", 2)], position: 1, more: false }).anew, true);
});

test("data of no form is passed over, and so are messages of other kinds", () => {
  const board = new BoardModel();
  const { fresh } = board.entries([
    { seq: 1, type: "message", kind: 1, user: "a", data: "{\"id\":1}" },
    { seq: 2, type: "message", kind: "text", user: "a", text: "hello" },
    { seq: 3, type: "emptied" },
  ]);
  assert.deepEqual(fresh, []);
});

test("of too many pieces the oldest go, and are counted", () => {
  const board = new BoardModel(2);
  board.entries([entry(1, "a", 1), entry(2, "a", 2), entry(3, "a", 3)]);
  assert.deepEqual([ids(board), board.trimmed], [[2, 3], 1]);
});

test("who drew is told of what is still there: a stroke goes with its last piece", () => {
  const board = new BoardModel(3);
  board.entries([entry(1, "a", 1), entry(2, "a", 1), entry(3, "b", 2), entry(4, "c", 3)]);
  assert.deepEqual(board.authors.map(({ user, strokes }) => [user, strokes]), [["a", 1], ["b", 1], ["c", 1]]);
  board.entries([entry(5, "c", 4)]);
  assert.deepEqual(board.authors.map(({ user, strokes }) => [user, strokes]), [["c", 2], ["b", 1]]);
  assert.equal(board.entries([{ seq: 6, type: "notice", kind: "purged", author: "a", message: null }]).anew, false);
});

test("what its author alone is shown is drawn, though it has no place", () => {
  const board = new BoardModel();
  board.board({ pieces: [], position: 5, more: false });
  const piece = (seq, more = {}) => ({ seq, type: "message", kind: 1, user: "u7", data: '{"id":7,"c":3,"w":12,"p":[100,100,140,160]}', ...more });
  assert.equal(board.entries([piece(5)]).fresh.length, 0);
  assert.equal(board.entries([piece(5, { echo: true })]).fresh.length, 1);
  assert.equal(board.entries([piece(6)]).fresh.length, 1);
});
