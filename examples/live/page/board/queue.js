/**
 * What was drawn here and is not yet in the room's log.
 *
 * One piece is on its way at a time. While it is, points gather, and the next piece takes all of them: so a
 * quiet room gets eight pieces a second, and a busy one fewer and longer ones. A piece that was lost to
 * the room's rate simply stays at the head of the queue and goes out again, with what came after it. So
 * nothing that a connected author drew is lost, and it arrives in the order in which it was drawn.
 *
 * ```js
 * queue.begin(id, colour); queue.add(x, y, width); queue.end();
 * const out = queue.take(now);          // null: nothing to send, or not yet
 * queue.answer(room.send(out.kind, out).…, now);
 * ```
 * Time is always an argument.
 */

import { MAX_POINTS, MAX_WIDTH, simplify, writePiece } from "./shape.js";

export const STROKE = 1;
export const CLEAR = 2;

/** At most eight pieces a second while all goes well. */
const EVERY_MS = 125;
/** And at least one in two seconds, however busy the room is. */
const EVERY_MOST_MS = 2_000;
/** Left out is what lies within 4 ten-thousandths of the width: half a pixel of a large board. */
const TOLERANCE = 4;
/** So many raw points at most go into one piece, however straight: the loss of one must not cost much. */
const MAX_RAW = 1_024;
/** A pen pressed harder or softer by so much begins a piece of another width, if the piece has some length. */
const WIDTH_FACTOR = 1.5;
const WIDTH_AFTER = 8;

/** The engine's word for losses that say nothing against the message. */
const TRY_AGAIN = new Set(["rate", "expired", "shed"]);
/** Refusals that time heals: slow mode, too often, overloaded, too many on their way, no connection. */
const TRY_LATER = new Set([3001, 3003, 5001, "too_many_open", "not_connected"]);

/**
 * @typedef {object} Stroke
 * @property {number} id
 * @property {number} c
 * @property {number[]} p all points
 * @property {number[]} widths one for each point
 * @property {number} sure how many points are in the log
 * @property {boolean} open whether the pen is still down
 *
 * @typedef {{kind: typeof STROKE|typeof CLEAR, data: string}} Out
 * @typedef {{state: string, reason?: string, code?: number|string}} Answer
 * @typedef {"in"|"again"|"lost"} Verdict
 */

/** @param {Answer} answer @returns {Verdict} */
export function judge({ state, reason = "", code = "" }) {
  if (state === "delivered") return "in";
  // Nobody knows what became of it. To draw a line twice changes nothing, so it is sent again.
  if (state === "unknown") return "again";
  if (state === "discarded" && TRY_AGAIN.has(reason)) return "again";
  return state === "refused" && TRY_LATER.has(code) ? "again" : "lost";
}

/**
 * How many points from `from` on make the next piece, and its width.
 * @param {Stroke} stroke
 * @param {number} from
 * @returns {{p: number[], w: number, to: number}} `to` is the point after the last one
 */
function cut({ p, widths }, from) {
  // The first point is where the piece before ended; this piece's width is that of the points after it.
  const first = widths[from + 1] ?? widths[from];
  let to = from + 1;
  while (to < widths.length && to - from < MAX_RAW) {
    const ratio = widths[to] / first;
    if (to - from >= WIDTH_AFTER && (ratio > WIDTH_FACTOR || ratio < 1 / WIDTH_FACTOR)) break;
    to += 1;
  }
  let points = simplify(p.slice(2 * from, 2 * to), TOLERANCE);
  while (points.length > 2 * MAX_POINTS) {
    to = from + Math.floor((to - from) / 2);
    points = simplify(p.slice(2 * from, 2 * to), TOLERANCE);
  }
  const used = widths.slice(Math.min(from + 1, to - 1), to);
  const mean = used.reduce((sum, w) => sum + w, 0) / used.length;
  return { p: points, w: Math.min(MAX_WIDTH, Math.max(1, Math.round(mean))), to };
}

export class StrokeQueue {
  /** @type {(Stroke|"clear")[]} */ #queue = [];
  /** The piece that is on its way, as the number of points that it makes sure. @type {number|null} */ #flying = null;
  #every = EVERY_MS;
  #nextAt = 0;

  /** How long it pauses between pieces now. */
  get pace() {
    return this.#every;
  }

  get empty() {
    return this.#queue.length === 0;
  }

  /** Whether something waits for longer than it takes to send it. */
  get slow() {
    return this.#every > EVERY_MS;
  }

  /** What is not sure yet, to be shown over what is. @returns {Stroke[]} */
  get strokes() {
    return /** @type {Stroke[]} */ (this.#queue.filter((item) => item !== "clear"));
  }

  /** The pen touches the board. @param {number} id @param {number} c */
  begin(id, c) {
    this.end();
    this.#queue.push({ id, c, p: [], widths: [], sure: 0, open: true });
  }

  /** The pen is at a point now. @param {number} x @param {number} y @param {number} w */
  add(x, y, w) {
    const stroke = this.#open();
    if (!stroke) return;
    const at = stroke.p.length;
    if (at > 0 && stroke.p[at - 2] === x && stroke.p[at - 1] === y) return;
    stroke.p.push(x, y);
    stroke.widths.push(w);
  }

  /** The pen leaves the board. */
  end() {
    const stroke = this.#open();
    if (!stroke) return;
    stroke.open = false;
    if (stroke.p.length === 0) this.#queue.pop();
    else this.#tidy();
  }

  /** The board is to be emptied; strokes that are not out yet would only flash up before that. */
  clear() {
    this.end();
    this.#queue = [...this.#queue.slice(0, this.#flying === null ? 0 : 1), "clear"];
  }

  /** Forgets everything, the piece on its way too. */
  drop() {
    this.#queue = [];
    this.#flying = null;
  }

  /**
   * The next piece, if it is time for it; {@link answer} says what became of it.
   * @param {number} now
   * @returns {Out|null}
   */
  take(now) {
    const head = this.#queue[0];
    if (head === undefined || this.#flying !== null || now < this.#nextAt) return null;
    if (head === "clear") {
      this.#fly(now, 0);
      return { kind: CLEAR, data: "{}" };
    }
    const all = head.widths.length;
    // A point alone may be the beginning of a line; it is a dot only when the pen is up.
    if (head.sure === all || (head.open && all < 2)) return null;
    const { p, w, to } = cut(head, Math.max(0, head.sure - 1));
    this.#fly(now, to);
    return { kind: STROKE, data: writePiece({ id: head.id, c: head.c, w, p }) };
  }

  /**
   * What became of the piece that was taken last.
   * @param {Answer} answer
   * @returns {Verdict} `lost`: the room does not want it, and everything that is left has been dropped
   */
  answer(answer) {
    if (this.#flying === null) return "lost";
    const verdict = judge(answer);
    if (verdict === "lost") {
      this.drop();
      return verdict;
    }
    if (verdict === "in") this.#sure(this.#flying);
    this.#flying = null;
    this.#every = verdict === "in" ? Math.max(EVERY_MS, this.#every * 0.75) : Math.min(EVERY_MOST_MS, this.#every * 2);
    return verdict;
  }

  /** @returns {Stroke|undefined} */
  #open() {
    const last = this.#queue.at(-1);
    return last !== undefined && last !== "clear" && last.open ? last : undefined;
  }

  /** @param {number} now @param {number} to */
  #fly(now, to) {
    this.#flying = to;
    this.#nextAt = now + this.#every;
  }

  /** @param {number} to */
  #sure(to) {
    const head = this.#queue[0];
    if (head === "clear") this.#queue.shift();
    else head.sure = to;
    this.#tidy();
  }

  #tidy() {
    const head = this.#queue[0];
    if (head === undefined || head === "clear") return;
    if (!head.open && head.sure === head.widths.length) this.#queue.shift();
  }
}
