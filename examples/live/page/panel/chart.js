/** The chart of what flowed in each second: stacked, by outcome, priority or reason. */

import { at, element } from "../common/dom.js";
import { fillOf, inkOf, sharp, swatch } from "./ink.js";
import { calmMax, roundAxis, stackUp } from "./scale.js";
import { words } from "./words.js";

/**
 * @typedef {import("./flow.js").Flow} Flow
 * @typedef {import("./flow.js").By} By
 * @typedef {import("./flow.js").Measure} Measure
 */

const EDGE = { left: 38, right: 10, top: 10, bottom: 20 };
/** @type {readonly By[]} */ const WAYS = ["outcome", "priority", "reason"];
/** @type {readonly Measure[]} */ const MEASURES = ["accepted", "delivered", "rejected", "discarded"];

/** What a layer is called. @param {string} key */
const nameOf = (key) => words.outcomes[key] ?? words.priorities[key] ?? words.reasons[key] ?? key;

export class FlowChart {
  /** @type {By} */ #by = "outcome";
  /** @type {Measure} */ #measure = "accepted";
  #limit = 0;
  #max = 1;
  /** The second that is looked at, counted back from the newest. @type {number|null} */ #back = null;
  #legendOf = "";
  #draw;

  /** @param {Flow} flow */
  constructor(flow) {
    this.flow = flow;
    this.frame = at("flow-chart");
    this.#draw = sharp(this.frame, (pen, width, height, ratio) => this.#paint(pen, width, height, ratio));
    this.frame.addEventListener("pointermove", (event) => this.#point(event.offsetX));
    this.frame.addEventListener("pointerleave", () => this.#look(null));
    this.frame.addEventListener("blur", () => this.#look(null));
    this.frame.addEventListener("keydown", (event) => this.#key(event));
  }

  /** After every frame. @param {number} limit the room's rate */
  show(limit) {
    this.#limit = limit;
    this.#draw();
  }

  /** After the language or the colours have changed. */
  name() {
    this.#legendOf = "";
    this.#choices("flow-by", WAYS, this.#by, words.flow.by, (by) => (this.#by = by));
    this.#choices("flow-measure", MEASURES, this.#measure, words.outcomes, (measure) => (this.#measure = measure));
    at("flow-measure").hidden = this.#by !== "priority";
    this.#draw();
  }

  /**
   * @template {string} T
   * @param {string} id @param {readonly T[]} all @param {T} chosen @param {Record<string, string>} names
   * @param {(one: T) => void} choose
   */
  #choices(id, all, chosen, names, choose) {
    const buttons = all.map((one) => {
      const button = element("button", "choice", names[one]);
      button.setAttribute("type", "button");
      button.setAttribute("aria-pressed", String(one === chosen));
      button.addEventListener("click", () => {
        choose(one);
        this.#max = 1;
        this.name();
        const again = at(id).querySelector("[aria-pressed=true]");
        if (again instanceof HTMLElement) again.focus();
      });
      return button;
    });
    at(id).replaceChildren(...buttons);
  }

  get #layers() {
    return this.flow.layers(this.#by, this.#measure);
  }

  // -- Looking at one second ------------------------------------------------------------------

  /** @param {number} x */
  #point(x) {
    const step = (this.frame.clientWidth - EDGE.left - EDGE.right) / this.flow.span;
    const second = Math.floor((x - EDGE.left) / step);
    this.#look(Math.min(this.flow.span - 1, Math.max(0, this.flow.span - 1 - second)));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const moves = /** @type {Record<string, number>} */ ({ ArrowLeft: 1, ArrowRight: -1, PageUp: 10, PageDown: -10, Home: 999, End: -999 });
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    this.#look(Math.min(this.flow.span - 1, Math.max(0, (this.#back ?? 0) + move)));
  }

  /** @param {number|null} back */
  #look(back) {
    this.#back = back;
    this.#draw();
  }

  /** @param {import("./flow.js").Layer[]} layers */
  #read(layers) {
    const at = this.flow.span - 1 - (this.#back ?? 0);
    const parts = layers.map(({ key, values }) => `${nameOf(key)} ${words.rate(values[at])}`);
    if (this.#by === "outcome") parts.unshift(`${words.outcomes.offered} ${words.rate(this.flow.offered()[at])}`);
    return words.flow.readout(words.clock((this.flow.newest - (this.#back ?? 0)) * 1_000), parts);
  }

  // -- Drawing --------------------------------------------------------------------------------

  /** @param {CanvasRenderingContext2D} pen @param {number} width @param {number} height @param {number} ratio */
  #paint(pen, width, height, ratio) {
    const layers = this.#layers;
    const edges = stackUp(layers);
    const offered = this.#by === "outcome" ? this.flow.offered() : [];
    const axis = roundAxis(Math.max(1, ...offered, ...(edges.at(-1) ?? [])));
    this.#max = calmMax(this.#max, axis.max);
    const [w, h] = [width - EDGE.left - EDGE.right, height - EDGE.top - EDGE.bottom];
    const x = (/** @type {number} */ second) => EDGE.left + (second * w) / this.flow.span;
    const y = (/** @type {number} */ n) => EDGE.top + h - (Math.min(n, this.#max) * h) / this.#max;

    this.#grid(pen, width, x, y);
    const ground = new Array(this.flow.span).fill(0);
    // Before the panel was opened nobody counted, which is not the same as nothing.
    const since = this.flow.span - this.flow.watched;
    edges.forEach((upper, i) => {
      const lower = edges[i - 1] ?? ground;
      pen.beginPath();
      this.#steps(pen, upper, since, x, y);
      for (let s = lower.length - 1; s >= since; s -= 1) {
        pen.lineTo(x(s + 1), y(lower[s]));
        pen.lineTo(x(s), y(lower[s]));
      }
      pen.fillStyle = fillOf(pen, layers[i].key, ratio);
      pen.fill();
      this.#line(pen, upper, since, x, y, inkOf(layers[i].key), 1);
    });
    if (offered.some((n) => n > 0)) this.#line(pen, offered, since, x, y, inkOf("offered"), 1.5);
    this.#limitLine(pen, width, y);
    if (this.#back !== null) {
      const second = this.flow.span - 1 - this.#back;
      pen.fillStyle = inkOf("cross");
      pen.fillRect(x(second), EDGE.top, Math.max(2, w / this.flow.span), h);
    }
    this.#describe(layers);
  }

  /** @param {CanvasRenderingContext2D} pen @param {number} width @param {(n: number) => number} x @param {(n: number) => number} y */
  #grid(pen, width, x, y) {
    pen.font = "11px system-ui, sans-serif";
    pen.fillStyle = inkOf("axis");
    pen.strokeStyle = inkOf("grid");
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    for (const tick of roundAxis(this.#max).ticks) {
      pen.beginPath();
      pen.moveTo(EDGE.left, Math.round(y(tick)) + 0.5);
      pen.lineTo(width - EDGE.right, Math.round(y(tick)) + 0.5);
      pen.stroke();
      pen.fillText(words.number(tick), EDGE.left - 6, y(tick));
    }
    pen.textBaseline = "top";
    for (const ago of width < 460 ? [120, 60, 0] : [120, 90, 60, 30, 0]) {
      pen.textAlign = ago === 0 ? "right" : ago === 120 ? "left" : "center";
      pen.fillText(words.flow.ago(ago), x(this.flow.span - ago), y(0) + 5);
    }
  }

  /** @param {CanvasRenderingContext2D} pen @param {number[]} values @param {number} since @param {(n: number) => number} x @param {(n: number) => number} y */
  #steps(pen, values, since, x, y) {
    for (let s = since; s < values.length; s += 1) {
      if (s === since) pen.moveTo(x(s), y(values[s]));
      else pen.lineTo(x(s), y(values[s]));
      pen.lineTo(x(s + 1), y(values[s]));
    }
  }

  /** @param {CanvasRenderingContext2D} pen @param {number[]} values @param {number} since @param {(n: number) => number} x @param {(n: number) => number} y @param {string} colour @param {number} thick */
  #line(pen, values, since, x, y, colour, thick) {
    pen.beginPath();
    this.#steps(pen, values, since, x, y);
    pen.strokeStyle = colour;
    pen.lineWidth = thick;
    pen.stroke();
  }

  /** How much is delivered at most: worth a line wherever delivered ones are in the picture. @param {CanvasRenderingContext2D} pen @param {number} width @param {(n: number) => number} y */
  #limitLine(pen, width, y) {
    const fits = this.#by === "outcome" || (this.#by === "priority" && this.#measure === "delivered");
    if (!fits || this.#limit <= 0 || this.#limit > this.#max) return;
    pen.setLineDash([5, 4]);
    pen.strokeStyle = pen.fillStyle = inkOf("limit");
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(EDGE.left, y(this.#limit));
    pen.lineTo(width - EDGE.right, y(this.#limit));
    pen.stroke();
    pen.setLineDash([]);
    const text = words.flow.limit(this.#limit);
    pen.textAlign = "left";
    pen.textBaseline = "bottom";
    const long = pen.measureText(text).width;
    pen.fillStyle = inkOf("sheet");
    pen.fillRect(EDGE.left + 4, y(this.#limit) - 17, long + 8, 15);
    pen.fillStyle = inkOf("limit");
    pen.fillText(text, EDGE.left + 8, y(this.#limit) - 4);
  }

  // -- The same in words ----------------------------------------------------------------------

  /** @param {import("./flow.js").Layer[]} layers */
  #describe(layers) {
    const read = this.#read(layers);
    at("flow-readout").textContent = this.flow.watched === 0 ? words.flow.quiet : read;
    this.frame.setAttribute("aria-valuenow", String(-(this.#back ?? 0)));
    this.frame.setAttribute("aria-valuetext", read);
    const keys = layers.map(({ key }) => key);
    const legend = at("flow-legend");
    // Made anew only when other layers are there, and always with the top of the stack first.
    if (keys.join() !== this.#legendOf) {
      this.#legendOf = keys.join();
      const items = keys.map((key) => {
        const item = element("li", "");
        item.append(swatch(key), nameOf(key));
        return item;
      });
      legend.replaceChildren(...items);
      if (this.#by === "outcome") legend.append(element("li", "offered-line", words.outcomes.offered));
    }
  }
}
