/**
 * What moves over the stream: a calm generated scene in place of a video, comments that fly across it,
 * and hearts. All of it is painted on two canvases, so text can be nothing but text, and a comment in flight costs
 * one image copy a frame: its words are painted once, when it sets off.
 */

/** How long a comment takes from edge to edge, whatever its length. */
const CROSSING_MS = 9_000;
/** At most so many in flight; the chat beside has them all. */
const MAX_FLYING = 220;
/** A comment that finds no free lane waits so long at most. */
const MAX_WAIT_MS = 1_500;
const MAX_QUEUE = 24;
const MAX_HEARTS = 60;
const HEART_MS = 2_600;
const MAX_CHARACTERS = 60;
/** Hills and light move slowly: 15 frames a second are smooth, and cost a quarter. */
const SCENE_EVERY_MS = 66;
/** The scene is painted small and stretched; soft edges suit it. */
const SCENE_WIDTH = 480;
/** More than two device pixels for one would cost memory that nobody sees. */
const MAX_SCALE = 2;

/**
 * @typedef {"off"|"calm"|"full"} Density
 * `calm` is large and keeps to the upper half; `full` is small and takes the whole height. In neither does a
 * comment cover another: one that finds no lane stands in the chat alone.
 * @typedef {{text: string, tone?: "plain"|"own"|"staff"|"gift", born: number}} Comment
 * @typedef {{image: ImageBitmap, width: number, start: number, lane: number, y: number}} Flyer
 * @typedef {{start: number, x: number, drift: number, size: number, hue: number}} Heart
 */

/** @param {string} text */
function oneLine(text) {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  const characters = [...line];
  return characters.length > MAX_CHARACTERS
    ? `${characters.slice(0, MAX_CHARACTERS).join("")}…`
    : line;
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** Those in a pill need room at its ends. @param {Comment} comment */
const padding = (comment) => (comment.tone === "plain" ? 4 : 12);

export class Stage {
  /** @type {Flyer[]} */ #flyers = [];
  /** The last one that set off in each lane. @type {(Flyer|undefined)[]} */ #lanes = [];
  /** @type {Comment[]} */ #queue = [];
  /** @type {Heart[]} */ #hearts = [];
  /** @type {Density} */ #density = "calm";
  #width = 0;
  #height = 0;
  #scale = 1;
  #laneHeight = 34;
  #font = 20;
  #sceneAt = -Infinity;
  #running = false;
  #painted = false;
  /** @type {number|undefined} */ #nextScene;
  #still;
  #dark;

  /**
   * @param {HTMLElement} frame
   * @param {HTMLCanvasElement} scene
   * @param {HTMLCanvasElement} flight
   */
  constructor(frame, scene, flight) {
    this.frame = frame;
    this.scene = scene;
    this.flight = flight;
    this.#still = matchMedia("(prefers-reduced-motion: reduce)");
    this.#dark = matchMedia("(prefers-color-scheme: dark)");
    if (this.#still.matches) this.#density = "off";
    new ResizeObserver(() => this.#resize()).observe(frame);
    for (const query of [this.#still, this.#dark]) {
      query.addEventListener("change", () => this.#wake());
    }
    this.#resize();
  }

  get density() {
    return this.#density;
  }

  set density(density) {
    this.#density = density;
    this.#flyers.forEach(({ image }) => image.close());
    this.#flyers = [];
    this.#queue = [];
    this.#ruleLanes();
  }

  /** @param {string} text @param {Comment["tone"]} tone */
  fly(text, tone = "plain") {
    if (this.#density === "off" || document.hidden) return;
    const line = oneLine(text);
    if (line === "") return;
    // One's own and gifts go first; when it gets too much, the oldest of the others gives way.
    const comment = { text: line, tone, born: performance.now() };
    if (tone === "plain") this.#queue.push(comment);
    else this.#queue.unshift(comment);
    if (this.#queue.length > MAX_QUEUE) {
      const oldest = this.#queue.findIndex((waiting) => waiting.tone === "plain");
      this.#queue.splice(oldest < 0 ? MAX_QUEUE : oldest, 1);
    }
    this.#wake();
  }

  /** @param {number} count */
  hearts(count = 1) {
    if (this.#still.matches || document.hidden) return;
    const now = performance.now();
    for (let n = 0; n < Math.min(count, 6) && this.#hearts.length < MAX_HEARTS; n += 1) {
      this.#hearts.push({
        start: now + n * 90,
        x: this.#width - 30 - Math.random() * Math.min(90, this.#width / 6),
        drift: 10 + Math.random() * 26,
        size: 13 + Math.random() * 15,
        hue: 335 + Math.random() * 50,
      });
    }
    this.#wake();
  }

  #resize() {
    const { width, height } = this.frame.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.#width = width;
    this.#height = height;
    this.#scale = Math.min(MAX_SCALE, devicePixelRatio || 1);
    this.flight.width = Math.round(width * this.#scale);
    this.flight.height = Math.round(height * this.#scale);
    this.scene.width = SCENE_WIDTH;
    this.scene.height = Math.max(1, Math.round((SCENE_WIDTH * height) / width));
    this.#sceneAt = -Infinity;
    this.#ruleLanes();
    this.#wake();
  }

  #ruleLanes() {
    const phone = this.#width < 600;
    if (this.#density === "full") {
      this.#font = phone ? 13 : 14;
      this.#laneHeight = phone ? 19 : 21;
    } else {
      this.#font = phone ? 16 : 20;
      this.#laneHeight = phone ? 27 : 34;
    }
    this.#lanes = [];
  }

  #wake() {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#nextScene);
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** @param {number} now */
  #frame(now) {
    if (now - this.#sceneAt >= SCENE_EVERY_MS) {
      paintScene(this.scene, this.#still.matches ? 40_000 : now, this.#dark.matches);
      this.#sceneAt = now;
    }
    this.#launch(performance.now());
    this.#paint(performance.now());
    const busy = this.#flyers.length + this.#queue.length + this.#hearts.length > 0;
    this.#running = busy;
    if (busy) requestAnimationFrame((next) => this.#frame(next));
    else if (!this.#still.matches) this.#nextScene = setTimeout(() => this.#wake(), SCENE_EVERY_MS);
  }

  /** Lets those in the queue set off that find a lane. @param {number} now */
  #launch(now) {
    this.#queue = this.#queue.filter(({ born }) => now - born < MAX_WAIT_MS);
    while (this.#queue.length > 0 && this.#flyers.length < MAX_FLYING) {
      const [comment] = this.#queue;
      const width = this.#measure(comment);
      const lane = this.#laneFor(width, now);
      if (lane === null) return;
      this.#queue.shift();
      const image = this.#sprite(comment, width);
      const y = this.#laneTop() + lane * this.#laneHeight;
      const flyer = { image, width, start: now, lane, y };
      this.#lanes[lane] = flyer;
      this.#flyers.push(flyer);
    }
  }

  #laneTop() {
    return this.#width < 600 ? 42 : 58;
  }

  #laneCount() {
    // Calm leaves the lower half to the picture, and nothing flies over the last line of gifts.
    const lowest = this.#density === "calm" ? 0.55 : 0.86;
    const room = this.#height * lowest - this.#laneTop();
    return Math.max(2, Math.floor(room / this.#laneHeight));
  }

  /** @param {number} width @param {number} now @returns {number|null} */
  #laneFor(width, now) {
    const count = this.#laneCount();
    for (let lane = 0; lane < count; lane += 1) {
      const last = this.#lanes[lane];
      if (!last) return lane;
      const tail = this.#left(last, now) + last.width;
      // All cross in the same time, so a longer one is faster and could run into the one before.
      const caught = CROSSING_MS * (this.#width / (this.#width + width));
      const free = tail + 16 < this.#width && CROSSING_MS - (now - last.start) < caught;
      if (free) return lane;
    }
    return null;
  }

  /** @param {Flyer} flyer @param {number} now */
  #left(flyer, now) {
    return this.#width - ((now - flyer.start) / CROSSING_MS) * (this.#width + flyer.width);
  }

  /** @param {number} now */
  #paint(now) {
    this.#land(now);
    const empty = this.#flyers.length + this.#hearts.length === 0;
    // An empty sky that stays empty is not painted: that would make the browser put the whole stage together again.
    if (empty && !this.#painted) return;
    this.#painted = !empty;
    const g = context(this.flight);
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, this.flight.width, this.flight.height);
    for (const flyer of this.#flyers) {
      g.drawImage(flyer.image, Math.round(this.#left(flyer, now) * this.#scale), flyer.y * this.#scale);
    }
    g.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    for (const heart of this.#hearts) paintHeart(g, heart, now, this.#height);
  }

  /** Takes out what has arrived. @param {number} now */
  #land(now) {
    const arrived = (/** @type {Flyer} */ { start }) => now - start >= CROSSING_MS;
    this.#flyers.filter(arrived).forEach(({ image }) => image.close());
    this.#flyers = this.#flyers.filter((flyer) => !arrived(flyer));
    this.#hearts = this.#hearts.filter(({ start }) => now - start < HEART_MS);
  }

  #fontName() {
    return `600 ${this.#font}px system-ui, "Segoe UI", Roboto, sans-serif`;
  }

  /** @param {Comment} comment @returns {number} */
  #measure(comment) {
    const g = context(this.flight);
    g.font = this.#fontName();
    return Math.ceil(g.measureText(comment.text).width) + 2 * padding(comment);
  }

  /** The words of one comment, painted once. @param {Comment} comment @param {number} width */
  #sprite(comment, width) {
    const size = [width, this.#laneHeight].map((length) => Math.ceil(length * this.#scale));
    const image = new OffscreenCanvas(size[0], size[1]);
    const g = /** @type {OffscreenCanvasRenderingContext2D} */ (image.getContext("2d"));
    const pad = padding(comment);
    g.scale(this.#scale, this.#scale);
    g.font = this.#fontName();
    g.textBaseline = "middle";
    g.lineJoin = "round";
    const middle = this.#laneHeight / 2;
    if (comment.tone !== "plain") {
      g.beginPath();
      g.roundRect(1.5, 2.5, width - 3, this.#laneHeight - 5, this.#laneHeight / 2);
      g.fillStyle = comment.tone === "gift" ? "rgb(120 60 0 / 0.55)" : "rgb(10 12 30 / 0.45)";
      g.fill();
      if (comment.tone === "own") {
        g.lineWidth = 1.5;
        g.strokeStyle = "#ffffff";
        g.stroke();
      }
    }
    g.lineWidth = 3;
    g.strokeStyle = "rgb(8 10 26 / 0.6)";
    g.strokeText(comment.text, pad, middle);
    g.fillStyle = { gift: "#ffe08a", staff: "#9fe8ff", own: "#ffffff", plain: "#ffffff" }[comment.tone ?? "plain"];
    g.fillText(comment.text, pad, middle);
    return image.transferToImageBitmap();
  }
}

const HEART = new Path2D(
  "M0 8.5S-8.8 3.6-8.8-2.7A4.8 4.8 0 0 1 0-5.3 4.8 4.8 0 0 1 8.8-2.7C8.8 3.6 0 8.5 0 8.5z",
);

/**
 * @param {CanvasRenderingContext2D} g
 * @param {Heart} heart
 * @param {number} now
 * @param {number} height of the stage
 */
function paintHeart(g, heart, now, height) {
  const age = (now - heart.start) / HEART_MS;
  if (age < 0) return;
  const grown = Math.min(1, age * 6);
  g.save();
  g.globalAlpha = Math.min(1, (1 - age) * 1.6);
  g.translate(
    heart.x + Math.sin(age * 5 + heart.hue) * heart.drift,
    height - 24 - age * Math.min(height * 0.6, 320),
  );
  g.scale((heart.size / 18) * grown, (heart.size / 18) * grown);
  g.fillStyle = `hsl(${heart.hue % 360} 85% 64%)`;
  g.fill(HEART);
  g.restore();
}

/** @type {Record<"day"|"night", {sky: [string, string, string], sun: string, hills: string[]}>} */
const SCENES = {
  night: {
    sky: ["#151a3f", "#3c2f6b", "#b0577f"],
    sun: "255 224 190",
    hills: ["#4d3a75", "#3a2f66", "#2a2654", "#1c1c42", "#12142f"],
  },
  day: {
    sky: ["#4f8fd6", "#93c0ea", "#ffd9b8"],
    sun: "255 246 214",
    hills: ["#8aa9cf", "#6d8fbd", "#5279a3", "#3d6486", "#2c5069"],
  },
};

/**
 * Hills before a low sun, moved by slow waves.
 * @param {HTMLCanvasElement} canvas
 * @param {number} now
 * @param {boolean} dark
 */
function paintScene(canvas, now, dark) {
  const g = context(canvas);
  const { width, height } = canvas;
  const scene = dark ? SCENES.night : SCENES.day;
  const t = now / 1_000;
  const sky = g.createLinearGradient(0, 0, 0, height * 0.8);
  scene.sky.forEach((colour, n) => sky.addColorStop(n / 2, colour));
  g.fillStyle = sky;
  g.fillRect(0, 0, width, height);
  paintSun(g, width * (0.66 + 0.03 * Math.sin(t / 23)), height * (0.5 + 0.02 * Math.sin(t / 17)), height, scene.sun);
  scene.hills.forEach((colour, n) => {
    const base = height * (0.56 + n * 0.095);
    const swell = height * (0.075 - n * 0.006);
    g.beginPath();
    g.moveTo(0, height);
    for (let x = 0; x <= width + 8; x += 8) {
      const u = x / width;
      const ridge =
        Math.sin(u * (4.2 + n * 1.3) + n * 2.1 + t * (0.035 + n * 0.022)) +
        0.45 * Math.sin(u * (9.7 + n * 2.7) - n * 1.3 - t * (0.05 + n * 0.015));
      g.lineTo(x, base - ridge * swell);
    }
    g.lineTo(width, height);
    g.fillStyle = colour;
    g.fill();
  });
}

/**
 * @param {CanvasRenderingContext2D} g
 * @param {number} x @param {number} y @param {number} height
 * @param {string} colour
 */
function paintSun(g, x, y, height, colour) {
  const glow = g.createRadialGradient(x, y, height * 0.02, x, y, height * 0.55);
  glow.addColorStop(0, `rgb(${colour} / 0.75)`);
  glow.addColorStop(0.25, `rgb(${colour} / 0.28)`);
  glow.addColorStop(1, `rgb(${colour} / 0)`);
  g.fillStyle = glow;
  g.fillRect(0, 0, g.canvas.width, g.canvas.height);
  g.beginPath();
  g.arc(x, y, height * 0.085, 0, Math.PI * 2);
  g.fillStyle = `rgb(${colour} / 0.92)`;
  g.fill();
}
