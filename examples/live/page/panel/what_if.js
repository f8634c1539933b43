/** What would have become of the last minutes at other rates, and by another word list: a bar for each, and the messages that differ. */

import { at, element } from "../common/dom.js";
import { tell } from "./act.js";
import { LAYERS, barsOf, mostOf, ratesAround } from "./bars.js";
import { lineNamed } from "./list.js";
import { swatch } from "./ink.js";
import { roundAxis } from "./scale.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {{rate: number, burst: number, reserve: number}} Traffic
 */

const [WIDTH, HEIGHT, FOOT] = [300, 120, 18];
/** For the numbers of the axis, and so that the highest is not cut off. */
const [LEFT, TOP] = [42, 8];

export class WhatIf {
  /** @type {any} */ #told = null;
  #wanted = 0;
  #inForce = 0;
  /** Whether another word list was tried. */ #withList = false;

  /** @param {LiveRoom} room */
  constructor(room) {
    this.room = room;
  }

  /** @param {Traffic} wanted @param {number} inForce the rate now @param {string} [text] another word list */
  async ask(wanted, inForce, text) {
    const where = at("what-if-answer");
    const { burst, reserve } = wanted;
    const order = this.room.do("what_if", { rates: ratesAround(wanted.rate, inForce), burst, reserve, text });
    const wrong = (/** @type {any} */ problem) => (problem.code === "words" ? words.list.wrong(problem.why, lineNamed(problem.why)) : words.problem(problem));
    const done = await tell(where, order, null, wrong);
    if (!done) return this.#clear();
    [this.#told, this.#wanted, this.#inForce] = [(await order).what_if, wanted.rate, inForce];
    this.#withList = text !== undefined;
    this.name();
  }

  /** After the language has changed. */
  name() {
    if (this.#told === null) return;
    const { since, was, points, differing } = this.#told;
    const wanted = points.find((/** @type {any} */ point) => point.rate === this.#wanted) ?? points[0];
    at("what-if-since").textContent = words.whatIf.since(words.clock(since));
    const says = this.#withList ? words.staff.whatIf.lists : words.whatIf.says;
    at("what-if-says").textContent = says(wanted, was);
    // Of a list alone it is to be seen what it changed: what was stands beside.
    at("what-if-chart").replaceChildren(this.#chart(this.#withList ? [{ ...was, rate: 0 }, ...points] : points));
    const legend = LAYERS.map((key) => {
      const item = element("li", "");
      item.append(swatch(key), words.outcomes[key]);
      return item;
    });
    at("what-if-legend").replaceChildren(...legend);
    at("what-if-list").replaceChildren(...differing.map(row));
    at("what-if-more").hidden = differing.length === 0;
    at("what-if").hidden = false;
  }

  #clear() {
    this.#told = null;
    at("what-if").hidden = true;
  }

  /** @param {import("./bars.js").Point[]} points */
  #chart(points) {
    const chart = shape("svg", { viewBox: `0 ${-TOP} ${WIDTH} ${TOP + HEIGHT + FOOT}`, role: "img", class: "bars" });
    chart.setAttribute("aria-label", words.whatIf.chart(points));
    const { max, ticks } = roundAxis(mostOf(points), 3);
    for (const tick of ticks) {
      const y = HEIGHT - (tick * HEIGHT) / max;
      chart.append(shape("line", { x1: LEFT, x2: WIDTH, y1: y, y2: y, class: "bar-grid" }));
      const number = shape("text", { x: LEFT - 5, y: y + 4, class: "bar-tick" });
      number.textContent = words.number(tick);
      chart.append(number);
    }
    for (const { rate, centre, boxes } of barsOf(points, WIDTH - LEFT, HEIGHT, max)) {
      for (const { key, x, ...place } of boxes) chart.append(shape("rect", { x: x + LEFT, ...place, class: `bar-fill ink-${key}` }));
      const mark = rate === this.#wanted ? "bar-rate wanted" : rate === this.#inForce ? "bar-rate in-force" : "bar-rate";
      const label = shape("text", { x: centre + LEFT, y: HEIGHT + 13, class: mark });
      label.textContent = rate === 0 ? words.staff.whatIf.was : words.traffic.now(rate);
      chart.append(label);
    }
    return chart;
  }
}

/** @param {string} name @param {Record<string, string|number>} attributes */
function shape(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** @param {any} one message that would have come to something else */
function row(one) {
  const item = element("li", "differs");
  item.append(element("bdi", "differs-text", one.text || words.kind(one.kind)));
  item.append(element("span", "help", words.whatIf.differs(one.was, one.would)));
  return item;
}
