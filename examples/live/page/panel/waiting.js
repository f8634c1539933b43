/** How long delivered messages had waited, by priority, over the last two minutes. */

/** @typedef {{at: number, n: number, p50: number, p99: number}} Sample of the deliveries between two frames */

export class Waiting {
  /** @type {Map<string, Sample[]>} */ #samples = new Map();
  #now = 0;

  /** @param {number} span in milliseconds */
  constructor(span = 120_000) {
    this.span = span;
  }

  get now() {
    return this.#now;
  }

  /** @param {any} frame a `panel` frame */
  take(frame) {
    // A host that began anew has another clock, perhaps.
    if (frame.now < this.#now) this.#samples.clear();
    this.#now = frame.now;
    for (const [priority, wait] of Object.entries(frame.waits ?? {})) {
      if (!(wait?.n > 0)) continue;
      const samples = this.#samples.get(priority) ?? [];
      samples.push({ at: frame.now, n: wait.n, p50: wait.p50 ?? 0, p99: wait.p99 ?? 0 });
      this.#samples.set(priority, samples);
    }
    for (const samples of this.#samples.values()) {
      while (samples.length > 0 && samples[0].at <= frame.now - this.span) samples.shift();
    }
  }

  /** @param {string} priority @returns {readonly Sample[]} */
  samples(priority) {
    return this.#samples.get(priority) ?? [];
  }

  /**
   * The last seconds in one.
   * @param {string} priority
   * @param {number} [within] milliseconds
   * @returns {{p50: number, p99: number}|null}
   */
  recent(priority, within = 10_000) {
    return together(this.samples(priority).filter(({ at }) => at > this.#now - within));
  }

  /**
   * Samples of several frames in one each: half a second has too few deliveries for a calm line.
   * @param {string} priority
   * @param {number} [size] milliseconds
   * @returns {{at: number, p50: number, p99: number}[]} `at` is the end of each
   */
  calm(priority, size = 3_000) {
    /** @type {Map<number, Sample[]>} */ const slots = new Map();
    for (const sample of this.samples(priority)) {
      const slot = Math.ceil(sample.at / size);
      slots.set(slot, [...(slots.get(slot) ?? []), sample]);
    }
    return [...slots].flatMap(([slot, samples]) => {
      const one = together(samples);
      return one ? [{ at: Math.min(slot * size, this.#now), ...one }] : [];
    });
  }
}

/**
 * Several samples in one: the median of the medians, each as often as it had deliveries, and the worst
 * 99th percentile, since percentiles cannot be averaged.
 * @param {readonly Sample[]} samples
 * @returns {{p50: number, p99: number}|null}
 */
function together(samples) {
  if (samples.length === 0) return null;
  const sorted = [...samples].sort((a, b) => a.p50 - b.p50);
  const half = samples.reduce((sum, { n }) => sum + n, 0) / 2;
  let passed = 0;
  const middle = sorted.find(({ n }) => (passed += n) >= half) ?? sorted[0];
  return { p50: middle.p50, p99: Math.max(...samples.map(({ p99 }) => p99)) };
}
