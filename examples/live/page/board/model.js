/**
 * The drawing as the room's log has it: what newcomers are given whole, and what comes after.
 *
 * Invariant: every piece is here at most once, in the order of its `seq`.
 */

import { CLEAR, STROKE } from "./queue.js";
import { readPiece } from "./shape.js";

/**
 * @typedef {import("./shape.js").Piece} Piece
 * @typedef {Piece & {user: string}} Drawn
 * @typedef {{fresh: Drawn[], anew: boolean}} Change `anew`: everything is to be drawn again
 */

/** As many as the host keeps; a page that stays for days must not grow for ever either. */
const MOST = 20_000;

export class BoardModel {
  /** @type {Drawn[]} */ #pieces = [];
  /** Up to where the log is in the drawing. */ #position = 0;
  #midway = false;
  #whole = false;
  /** How many pieces are here of each stroke of each author: a stroke counts once, as long as any of it is here. @type {Map<string, Map<number, number>>} */
  #strokes = new Map();

  /** How many of the oldest pieces are gone. */
  trimmed = 0;

  constructor(most = MOST) {
    this.most = most;
  }

  /** Whether all of the drawing is here; before that, an empty board says nothing. */
  get whole() {
    return this.#whole;
  }

  /** @returns {readonly Drawn[]} */
  get pieces() {
    return this.#pieces;
  }

  /** Who drew how many strokes, the most first. @returns {{user: string, strokes: number}[]} */
  get authors() {
    return [...this.#strokes]
      .map(([user, strokes]) => ({ user, strokes: strokes.size }))
      .sort((a, b) => b.strokes - a.strokes || a.user.localeCompare(b.user));
  }

  /** A history that began anew: its numbers say nothing about ours. */
  begin() {
    this.#empty();
    this.#position = 0;
    this.#midway = this.#whole = false;
  }

  /**
   * A frame of the whole drawing; the first one of several empties the board. So does `reset` in the midst of
   * one, which is then not finished but sent again: the reader was too far behind.
   * @param {any} frame
   * @returns {Change}
   */
  board(frame) {
    const anew = frame.reset === true || !this.#midway;
    if (anew) this.#empty();
    this.#midway = frame.more === true;
    this.#whole = !this.#midway;
    this.#position = Math.max(anew ? 0 : this.#position, frame.position ?? 0);
    this.trimmed = frame.trimmed ?? 0;
    const fresh = (frame.pieces ?? []).flatMap((/** @type {any} */ one) => this.#keep(one.user, one.data));
    return { fresh, anew };
  }

  /**
   * Entries of the log.
   * @param {any[]} entries
   * @returns {Change}
   */
  entries(entries) {
    /** @type {Change} */ let change = { fresh: [], anew: false };
    for (const entry of entries) {
      if (!entry.echo && entry.seq <= this.#position) continue;
      this.#position = Math.max(this.#position, entry.seq);
      if (entry.type === "notice" && entry.kind === "purged") change = this.#purge(entry, change);
      if (entry.type !== "message") continue;
      if (entry.kind === STROKE) change.fresh.push(...this.#keep(entry.user, entry.data));
      if (entry.kind === CLEAR) {
        this.#empty();
        change = { fresh: [], anew: true };
      }
    }
    return change;
  }

  /** @param {unknown} user @param {unknown} data @returns {Drawn[]} */
  #keep(user, data) {
    const piece = readPiece(data);
    if (!piece) return [];
    const drawn = { ...piece, user: String(user ?? "") };
    this.#pieces.push(drawn);
    this.#count(drawn, 1);
    const over = Math.max(0, this.#pieces.length - this.most);
    if (over > 0) for (const gone of this.#pieces.splice(0, over)) this.#count(gone, -1);
    this.trimmed += over;
    return [drawn];
  }

  /** @param {Drawn} piece that came or went @param {1|-1} by */
  #count({ user, id }, by) {
    const strokes = this.#strokes.get(user) ?? new Map();
    const pieces = (strokes.get(id) ?? 0) + by;
    if (pieces > 0) strokes.set(id, pieces);
    else strokes.delete(id);
    if (strokes.size > 0) this.#strokes.set(user, strokes);
    else this.#strokes.delete(user);
  }

  /** The staff took back all that somebody wrote, drawings with it. @param {any} entry @param {Change} change @returns {Change} */
  #purge({ author, message }, change) {
    if (message != null || !this.#strokes.has(author)) return change;
    this.#pieces = this.#pieces.filter(({ user }) => user !== author);
    this.#strokes.delete(author);
    return { fresh: [], anew: true };
  }

  #empty() {
    this.#pieces = [];
    this.#strokes.clear();
    this.trimmed = 0;
  }
}
