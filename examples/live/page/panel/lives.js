/**
 * The last messages that ended, newest first, as their reader wants to see them: filtered, and standing
 * still while somebody reads.
 */

/**
 * @typedef {object} Life
 * @property {number} message
 * @property {string|null} [user]
 * @property {string} [nick]
 * @property {string|number} kind
 * @property {string} priority
 * @property {string} [text]
 * @property {number} accepted
 * @property {"delivered"|"rejected"|"discarded"} state
 * @property {string} [reason]
 * @property {number} at
 *
 * @typedef {{outcome: string, priority: string, author: string}} Filter empty where all are wanted
 */

/** More than anybody looks through, and little memory. */
const MOST = 2_000;

/** @param {Life} life @param {Filter} filter */
export function fits(life, { outcome, priority, author }) {
  if (outcome !== "" && life.state !== outcome && life.reason !== outcome) return false;
  if (priority !== "" && life.priority !== priority) return false;
  if (author === "") return true;
  const wanted = author.toLocaleLowerCase();
  return [life.nick, life.user].some((name) => (name ?? "").toLocaleLowerCase().includes(wanted));
}

export class Lives {
  /** The newest last, since that end grows. @type {Life[]} */ #all = [];
  /** @type {Life[]|null} newest first, while it stands still */ #still = null;
  #fresh = 0;
  /** @type {Filter} */ #filter = { outcome: "", priority: "", author: "" };

  /** How many ended that the host did not tell one by one. */
  untold = 0;

  constructor(most = MOST) {
    this.most = most;
  }

  /** @param {{lives?: Life[], more?: number}} frame */
  take({ lives = [], more = 0 }) {
    this.#all.push(...lives);
    this.#all.splice(0, Math.max(0, this.#all.length - this.most));
    this.untold += more;
    if (this.#still) this.#fresh += lives.filter((life) => fits(life, this.#filter)).length;
  }

  /** @param {Partial<Filter>} filter */
  filter(filter) {
    this.#filter = { ...this.#filter, ...filter };
    if (this.#still) this.#stand();
  }

  /** What is to be seen, newest first. @returns {Life[]} */
  get shown() {
    return this.#still ?? this.#fitting();
  }

  /** How many came since it stands still. */
  get fresh() {
    return this.#fresh;
  }

  get still() {
    return this.#still !== null;
  }

  set still(still) {
    if (still === this.still) return;
    this.#fresh = 0;
    if (still) this.#stand();
    else this.#still = null;
  }

  #stand() {
    this.#still = this.#fitting();
    this.#fresh = 0;
  }

  #fitting() {
    return this.#all.filter((life) => fits(life, this.#filter)).reverse();
  }
}
