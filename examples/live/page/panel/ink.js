/**
 * Colours and textures of the charts. Each layer has both, so that whoever sees few colours, or prints in
 * grey, still tells one from another. The colours are in the style sheet, for light and dark.
 */

import { at, element } from "../common/dom.js";

/** @type {Record<string, string>} */
const TEXTURES = {
  delivered: "solid", rejected: "rising", discarded: "dots", refused: "lines",
  high: "solid", normal: "rising", low: "dots", lowest: "lines",
  filter: "rising", decision: "cross", silence: "bars", rate: "dots", expired: "falling", shed: "grid",
  muted: "lines", banned: "cross", removed: "bars", purged: "falling", disbanded: "grid",
};

const TILE = 8;

/** @param {CanvasRenderingContext2D} pen @param {string} texture */
function weave(pen, texture) {
  const line = (/** @type {number[][]} */ ...points) => points.forEach(([x, y], i) => (i % 2 ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.beginPath();
  // Lines run over the tile's edges, or their ends would show where tiles meet.
  if (texture === "rising" || texture === "cross") line([-2, 10], [10, -2], [-2, 2], [2, -2], [6, 10], [10, 6]);
  if (texture === "falling" || texture === "cross") line([-2, -2], [10, 10], [6, -2], [10, 2], [-2, 6], [2, 10]);
  if (texture === "lines" || texture === "grid") line([0, 2], [TILE, 2], [0, 6], [TILE, 6]);
  if (texture === "bars" || texture === "grid") line([2, 0], [2, TILE], [6, 0], [6, TILE]);
  pen.stroke();
  if (texture !== "dots") return;
  for (const [x, y] of [[2, 2], [6, 6]]) {
    pen.beginPath();
    pen.arc(x, y, 1.3, 0, 7);
    pen.fill();
  }
}

/** Asked for many times a second, and other only when light turns to dark. @type {Map<string, string>} */
const inks = new Map();
/** @type {Map<string, string|CanvasPattern>} */ const fills = new Map();

/** Mixes all inks anew: light has become dark, or dark light. */
export function dryInks() {
  inks.clear();
  fills.clear();
}

/** The computed colour of a class in the style sheet; canvas knows no custom properties. @param {string} name */
export function inkOf(name) {
  const known = inks.get(name);
  if (known !== undefined) return known;
  const probe = element("i", `ink-${name}`);
  at("inks").append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  inks.set(name, colour);
  return colour;
}

/**
 * What to fill a layer with.
 * @param {CanvasRenderingContext2D} pen @param {string} key @param {number} ratio device pixels in one of the page
 * @returns {string|CanvasPattern}
 */
export function fillOf(pen, key, ratio) {
  const name = `${key} ${ratio}`;
  const known = fills.get(name) ?? mix(pen, key, ratio);
  fills.set(name, known);
  return known;
}

/** @param {CanvasRenderingContext2D} pen @param {string} key @param {number} ratio @returns {string|CanvasPattern} */
function mix(pen, key, ratio) {
  const colour = inkOf(key);
  const texture = TEXTURES[key] ?? "solid";
  if (texture === "solid") return colour;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(TILE * ratio);
  const tilePen = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  tilePen.scale(tile.width / TILE, tile.height / TILE);
  tilePen.fillStyle = colour;
  tilePen.fillRect(0, 0, TILE, TILE);
  tilePen.fillStyle = tilePen.strokeStyle = inkOf("weave");
  tilePen.lineWidth = 1.2;
  weave(tilePen, texture);
  return pen.createPattern(tile, "repeat") ?? colour;
}

/** A small sample of a layer for the legend. @param {string} key */
export function swatch(key) {
  const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", "swatch"));
  const ratio = devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(16 * ratio), Math.round(16 * ratio)];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = fillOf(pen, key, ratio);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * A canvas as sharp as the screen, which fills its frame and is drawn anew whenever that changes.
 * @param {HTMLElement} frame with a canvas in it
 * @param {(pen: CanvasRenderingContext2D, width: number, height: number, ratio: number) => void} draw
 * @returns {() => void} draws again, with the next picture
 */
export function sharp(frame, draw) {
  const canvas = /** @type {HTMLCanvasElement} */ (frame.querySelector("canvas"));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let asked = false;
  const again = () => {
    asked = false;
    const [width, height, ratio] = [frame.clientWidth, frame.clientHeight, devicePixelRatio || 1];
    if (width === 0 || height === 0) return;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    draw(pen, width, height, ratio);
  };
  const ask = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(again);
  };
  new ResizeObserver(ask).observe(frame);
  return ask;
}
