/**
 * What mouse, finger and pen do on the sheet. A pen that is pressed harder draws wider. While a pen is in
 * use a hand that rests on the sheet draws nothing, and a second finger never does.
 */

import { MAX_WIDTH, place } from "./shape.js";

/**
 * @typedef {{begin: () => void, move: (x: number, y: number, w: number) => void, end: () => void}} Strokes
 */

/** So long after a pen was seen, touches are the hand that holds it. */
const PALM_MS = 1_500;

/**
 * How wide a pen draws that is pressed so hard; without a sense for that it draws as wide as was chosen.
 * @param {number} width
 * @param {string} type of the pointer
 * @param {number} pressure 0 to 1, and 0.5 of a pen without a sense for it
 */
export function widthOf(width, type, pressure) {
  if (type !== "pen" || pressure <= 0) return width;
  return Math.min(MAX_WIDTH, Math.max(1, width * (0.4 + 1.2 * pressure)));
}

/**
 * @param {HTMLElement} sheet
 * @param {{may: () => boolean, width: () => number}} now
 * @param {Strokes} strokes
 */
export function listenToPens(sheet, now, strokes) {
  /** @type {number|null} */ let active = null;
  let penSeen = -Infinity;

  /** @param {PointerEvent} event @param {DOMRect} box */
  const move = (event, box) => {
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    strokes.move(place(x), place(y), widthOf(now.width(), event.pointerType, event.pressure));
  };

  sheet.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
    const palm = event.pointerType === "touch" && event.timeStamp - penSeen < PALM_MS;
    if (active !== null || event.button !== 0 || palm || !now.may()) return;
    event.preventDefault();
    active = event.pointerId;
    sheet.setPointerCapture(active);
    strokes.begin();
    move(event, sheet.getBoundingClientRect());
  });

  sheet.addEventListener("pointermove", (event) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
    if (event.pointerId !== active) return;
    const box = sheet.getBoundingClientRect();
    // A fast pen moves several times between two pictures; each place counts.
    const between = event.getCoalescedEvents?.() ?? [];
    for (const one of between.length > 0 ? between : [event]) move(one, box);
  });

  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    sheet.addEventListener(end, (event) => {
      if (/** @type {PointerEvent} */ (event).pointerId !== active) return;
      active = null;
      strokes.end();
    });
  }
}
