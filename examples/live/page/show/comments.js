/**
 * Comments that fly over the stream, however many, on a few moving strips.
 *
 * A strip is an element that the browser's compositor moves to the left at one speed for all that is on
 * it; a comment is put on it beyond the right edge, and taken off when it has left. So the main thread
 * works only when some set off, a few times a second for all of them together, and the browser has three
 * layers to move and not two hundred. Lanes take strips in turn, so that neighbours differ in speed.
 *
 * Who may set off in which lane is decided in `lanes.js`, by a clock of this module's own, which stands
 * still while the comments do, and by widths measured in the font that is shown.
 */

import { Lanes, crossing, standing } from "./lanes.js";
import { element } from "../common/dom.js";

/**
 * @typedef {"off"|"calm"|"full"} Density
 * `calm` is large and keeps to the upper half; `full` is small and takes the whole height. In neither does a
 * comment cover another: one that finds no lane stands in the chat alone.
 * @typedef {"plain"|"own"|"staff"} Tone
 * @typedef {{text: string, tone: Tone, born: number, width: number, lag: number}} Waiting
 * @typedef {{flyer: import("./lanes.js").Flyer, lane: number, shown: HTMLElement}} Flying
 * @typedef {{shown: HTMLElement, motion: Animation, speed: number, start: number, busyUntil: number}} Strip
 */

/** How long a short comment takes from edge to edge. */
const CROSSING_MS = 9_000;
/** The speeds of strips, as shares of that. */
const SPEEDS = [1, 1.16, 0.9];
/** A strip is left for a new one after so long, so that none grows without end. */
const STRIP_MS = 40_000;
/** How long one stands, for those who want no motion. */
const STANDING_MS = 5_000;
/** At most so many at once; the chat beside has them all. */
const MAX_FLYING = 220;
/** A comment that finds no free lane waits so long at most. */
const MAX_WAIT_MS = 1_500;
const MAX_QUEUE = 24;
const MAX_CHARACTERS = 60;
/** Those of one moment set off together, and all on one strip, the strips in turn: one layout of a third of them. */
const TICK_MS = 80;
/** So far beyond the edge one begins, by chance: those of one moment would come in as a column. */
const MAX_LAG = 150;
const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** Font size, lane height, and the share of the stage's height that is used, on a wide stage and on a phone. */
const MEASURES = {
  calm: { wide: [20, 36], phone: [16, 28], share: 0.56 },
  full: { wide: [14, 23], phone: [13, 21], share: 0.86 },
};
/** What is above the lanes: the title. */
const TOP = { wide: 56, phone: 46 };
/** A stage narrower than that is a phone's. */
const PHONE_BELOW = 600;

/** Marks over and under a letter, beyond those that a language piles up: they would paint over other lanes, and to clip each comment takes a frame a fifth longer. */
const PILES = /(?<=\p{M}{3})\p{M}+/gu;

/** One line of bounded length and height, whatever a stranger typed. @param {string} text */
export function oneLine(text) {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").replace(PILES, "").trim();
  const characters = [...line];
  return characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS).join("")}…` : line;
}

export class Comments {
  #lanes = new Lanes();
  /** @type {Flying[]} */ #flying = [];
  /** The one in use for each speed. @type {(Strip|undefined)[]} */ #strips = [];
  /** Those left, until the last comment on them is gone. @type {Strip[]} */ #left = [];
  /** @type {Waiting[]} */ #queue = [];
  /** @type {Density} */ #density = "calm";
  /** @type {number|undefined} */ #timer;
  /** Since when all stand still, by performance.now(). @type {number|null} */ #heldAt = null;
  #heldFor = 0;
  /** The strip whose turn it is. */
  #turn = 0;
  #width = 0;
  #height = 0;
  #font = 20;
  #laneHeight = 36;
  #top = 56;
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

  /** @param {HTMLElement} sky what they fly in; it clips them */
  constructor(sky) {
    this.sky = sky;
    new ResizeObserver(() => this.#measure()).observe(sky);
    document.addEventListener("visibilitychange", () => (this.#queue = []));
    this.#still.addEventListener("change", () => this.clear());
    this.#measure();
  }

  get density() {
    return this.#density;
  }

  set density(density) {
    this.#density = density;
    this.clear();
    this.#measure();
  }

  /** How many are on the screen. */
  get size() {
    return this.#flying.length;
  }

  /** @param {string} text @param {Tone} tone */
  fly(text, tone) {
    // A hidden tab shows nothing, and nothing may pile up until somebody looks.
    if (this.#density === "off" || document.hidden || this.#heldAt !== null) return;
    const line = oneLine(text);
    if (line === "") return;
    // One's own and the staff's go first; when it gets too much, the oldest of the others gives way.
    const waiting = { text: line, tone, born: this.#now(), width: 0, lag: Math.random() * MAX_LAG };
    if (tone === "plain") this.#queue.push(waiting);
    else this.#queue.unshift(waiting);
    if (this.#queue.length > MAX_QUEUE) {
      const oldest = this.#queue.findIndex((other) => other.tone === "plain");
      this.#queue.splice(oldest < 0 ? MAX_QUEUE : oldest, 1);
    }
    this.#timer ??= setTimeout(() => this.#tick(), TICK_MS);
  }

  /** All stand still where they are. */
  pause() {
    if (this.#heldAt !== null) return;
    this.#heldAt = performance.now();
    this.#queue = [];
    for (const { motion } of this.#allStrips()) motion.pause();
  }

  resume() {
    if (this.#heldAt === null) return;
    this.#heldFor += performance.now() - this.#heldAt;
    this.#heldAt = null;
    for (const { motion } of this.#allStrips()) motion.play();
  }

  clear() {
    this.sky.replaceChildren();
    [this.#flying, this.#queue, this.#strips, this.#left] = [[], [], [], []];
    this.#lanes.clear();
  }

  /** @returns {Strip[]} */
  #allStrips() {
    return [...this.#left, ...this.#strips.filter((strip) => strip !== undefined)];
  }

  /** A clock that stands still while the comments do. */
  #now() {
    return (this.#heldAt ?? performance.now()) - this.#heldFor;
  }

  #measure() {
    const { width, height } = this.sky.getBoundingClientRect();
    const form = width < PHONE_BELOW ? "phone" : "wide";
    const measures = MEASURES[this.#density === "full" ? "full" : "calm"];
    const [font, laneHeight] = measures[form];
    // Lanes of another height would lie across those in flight.
    if (laneHeight !== this.#laneHeight || TOP[form] !== this.#top) this.clear();
    [this.#font, this.#laneHeight, this.#top] = [font, laneHeight, TOP[form]];
    [this.#width, this.#height] = [width, height];
    this.#lanes.count = Math.max(2, (height * measures.share - this.#top) / laneHeight);
    this.sky.dataset.density = this.#density;
    // A lane that is gone takes its comments along: it may come back, and know nothing of them.
    this.#keep(({ lane }) => lane < this.#lanes.count);
  }

  /** @param {(flying: Flying) => boolean} stays */
  #keep(stays) {
    const gone = this.#flying.filter((flying) => !stays(flying));
    if (gone.length === 0) return;
    for (const { shown } of gone) shown.remove();
    this.#flying = this.#flying.filter(stays);
  }

  #tick() {
    this.#timer = undefined;
    const now = this.#now();
    if (this.#heldAt === null) {
      this.#turn = (this.#turn + 1) % SPEEDS.length;
      this.#keep(({ flyer, lane }) => flyer.end > now || !this.#hasTurn(lane));
      this.#launch(now);
    }
    if (this.#flying.length + this.#queue.length > 0) this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }

  /** @param {number} lane */
  #hasTurn(lane) {
    return lane % SPEEDS.length === this.#turn;
  }

  /** Lets those in the queue set off that find a lane. @param {number} now */
  #launch(now) {
    this.#renewStrips(now);
    const queue = this.#queue.filter(({ born }) => now - born < MAX_WAIT_MS);
    this.#queue = queue.filter((waiting) => {
      if (this.#flying.length >= MAX_FLYING || this.#width === 0) return true;
      waiting.width ||= this.#widthOf(waiting);
      const taken = this.#lanes.take((lane) => {
        if (!this.#hasTurn(lane)) return null;
        if (this.#still.matches) return standing(waiting.width, now, STANDING_MS);
        return crossing(waiting.width, this.#width + waiting.lag, now, this.#stripOf(lane, now).speed);
      });
      if (taken) this.#show(waiting, taken.flyer, taken.lane, now);
      return taken === null;
    });
  }

  /** @param {number} lane @param {number} now @returns {Strip} */
  #stripOf(lane, now) {
    const turn = lane % SPEEDS.length;
    const there = this.#strips[turn];
    if (there) return there;
    const shown = element("div", "strip");
    const speed = (SPEEDS[turn] * (this.#width + 160)) / CROSSING_MS;
    // Long enough for the last comment on it to cross.
    const duration = STRIP_MS + 4 * CROSSING_MS;
    this.sky.append(shown);
    const motion = shown.animate(
      [{ transform: "translateX(0)" }, { transform: `translateX(${-speed * duration}px)` }],
      { duration, fill: "forwards" },
    );
    const strip = { shown, motion, speed, start: now, busyUntil: now };
    this.#strips[turn] = strip;
    return strip;
  }

  /** @param {number} now */
  #renewStrips(now) {
    this.#strips.forEach((strip, turn) => {
      if (!strip || now - strip.start < STRIP_MS) return;
      this.#left.push(strip);
      this.#strips[turn] = undefined;
    });
    for (const { shown, busyUntil } of this.#left) if (busyUntil <= now) shown.remove();
    this.#left = this.#left.filter(({ busyUntil }) => busyUntil > now);
  }

  /** The width of its element: its words, and room at the ends. @param {Waiting} waiting */
  #widthOf({ text, tone }) {
    this.#ruler.font = `600 ${this.#font}px ${FONT}`;
    return Math.ceil(this.#ruler.measureText(text).width) + (tone === "plain" ? 6 : 26);
  }

  /** @param {Waiting} waiting @param {import("./lanes.js").Flyer} flyer @param {number} lane @param {number} now */
  #show({ text, tone, width }, flyer, lane, now) {
    const shown = element("div", `comment ${tone}`, text);
    const strip = flyer.speed > 0 ? this.#stripOf(lane, now) : null;
    const moved = strip ? strip.speed * (now - strip.start) : 0;
    shown.style.width = `${width}px`;
    shown.style.margin = `${this.#top + lane * this.#laneHeight}px 0 0 ${Math.round(flyer.from + moved)}px`;
    if (strip) strip.busyUntil = Math.max(strip.busyUntil, flyer.end);
    (strip?.shown ?? this.sky).append(shown);
    this.#flying.push({ flyer, lane, shown });
  }
}
