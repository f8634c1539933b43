import assert from "node:assert/strict";
import { test } from "node:test";

import { listenToPens, widthOf } from "../../page/board/pen.js";

test("a pen draws wider the harder it is pressed, and as wide as chosen when pressed half", () => {
  const widths = [0.1, 0.3, 0.5, 0.8, 1].map((pressure) => widthOf(10, "pen", pressure));
  assert.deepEqual(widths, [...widths].sort((a, b) => a - b));
  assert.equal(widths[2], 10);
  assert.ok(widths[4] > 1.5 * widths[2]);
});

test("mouse and finger draw as wide as chosen, whatever they say about pressure", () => {
  assert.equal(widthOf(6, "mouse", 0.5), 6);
  assert.equal(widthOf(6, "touch", 1), 6);
  assert.equal(widthOf(6, "pen", 0), 6);
});

test("no width leaves what the room takes", () => {
  assert.equal(widthOf(60, "pen", 1), 64);
  assert.equal(widthOf(1, "pen", 0.01), 1);
});

/** A sheet of 1,600 by 900 at (100, 50), with somebody who draws on it. @param {boolean} [may] */
function sheet(may = true) {
  const place = Object.assign(new EventTarget(), {
    setPointerCapture() {},
    getBoundingClientRect: () => ({ left: 100, top: 50, width: 1_600, height: 900 }),
  });
  const said = [];
  listenToPens(/** @type {any} */ (place), { may: () => may, width: () => 6 }, {
    begin: () => said.push("begin"),
    move: (x, y) => said.push(`${x},${y}`),
    end: () => said.push("end"),
  });
  const point = (type, id, x, y, rest = {}) => {
    const event = Object.assign(new Event(type), { pointerId: id, pointerType: "mouse", button: 0, pressure: 0.5, clientX: x, clientY: y, ...rest });
    if (rest.at !== undefined) Object.defineProperty(event, "timeStamp", { value: rest.at });
    place.dispatchEvent(event);
  };
  return { said, point };
}

test("a stroke begins where the pointer is pressed and ends where it is let go, in shares of the sheet", () => {
  const { said, point } = sheet();
  point("pointermove", 1, 500, 500);
  point("pointerdown", 1, 100, 50);
  point("pointermove", 1, 900, 500);
  point("pointerup", 1, 900, 500);
  point("pointermove", 1, 950, 500);
  assert.deepEqual(said, ["begin", "0,0", "5000,5000", "end"]);
});

test("every place between two pictures counts", () => {
  const { said, point } = sheet();
  point("pointerdown", 1, 100, 50);
  const between = [260, 420].map((clientX) => ({ clientX, clientY: 50, pointerType: "mouse", pressure: 0.5 }));
  point("pointermove", 1, 420, 50, { getCoalescedEvents: () => between });
  assert.deepEqual(said, ["begin", "0,0", "1000,0", "2000,0"]);
});

test("a second finger draws nothing, and does not end the stroke of the first", () => {
  const { said, point } = sheet();
  point("pointerdown", 1, 100, 50);
  point("pointerdown", 2, 900, 500);
  point("pointermove", 2, 900, 510);
  point("pointerup", 2, 900, 510);
  assert.deepEqual(said, ["begin", "0,0"]);
});

test("a hand that rests on the sheet beside a pen draws nothing, and a finger draws again a while later", () => {
  const { said, point } = sheet();
  point("pointermove", 1, 100, 50, { pointerType: "pen", at: 10_000 });
  point("pointerdown", 2, 900, 500, { pointerType: "touch", at: 10_400 });
  assert.deepEqual(said, []);
  point("pointerdown", 3, 900, 500, { pointerType: "touch", at: 12_000 });
  assert.deepEqual(said, ["begin", "5000,5000"]);
});

test("who may not draw draws nothing, nor does another button of the mouse", () => {
  const barred = sheet(false);
  barred.point("pointerdown", 1, 100, 50);
  assert.deepEqual(barred.said, []);
  const other = sheet();
  other.point("pointerdown", 1, 100, 50, { button: 2 });
  assert.deepEqual(other.said, []);
});
