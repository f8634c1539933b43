/**
 * A generated picture in place of a video: dusk over a lake, with lanterns. It is painted once, in
 * layers, when its size is known; `stage.css` moves the layers, which costs the main thread nothing. Each
 * layer is no taller than what is on it, since every pixel of it is blended for every frame.
 */

import { element } from "../common/dom.js";

/** More than so many device pixels for one would cost memory that nobody sees. */
const MAX_SCALE = 1.5;
/** Hills from far to near: base and swell as shares of the height, waves to a tile, and a colour. */
const HILLS = [
  { base: 0.5, swell: 0.085, waves: [2, 5, 9], colour: "#6a4f8f", mist: "rgb(255 170 150 / 0.30)" },
  { base: 0.56, swell: 0.075, waves: [3, 4, 11], colour: "#4b3d7c", mist: "rgb(255 160 170 / 0.20)" },
  { base: 0.63, swell: 0.06, waves: [2, 7, 13], colour: "#322f66", mist: "rgb(200 150 220 / 0.14)" },
];
const SHORE = 0.72;
const LANTERNS = 9;
const STARS = 130;

/** The same picture for everybody: xorshift32. @param {number} seed */
function dice(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** @param {OffscreenCanvasRenderingContext2D} g @param {[number, number, number, number]} line @param {[number, string][]} stops */
function gradient(g, line, stops) {
  const made = g.createLinearGradient(...line);
  for (const [at, colour] of stops) made.addColorStop(at, colour);
  return made;
}

/** @param {OffscreenCanvasRenderingContext2D} g @param {number} x @param {number} y @param {number} radius @param {[number, string][]} stops */
function glow(g, x, y, radius, stops) {
  const made = g.createRadialGradient(x, y, 0, x, y, radius);
  for (const [at, colour] of stops) made.addColorStop(at, colour);
  g.fillStyle = made;
  g.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
}

export class Scene {
  #painted = "";
  /** @type {number|undefined} */ #timer;

  /** @param {HTMLElement} frame which it fills */
  constructor(frame) {
    this.frame = frame;
    new ResizeObserver(() => {
      // While a window is dragged the old picture is stretched; it is painted again when that is over.
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#paint(), this.#painted === "" ? 0 : 250);
    }).observe(frame);
  }

  #paint() {
    const { width, height } = this.frame.getBoundingClientRect();
    const key = `${Math.round(width)} ${Math.round(height)} ${devicePixelRatio}`;
    if (width === 0 || height === 0 || key === this.#painted) return;
    this.#painted = key;
    this.frame.replaceChildren(
      layer("sky", [width, height], [0, SHORE], (g) => paintSky(g, width, height)),
      layer("aurora", [width * 1.5, height], [0, 0.42], (g) => paintAurora(g, width * 1.5, height)),
      ...HILLS.map((hill, n) =>
        layer(`hill hill-${n}`, [width * 2, height], [hill.base - hill.swell * 1.1, SHORE], (g) => paintHill(g, width * 2, height, hill)),
      ),
      layer("lake", [width, height], [SHORE - 0.005, 1], (g) => {
        paintLake(g, width, height);
        paintGlitter(g, width, height);
      }),
      ...Array.from({ length: LANTERNS }, (_, n) => element("div", `lantern lantern-${n}`)),
      layer("shore", [width, height], [0.76, 1], (g) => paintShore(g, width, height)),
    );
  }
}

/**
 * A band of the picture.
 * @param {string} name
 * @param {[number, number]} size of the whole picture, in whose coordinates it is painted
 * @param {[number, number]} band from where to where, as shares of the height
 * @param {(g: OffscreenCanvasRenderingContext2D) => void} paint
 */
function layer(name, [width, height], [from, to], paint) {
  const canvas = document.createElement("canvas");
  const scale = Math.min(MAX_SCALE, devicePixelRatio || 1);
  const [top, tall] = [Math.floor(height * from), Math.ceil(height * to) - Math.floor(height * from)];
  canvas.className = `layer ${name}`;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(tall * scale));
  canvas.style.top = `${(top / height) * 100}%`;
  canvas.style.height = `${(tall / height) * 100}%`;
  const paper = new OffscreenCanvas(canvas.width, canvas.height);
  const g = /** @type {OffscreenCanvasRenderingContext2D} */ (paper.getContext("2d"));
  g.scale(scale, scale);
  g.translate(0, -top);
  paint(g);
  // A canvas that only shows a bitmap costs the browser less at every frame than one that could be painted on.
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(paper.transferToImageBitmap());
  return canvas;
}

/** @param {OffscreenCanvasRenderingContext2D} g @param {number} width @param {number} height */
function paintSky(g, width, height) {
  g.fillStyle = gradient(g, [0, 0, 0, height * 0.72], [
    [0, "#0d1033"], [0.3, "#2a2263"], [0.55, "#6b3a86"], [0.76, "#c9597f"], [0.92, "#ff9d76"], [1, "#ffd29a"],
  ]);
  g.fillRect(0, 0, width, height);
  const roll = dice(77);
  for (let n = 0; n < STARS; n += 1) {
    const [x, y, size] = [roll() * width, roll() ** 1.7 * height * 0.42, 0.4 + roll() ** 4 * 1.6];
    g.globalAlpha = 0.35 + roll() * 0.6;
    g.fillStyle = roll() < 0.2 ? "#ffe9c4" : "#ffffff";
    g.beginPath();
    g.arc(x, y, size, 0, Math.PI * 2);
    g.fill();
  }
  g.globalAlpha = 1;
  const [x, y] = [width * 0.64, height * 0.5];
  glow(g, x, y, height * 0.7, [[0, "rgb(255 226 178 / 0.85)"], [0.18, "rgb(255 190 140 / 0.42)"], [0.5, "rgb(255 130 130 / 0.14)"], [1, "rgb(255 120 140 / 0)"]]);
  g.fillStyle = gradient(g, [0, y - height * 0.09, 0, y + height * 0.09], [[0, "#fff6dc"], [1, "#ffc98a"]]);
  g.beginPath();
  g.arc(x, y, height * 0.088, 0, Math.PI * 2);
  g.fill();
}

/** @param {OffscreenCanvasRenderingContext2D} g @param {number} width @param {number} height */
function paintAurora(g, width, height) {
  const roll = dice(5);
  const colours = ["96 220 200", "150 130 255", "255 120 190", "110 190 255"];
  for (let n = 0; n < 7; n += 1) {
    const [x, y, radius] = [roll() * width, height * (0.02 + roll() * 0.24), height * (0.22 + roll() * 0.25)];
    g.save();
    g.translate(x, y);
    g.scale(1.9, 0.5);
    glow(g, 0, 0, radius, [[0, `rgb(${colours[n % 4]} / 0.20)`], [1, `rgb(${colours[n % 4]} / 0)`]]);
    g.restore();
  }
}

/** Twice as wide as the stage and the same in both halves, so that it can go round without a seam. @param {OffscreenCanvasRenderingContext2D} g @param {number} width @param {number} height @param {typeof HILLS[0]} hill */
function paintHill(g, width, height, { base, swell, waves, colour, mist }) {
  const ridge = (/** @type {number} */ x) => {
    const turn = (x / (width / 2)) * Math.PI * 2;
    const [a, b, c] = waves;
    const wave = Math.sin(turn * a + base * 20) + 0.5 * Math.sin(turn * b + base * 50) + 0.22 * Math.sin(turn * c);
    return height * (base - swell * 0.62 * wave);
  };
  g.beginPath();
  g.moveTo(0, height);
  for (let x = 0; x <= width + 4; x += 4) g.lineTo(x, ridge(x));
  g.lineTo(width, height);
  g.closePath();
  g.fillStyle = colour;
  g.fill();
  g.fillStyle = gradient(g, [0, height * (base + swell * 0.1), 0, height * SHORE], [[0, "rgb(255 170 150 / 0)"], [1, mist]]);
  g.fill();
}

/** @param {OffscreenCanvasRenderingContext2D} g @param {number} width @param {number} height */
function paintLake(g, width, height) {
  const top = height * SHORE;
  g.fillStyle = gradient(g, [0, top, 0, height], [[0, "#c86a86"], [0.16, "#8c4a86"], [0.5, "#43306f"], [1, "#171640"]]);
  g.fillRect(0, top, width, height - top);
  g.fillStyle = gradient(g, [0, top - 2, 0, top + 3], [[0, "rgb(255 220 190 / 0)"], [0.5, "rgb(255 220 190 / 0.75)"], [1, "rgb(255 220 190 / 0)"]]);
  g.fillRect(0, top - 2, width, 5);
}

/** The sun on the water. @param {OffscreenCanvasRenderingContext2D} g @param {number} width @param {number} height */
function paintGlitter(g, width, height) {
  const roll = dice(31);
  const top = height * SHORE;
  for (let n = 0; n < 120; n += 1) {
    const depth = roll() ** 1.4;
    const y = top + 3 + depth * (height - top) * 0.92;
    const spread = (0.025 + depth * 0.16) * width;
    const x = width * 0.64 + (roll() + roll() - 1) * spread;
    const length = (6 + roll() * 34) * (0.5 + depth);
    g.fillStyle = `rgb(255 ${200 + Math.round(roll() * 40)} 160 / ${(0.5 * (1 - depth) + 0.14).toFixed(2)})`;
    g.beginPath();
    g.ellipse(x, y, length, 0.7 + depth * 1.2, 0, 0, Math.PI * 2);
    g.fill();
  }
}

/** Reeds before the water. @param {OffscreenCanvasRenderingContext2D} g @param {number} width @param {number} height */
function paintShore(g, width, height) {
  const roll = dice(11);
  g.fillStyle = gradient(g, [0, height * 0.86, 0, height], [[0, "rgb(12 11 36 / 0)"], [1, "rgb(12 11 36 / 0.85)"]]);
  g.fillRect(0, height * 0.86, width, height * 0.14);
  g.strokeStyle = "#0e0d2a";
  g.lineCap = "round";
  for (let n = 0; n < width / 7; n += 1) {
    // Thick at both sides, and open in the middle, where one looks out.
    const side = roll() < 0.5 ? roll() ** 2 * 0.3 : 1 - roll() ** 2 * 0.3;
    const [x, tall, bend] = [side * width, height * (0.05 + roll() * 0.17), (roll() - 0.45) * 46];
    g.lineWidth = 1 + roll() * 1.8;
    g.beginPath();
    g.moveTo(x, height + 4);
    g.quadraticCurveTo(x, height - tall * 0.6, x + bend, height - tall);
    g.stroke();
  }
}
