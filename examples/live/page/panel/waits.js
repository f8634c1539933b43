/** One small picture for each priority: half of the messages waited less than the line, 99 of 100 less than the band. */

import { at, element } from "../common/dom.js";
import { PRIORITIES } from "./flow.js";
import { fillOf, inkOf, sharp } from "./ink.js";
import { logPlace } from "./scale.js";
import { words } from "./words.js";

/** @typedef {import("./waiting.js").Waiting} Waiting */

const RIGHT = 46;
/** Where nothing was delivered for so long, the line has a gap. */
const GAP_MS = 6_500;

export class WaitCharts {
  /** @type {{priority: string, name: HTMLElement, numbers: HTMLElement, frame: HTMLElement, draw: () => void}[]} */
  #rows;

  /** @param {Waiting} waiting */
  constructor(waiting) {
    this.waiting = waiting;
    this.#rows = PRIORITIES.map((priority) => {
      const row = element("div", "wait-row");
      const frame = element("div", "chart");
      frame.setAttribute("role", "img");
      frame.append(document.createElement("canvas"));
      const [name, numbers] = [element("span", "wait-name"), element("span", "wait-numbers")];
      row.append(name, frame, numbers);
      at("waits").append(row);
      const draw = sharp(frame, (pen, width, height, ratio) => this.#paint(priority, pen, width, height, ratio));
      return { priority, name, numbers, frame, draw };
    });
  }

  show() {
    for (const { priority, name, numbers, frame, draw } of this.#rows) {
      const recent = this.waiting.recent(priority);
      const [p50, p99] = [recent?.p50, recent?.p99].map((ms) => (ms === undefined ? words.waits.none : words.wait(ms)));
      name.textContent = words.priorities[priority];
      numbers.replaceChildren(element("b", "", p50), element("span", "", p99));
      frame.setAttribute("aria-label", words.waits.said(words.priorities[priority], p50, p99));
      draw();
    }
  }

  /** @param {string} priority @param {CanvasRenderingContext2D} pen @param {number} width @param {number} height @param {number} ratio */
  #paint(priority, pen, width, height, ratio) {
    const { now, span } = this.waiting;
    const x = (/** @type {number} */ time) => (width - RIGHT) * (1 - (now - time) / span);
    const y = (/** @type {number} */ ms) => height - 5 - logPlace(ms, 1, 10_000) * (height - 10);
    pen.font = "10px system-ui, sans-serif";
    pen.textBaseline = "middle";
    for (const ms of [10, 100, 1_000]) {
      pen.fillStyle = inkOf("grid");
      pen.fillRect(0, Math.round(y(ms)), width - RIGHT, 1);
      pen.fillStyle = inkOf("axis");
      if (ms !== 100) pen.fillText(words.wait(ms), width - RIGHT + 3, y(ms));
    }
    for (const run of runs(this.waiting.calm(priority))) {
      const from = Math.max(0, x(run[0].at) - 2);
      pen.beginPath();
      pen.moveTo(from, y(run[0].p99));
      for (const { at, p99 } of run) pen.lineTo(x(at), y(p99));
      for (const { at, p50 } of [...run].reverse()) pen.lineTo(x(at), y(p50));
      pen.lineTo(from, y(run[0].p50));
      pen.closePath();
      pen.fillStyle = fillOf(pen, priority, ratio);
      pen.globalAlpha = 0.55;
      pen.fill();
      pen.globalAlpha = 1;
      pen.beginPath();
      pen.moveTo(from, y(run[0].p50));
      for (const { at, p50 } of run) pen.lineTo(x(at), y(p50));
      pen.strokeStyle = inkOf("offered");
      pen.lineWidth = 1.5;
      pen.stroke();
    }
  }
}

/** @typedef {{at: number, p50: number, p99: number}} Point */

/** @param {readonly Point[]} points */
function runs(points) {
  /** @type {Point[][]} */ const found = [];
  for (const point of points) {
    const last = found.at(-1);
    if (last && point.at - last[last.length - 1].at <= GAP_MS) last.push(point);
    else found.push([point]);
  }
  return found;
}
