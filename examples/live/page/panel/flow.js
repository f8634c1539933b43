/**
 * What flowed through the room in each of the last seconds, worked out from the running totals in the
 * host's `panel` frames.
 *
 * A frame says how many there were since the start, twice a second and sometimes later; a chart wants
 * how many there were in each second. So the difference of two frames is spread over the seconds between
 * them, to each its share of the time: nothing is lost, and frames that come unevenly draw no saw.
 */

/**
 * @typedef {"high"|"normal"|"low"|"lowest"} Priority
 * @typedef {"refused"|"accepted"|"delivered"|"rejected"|"discarded"} Measure
 * @typedef {{measure: Measure, priority: string, reason: string, n: number}} Count
 * @typedef {"outcome"|"priority"|"reason"} By
 * @typedef {{key: string, values: number[]}} Layer from the oldest second to the newest
 */

/** @type {readonly Priority[]} */
export const PRIORITIES = ["high", "normal", "low", "lowest"];
/** From the ground up: what people want most stands where lengths compare best. */
export const OUTCOMES = /** @type {const} */ (["delivered", "rejected", "discarded", "refused"]);
export const REASONS = [
  "filter", "decision", "silence", "rule",
  "rate", "expired", "shed", "muted", "banned", "removed", "purged", "disbanded",
];

/** @param {any} n */
const whole = (n) => (Number.isFinite(n) && n > 0 ? n : 0);

/**
 * The running totals of a frame, one by one.
 * @param {any} frame
 * @returns {Count[]}
 */
export function countsOf(frame) {
  /** @type {Count[]} */ const counts = [];
  for (const [code, n] of Object.entries(frame.refused ?? {})) {
    counts.push({ measure: "refused", priority: "", reason: code, n: whole(n) });
  }
  for (const [priority, flow] of Object.entries(frame.flow ?? {})) {
    for (const measure of /** @type {const} */ (["accepted", "delivered"])) {
      counts.push({ measure, priority, reason: "", n: whole(flow?.[measure]) });
    }
    for (const measure of /** @type {const} */ (["rejected", "discarded"])) {
      for (const [reason, n] of Object.entries(flow?.[measure] ?? {})) {
        counts.push({ measure, priority, reason, n: whole(n) });
      }
    }
  }
  return counts;
}

/**
 * Gives each second between two times its share of an amount.
 * @param {number} from in milliseconds
 * @param {number} to
 * @param {number} amount
 * @param {(second: number, share: number) => void} give
 */
export function spread(from, to, amount, give) {
  if (!(to > from)) return give(Math.floor(to / 1_000), amount);
  for (let second = Math.floor(from / 1_000); second * 1_000 < to; second += 1) {
    const share = Math.min(to, second * 1_000 + 1_000) - Math.max(from, second * 1_000);
    if (share > 0) give(second, (amount * share) / (to - from));
  }
}

/** @param {Count} count */
const nameOf = ({ measure, priority, reason }) => `${measure} ${priority} ${reason}`;

export class Flow {
  /** @type {Map<string, {measure: Measure, priority: string, reason: string, total: number, seconds: Map<number, number>}>} */
  #lines = new Map();
  #at = 0;
  #since = 0;

  /** @param {number} span how many seconds are kept */
  constructor(span = 120) {
    this.span = span;
  }

  /** The newest second that is over, as seconds since the Unix epoch. */
  get newest() {
    return Math.floor(this.#at / 1_000) - 1;
  }

  /** How many whole seconds were watched, at most the span. */
  get watched() {
    return this.#at === 0 ? 0 : Math.min(this.span, Math.floor((this.#at - this.#since) / 1_000));
  }

  /** @param {any} frame a `panel` frame */
  take(frame) {
    const counts = countsOf(frame);
    // The first frame says what was before anybody watched. So does one whose totals fell: the host began anew.
    const anew = this.#at === 0 || frame.now < this.#at || counts.some((one) => one.n < this.#totalOf(one));
    if (anew) {
      this.#lines.clear();
      this.#since = frame.now;
    }
    for (const count of counts) {
      const line = this.#line(count);
      if (!anew) this.#add(line, frame.now, count.n - line.total);
      line.total = count.n;
    }
    this.#at = frame.now;
  }

  /**
   * The layers of a stack, from the ground up; those that were zero all the time are left out.
   * @param {By} by
   * @param {Measure} [measure] with `priority`: what is counted
   * @returns {Layer[]}
   */
  layers(by, measure = "accepted") {
    if (by === "priority") {
      return this.#stack(PRIORITIES, (line, key) => line.measure === measure && line.priority === key);
    }
    if (by === "reason") {
      return this.#stack([...REASONS, "refused"], (line, key) =>
        line.measure === "refused" ? key === "refused" : line.reason === key);
    }
    return this.#stack(OUTCOMES, (line, key) => line.measure === key);
  }

  /** What was offered in each second: refused and accepted together. @returns {number[]} */
  offered() {
    return this.#sum((line) => line.measure === "refused" || line.measure === "accepted");
  }

  /**
   * How many of a measure there were in a second, on the average of the last few.
   * @param {Measure|"offered"} measure
   * @param {number} [seconds]
   */
  rate(measure, seconds = 5) {
    const values = measure === "offered" ? this.offered() : this.#sum((line) => line.measure === measure);
    const last = values.slice(-Math.max(1, Math.min(seconds, this.watched)));
    return last.reduce((sum, n) => sum + n, 0) / last.length;
  }

  /** @param {readonly string[]} keys @param {(line: any, key: string) => boolean} belongs */
  #stack(keys, belongs) {
    return keys
      .map((key) => ({ key, values: this.#sum((line) => belongs(line, key)) }))
      .filter(({ values }) => values.some((n) => n > 0));
  }

  /** @param {(line: any) => boolean} belongs @returns {number[]} */
  #sum(belongs) {
    const values = new Array(this.span).fill(0);
    const oldest = this.newest - this.span + 1;
    for (const line of this.#lines.values()) {
      if (!belongs(line)) continue;
      for (const [second, n] of line.seconds) {
        if (second >= oldest && second <= this.newest) values[second - oldest] += n;
      }
    }
    return values;
  }

  /** @param {Count} count */
  #totalOf(count) {
    return this.#lines.get(nameOf(count))?.total ?? 0;
  }

  /** @param {Count} count */
  #line(count) {
    const name = nameOf(count);
    const known = this.#lines.get(name);
    if (known) return known;
    const { measure, priority, reason } = count;
    const line = { measure, priority, reason, total: 0, seconds: new Map() };
    this.#lines.set(name, line);
    return line;
  }

  /** @param {{seconds: Map<number, number>}} line @param {number} now @param {number} more */
  #add({ seconds }, now, more) {
    if (more > 0) spread(this.#at, now, more, (second, n) => seconds.set(second, (seconds.get(second) ?? 0) + n));
    const oldest = Math.floor(now / 1_000) - this.span - 1;
    for (const second of seconds.keys()) {
      if (second < oldest) seconds.delete(second);
    }
  }
}
