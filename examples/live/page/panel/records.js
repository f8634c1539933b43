/** The audit records that the host told of, the last ones of them. Nothing here draws. */

/**
 * @typedef {{user: string, nick?: string}} Person
 * @typedef {{no: number, at: number, by?: Person|null, role: string, act: string, n?: number, whom?: Person[], whom_count?: number,
 *   until?: import("../liveroom.js").Until, rule: string, messages?: number[], word?: string, why?: string}} AuditRecord
 * @typedef {{key: string, records: AuditRecord[]}} Line what is one line: one record, or silences in a row, the newest last
 * @typedef {{records: number, from: number, head?: string, broken?: string}} Chain
 */

/** As many as the host keeps. */
const MOST = 2_048;
/** People and messages named in one line. */
const NAMED = 10;

/** Whether somebody did it: what ends by itself, and what nobody decided, did the time. @param {AuditRecord} record */
export const isOfPeople = ({ role, rule }) => role !== "time" || rule === "strikes";
/** @param {AuditRecord} record */
export const isSilence = ({ rule }) => rule === "silence";

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

  /** The newest first, all or those of people alone. @param {boolean} ofPeople @returns {Line[]} */
  lines(ofPeople) {
    /** @type {Line[]} */ const lines = [];
    for (const record of this.#all) {
      if (ofPeople && !isOfPeople(record)) continue;
      const before = lines.at(-1);
      if (before && isSilence(record) && isSilence(before.records[0]) && record.act === before.records[0].act) {
        before.records.push(record);
        before.key = `${before.records[0].no}–${record.no}`;
      } else {
        lines.push({ key: String(record.no), records: [record] });
      }
    }
    return lines.reverse();
  }

  get size() {
    return this.#all.length;
  }
}

/**
 * A line as if it were one record, at the time of the last: whom it is about, who came last first, and the word if it was the same for all.
 * @param {Line} line @returns {AuditRecord}
 */
export function summed({ records }) {
  const last = /** @type {AuditRecord} */ (records.at(-1));
  if (records.length === 1) return last;
  /** @type {Map<string, Person>} */ const whom = new Map();
  for (const record of [...records].reverse()) for (const person of record.whom ?? []) if (!whom.has(person.user)) whom.set(person.user, person);
  const messages = records.flatMap((record) => record.messages ?? []).slice(-NAMED).reverse();
  const word = records.every((record) => record.word === last.word) ? last.word : undefined;
  return { ...last, whom: [...whom.values()].slice(0, NAMED), whom_count: whom.size, messages, word };
}
