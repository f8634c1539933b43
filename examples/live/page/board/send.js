/**
 * Sends what was drawn here until it is in the room's log, and knows what is not there yet.
 */

import { CLEAR, StrokeQueue } from "./queue.js";
import { readPiece } from "./shape.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {import("../liveroom.js").Sent} Sent
 * @typedef {Pick<import("./shape.js").Piece, "c"|"w"|"p">} Mark
 */

/** How often it looks whether it is time for the next piece. */
const LOOK_MS = 25;
/** What was delivered and does not come back so long after is nobody's wait any more. */
const COME_BACK_MS = 2_000;

export class Sender {
  #queue = new StrokeQueue();
  /** Delivered pieces that have not come back: without them the line would flicker. @type {Set<{mark: Mark, sent: Sent, until: number}>} */
  #ghosts = new Set();
  /** @type {any} */ #timer;
  #born = Math.floor(Math.random() * 2 ** 31);

  /**
   * @param {LiveRoom} room
   * @param {{changed: () => void, lost: (sent: Sent) => void}} acts
   */
  constructor(room, acts) {
    this.room = room;
    this.acts = acts;
  }

  /** @param {number} colour */
  begin(colour) {
    // A number of one's own: strokes of one author are told apart by it, over reloads too.
    this.#born = (this.#born + 1) % 2 ** 32;
    this.#queue.begin(this.#born, colour);
  }

  /** @param {number} x @param {number} y @param {number} w */
  move(x, y, w) {
    this.#queue.add(x, y, w);
    this.#changed();
  }

  end() {
    this.#queue.end();
    this.#changed();
  }

  clear() {
    this.#queue.clear();
    this.#changed();
  }

  /** How many points are not sure yet. */
  get open() {
    return this.#queue.strokes.reduce((sum, { widths, sure }) => sum + widths.length - sure, 0);
  }

  /** Whether the room makes it wait. */
  get slow() {
    return this.#queue.slow;
  }

  /** What was drawn and is not on the paper. @returns {Mark[]} */
  get marks() {
    const now = Date.now();
    for (const ghost of this.#ghosts) {
      if (ghost.sent.entry !== null || ghost.until < now) this.#ghosts.delete(ghost);
    }
    const strokes = this.#queue.strokes.filter(({ widths, sure }) => widths.length > sure);
    return [
      ...[...this.#ghosts].map(({ mark }) => mark),
      ...strokes.flatMap(({ c, p, widths, sure }) => marksOf(c, p, widths, Math.max(0, sure - 1))),
    ];
  }

  #changed() {
    this.acts.changed();
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  #look() {
    if (this.#queue.empty && this.#ghosts.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.acts.changed();
      return;
    }
    const out = this.#queue.take(Date.now());
    if (out) this.#follow(this.room.send(out.kind, { data: out.data }));
  }

  /** @param {Sent} sent */
  async #follow(sent) {
    const { state, entry, kind, data } = await sent.outcome;
    const verdict = this.#queue.answer(sent);
    const mark = kind === CLEAR ? null : readPiece(data);
    if (state === "delivered" && entry === null && mark) this.#ghosts.add({ mark, sent, until: Date.now() + COME_BACK_MS });
    if (verdict === "lost") this.acts.lost(sent);
    this.acts.changed();
  }
}

/**
 * What is drawn here is shown at once, and as wide as it will be in the log, or nearly.
 * @param {number} c @param {number[]} p @param {number[]} widths @param {number} from
 * @returns {Mark[]}
 */
function marksOf(c, p, widths, from) {
  /** @type {Mark[]} */ const marks = [];
  for (let at = from, next; at < widths.length; at = next) {
    next = at + 1;
    while (next < widths.length && Math.abs(widths[next] / widths[Math.min(at + 1, next)] - 1) < 0.25) next += 1;
    const points = p.slice(2 * Math.max(from, at - 1), 2 * next);
    marks.push({ c, w: widths[Math.min(at + 1, next - 1)], p: points });
  }
  return marks;
}
