/** The audit records that the host told of, the last ones of them. Nothing here draws. */

/**
 * @typedef {{user: string, nick?: string}} Person
 * @typedef {{no: number, at: number, by?: Person|null, role: string, act: string, n?: number, whom?: Person[], whom_count?: number,
 *   until?: import("../liveroom.js").Until, rule: string, messages?: number[], word?: string, why?: string}} AuditRecord
 * @typedef {{records: number, from: number, head?: string, broken?: string}} Chain
 */

/** As many as the host keeps. */
const MOST = 512;

export class Records {
  /** The newest last. @type {AuditRecord[]} */ #all = [];
  /** @type {Chain|null} */ chain = null;

  constructor(most = MOST) {
    this.most = most;
  }

  /** Of a host that began anew, nothing of this is true. */
  clear() {
    [this.#all, this.chain] = [[], null];
  }

  /** @param {{records?: AuditRecord[], chain?: Chain}} frame @returns {AuditRecord[]} those that are new */
  take({ records = [], chain }) {
    const last = this.#all.at(-1)?.no ?? 0;
    // A connection that was made anew is told all again.
    const fresh = records.filter(({ no }) => no > last);
    this.#all.push(...fresh);
    this.#all.splice(0, Math.max(0, this.#all.length - this.most));
    this.chain = chain ?? this.chain;
    return fresh;
  }

  /** The newest first. @param {number} most */
  newest(most) {
    return this.#all.slice(-most).reverse();
  }

  get size() {
    return this.#all.length;
  }
}
