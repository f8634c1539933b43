/**
 * The sheet that is drawn on: two canvases on each other, as sharp as the screen. Below is what the log
 * has, above what was drawn here and is not in the log yet.
 */

import { paint, paintAll } from "./paint.js";

/** @typedef {import("./shape.js").Piece} Piece */

export class Sheet {
  #paper;
  #pen;
  #asked = { all: true, upper: true };

  /**
   * @param {{frame: HTMLElement, paper: HTMLCanvasElement, pen: HTMLCanvasElement}} places
   * @param {{sure: () => readonly Piece[], unsure: () => readonly Pick<Piece, "c"|"w"|"p">[]}} drawing
   */
  constructor(places, drawing) {
    this.places = places;
    this.drawing = drawing;
    this.#paper = /** @type {CanvasRenderingContext2D} */ (places.paper.getContext("2d"));
    this.#pen = /** @type {CanvasRenderingContext2D} */ (places.pen.getContext("2d"));
    new ResizeObserver(() => this.#fit()).observe(places.frame);
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => this.#fit());
  }

  /** Draws pieces onto what is there. @param {readonly Piece[]} pieces */
  add(pieces) {
    const { width, height } = this.places.paper;
    if (this.#asked.all) return;
    for (const piece of pieces) paint(this.#paper, piece, width, height);
  }

  /** Draws everything again, with the next picture. */
  again() {
    this.#ask("all");
  }

  /** What is not in the log yet has changed. */
  changed() {
    this.#ask("upper");
  }

  #fit() {
    const { frame, paper, pen } = this.places;
    const [w, h] = [Math.round(frame.clientWidth * devicePixelRatio), Math.round(frame.clientHeight * devicePixelRatio)];
    if (w === 0 || (paper.width === w && paper.height === h)) return;
    for (const canvas of [paper, pen]) [canvas.width, canvas.height] = [w, h];
    // At once: a canvas whose size was set is empty, and that would be seen.
    [this.#asked.all, this.#asked.upper] = [true, true];
    this.#draw();
  }

  /** @param {"all"|"upper"} what */
  #ask(what) {
    if (!this.#asked.all && !this.#asked.upper) requestAnimationFrame(() => this.#draw());
    this.#asked[what] = true;
  }

  #draw() {
    const { width, height } = this.places.paper;
    if (this.#asked.all) paintAll(this.#paper, this.drawing.sure(), width, height);
    if (this.#asked.upper) {
      this.#pen.clearRect(0, 0, width, height);
      for (const piece of this.drawing.unsure()) paint(this.#pen, piece, width, height);
    }
    [this.#asked.all, this.#asked.upper] = [false, false];
  }
}
