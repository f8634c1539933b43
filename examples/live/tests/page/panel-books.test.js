import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { showBooks, showFigures } from "../../page/panel/books.js";
import { words } from "../../page/panel/words.js";

/** As much of a page as figures and sums are written into. */
class Place {
  textContent = "";
  hidden = false;
  className = "";
  /** @type {Place[]} */ children = [];
  classes = new Set();
  classList = { toggle: (name, on) => void (on ? this.classes.add(name) : this.classes.delete(name)) };
  append(...parts) {
    this.children.push(...parts);
  }
  get text() {
    return [this.textContent, ...this.children.map((child) => child.text)].filter(Boolean).join(" ");
  }
}
const places = new Map();
const at = (id) => places.get(id) ?? places.set(id, new Place()).get(id);
before(() => (globalThis.document = /** @type {any} */ ({ createElement: () => new Place(), getElementById: at })));
after(() => delete (/** @type {any} */ (globalThis).document));

const figure = (name) => at("figures").children.map(({ text }) => text).find((text) => text.startsWith(name));

test("what the system does not tell is a dash, and no zero", () => {
  const flow = /** @type {any} */ ({ rate: () => 0 });
  const { cpu, memory } = words.figures;
  showFigures({ online: 3 }, flow);
  assert.deepEqual([figure(cpu), figure(memory)], [`${cpu} –`, `${memory} –`]);
  showFigures({ online: 3, cpu_permille: 0, resident_kib: 2_048 }, flow);
  assert.deepEqual([figure(cpu), figure(memory)], [`${cpu} 0.0%`, `${memory} 2.0 MiB`]);
});

test("the verdict is about what was accepted, which alone is counted twice", () => {
  const signs = (id) => at(id).text.replace(/[^\d=+ ]/g, "").replace(/ +/g, " ").trim();
  showBooks({ refused: { 2004: 5 }, flow: { normal: { accepted: 8, delivered: 7, waiting: 1 } } });
  assert.equal(signs("sum-offered"), "13 = 5 + 8");
  assert.equal(signs("sum-accepted"), "8 = 7 + 0 + 0 + 1 + 0");
  assert.equal(at("verdict").text, words.books.good);
  showBooks({ refused: {}, flow: { normal: { accepted: 8, delivered: 7 } } });
  assert.equal(at("verdict").text, words.books.bad(1));
  assert.ok(at("verdict").classes.has("bad"));
});
