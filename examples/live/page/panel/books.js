/** The room's numbers in words: the figures at the top, what "offered" is, and the sum that must balance. */

import { at, element, showText } from "../common/dom.js";
import { balance } from "./balance.js";
import { words } from "./words.js";

/** @typedef {import("./flow.js").Flow} Flow */

/** Fills a list of named numbers, keeping its elements: a number that changes must not move its neighbours. */
class Numbers {
  /** @type {Map<string, {value: HTMLElement, name: HTMLElement}>} */ #known = new Map();

  /** @param {(key: string) => {item: HTMLElement, value: HTMLElement, name: HTMLElement}} make */
  constructor(make) {
    this.make = make;
  }

  /** @param {string} key @param {string} name @param {string} value */
  put(key, name, value) {
    let found = this.#known.get(key);
    if (!found) this.#known.set(key, (found = this.make(key)));
    if (found.name.textContent !== name) found.name.textContent = name;
    if (found.value.textContent !== value) found.value.textContent = value;
  }
}

const figures = new Numbers((key) => {
  const [item, value, name] = [element("div", "figure"), element("dd", ""), element("dt", "")];
  item.append(name, value);
  at("figures").append(item);
  return { item, value, name };
});

/** What the system does not tell the host is no zero. @param {number|undefined} n @param {(n: number) => string} say */
const known = (n, say) => (n == null ? words.waits.none : say(n));

/** @param {any} frame a `panel` frame @param {Flow} flow */
export function showFigures(frame, flow) {
  const { figures: names } = words;
  const rate = (/** @type {any} */ measure) => words.rate(flow.rate(measure)) + names.perSecond;
  figures.put("online", names.online, words.number(frame.online ?? 0));
  figures.put("offered", names.offered, rate("offered"));
  figures.put("delivered", names.delivered, rate("delivered"));
  figures.put("discarded", names.lost, rate("discarded"));
  figures.put("cpu", names.cpu, known(frame.cpu_permille, words.percent));
  figures.put("memory", names.memory, known(frame.resident_kib, words.memory));
}

/** The sums, sign by sign, by the place where each stands. @type {Record<string, [string, string][]>} */
const SUMS = {
  "sum-offered": [["", "offered"], ["=", "refused"], ["+", "accepted"]],
  "sum-accepted": [["", "accepted"], ["=", "delivered"], ["+", "rejected"], ["+", "discarded"], ["+", "waiting"], ["+", "held"]],
};

const sums = Object.entries(SUMS).map(([place, terms]) => {
  const signs = new Map(terms.map(([sign, key]) => [key, sign]));
  const numbers = new Numbers((key) => {
    const [item, value, name] = [element("span", "term"), element("b", ""), element("span", "")];
    item.append(value, name);
    // A sign stays with what follows it, also where the line breaks.
    const part = element("span", "sum-part");
    const sign = signs.get(key);
    if (sign) part.append(element("span", "sign", sign));
    part.append(item);
    at(place).append(part);
    return { item, value, name };
  });
  return { numbers, keys: [...signs.keys()] };
});

/** @param {any} frame a `panel` frame */
export function showBooks(frame) {
  const books = balance(frame);
  for (const { numbers, keys } of sums) {
    for (const key of keys) numbers.put(key, words.outcomes[key], words.number(/** @type {any} */ (books)[key]));
  }
  const turned = frame.turned_away ?? 0;
  showText(at("turned-away"), turned > 0 ? words.books.turnedAway(turned) : null);
  const verdict = at("verdict");
  const text = books.holds ? words.books.good : words.books.bad(books.missing);
  // Said only when it changes, since it is read out.
  if (verdict.textContent !== text) verdict.textContent = text;
  verdict.classList.toggle("bad", !books.holds);
}
