/**
 * Likes that burst: hearts that rise over the stream, moved by the compositor, and gone after two seconds.
 */

/** At most so many at once: a flood of likes is a glow, and not a wall. */
const MAX_HEARTS = 48;
const RISE_MS = 2_400;
const COLOURS = 6;
const PATH = "M12 20.5S3.2 15.6 3.2 9.3A4.8 4.8 0 0 1 12 6.7a4.8 4.8 0 0 1 8.8 2.6c0 6.3-8.8 11.2-8.8 11.2z";

/** @param {number} from @param {number} to */
const between = (from, to) => from + Math.random() * (to - from);

export class Hearts {
  #size = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {HTMLElement} sky */
  constructor(sky) {
    this.sky = sky;
  }

  /** Others' likes: some hearts, one after the other. @param {number} count */
  rise(count) {
    for (let n = 0; n < Math.min(count, 8); n += 1) this.#add(between(0, 500), 1);
  }

  /** One's own: a burst. */
  burst() {
    for (let n = 0; n < 9; n += 1) this.#add(n * 18, 1.35);
  }

  /** @param {number} delay @param {number} strength */
  #add(delay, strength) {
    if (this.#still.matches || document.hidden || this.#size >= MAX_HEARTS) return;
    const heart = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    heart.setAttribute("viewBox", "0 0 24 24");
    heart.setAttribute("class", `heart colour-${Math.floor(between(0, COLOURS))}`);
    path.setAttribute("d", PATH);
    heart.append(path);
    this.sky.append(heart);
    this.#size += 1;
    const rise = Math.min(this.sky.clientHeight * 0.62, 380) * between(0.6, 1);
    const [drift, size, tilt] = [between(-70, 40) * strength, between(0.65, 1.25) * strength, between(-24, 24)];
    const at = (/** @type {number} */ share, /** @type {number} */ scale, /** @type {number} */ sway) =>
      `translate(${drift * share + sway}px, ${-rise * share}px) rotate(${tilt * share}deg) scale(${size * scale})`;
    const motion = heart.animate(
      [
        { transform: at(0, 0.1, 0), opacity: 0 },
        { transform: at(0.1, 1.15, 6), opacity: 1, offset: 0.12 },
        { transform: at(0.45, 1, -9), opacity: 0.95, offset: 0.45 },
        { transform: at(0.75, 0.95, 8), opacity: 0.7, offset: 0.75 },
        { transform: at(1, 0.8, 0), opacity: 0 },
      ],
      { duration: RISE_MS * between(0.8, 1.15), delay, fill: "both", easing: "ease-out" },
    );
    const gone = () => {
      heart.remove();
      this.#size -= 1;
    };
    motion.finished.then(gone, gone);
  }
}
