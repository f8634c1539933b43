/** How the panel writes numbers and times, and what it calls outcomes; part of `words.en.js`. */

const numbers = new Intl.NumberFormat("en");
const fine = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat("en", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number} n */
export const number = (n) => numbers.format(n);
/** So many a second: whole above ten, so that it does not flicker. @param {number} n */
export const rate = (n) => (n < 9.95 ? fine.format(n) : number(Math.round(n)));
/** @param {number} permille */
export const percent = (permille) => percents.format(permille / 1_000);

/** @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** A waiting time. @param {number} ms */
export function wait(ms) {
  if (ms < 1_000) return `${number(Math.round(ms))} ms`;
  return ms < 60_000 ? `${fine.format(ms / 1_000)} s` : `${fine.format(ms / 60_000)} min`;
}

/** @param {number} kib */
export const memory = (kib) => `${fine.format(kib / 1_024)} MiB`;

/** The time of day. @param {number} at */
export const clock = (at) =>
  new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** @type {Record<string, string>} */
export const outcomes = {
  offered: "Offered",
  refused: "Refused",
  accepted: "Accepted",
  delivered: "Delivered",
  rejected: "Rejected",
  discarded: "Discarded",
  waiting: "Waiting",
  held: "Held",
};

/** @type {Record<string, string>} */
export const priorities = { high: "High", normal: "Normal", low: "Low", lowest: "Lowest" };

/** @type {Record<string, string>} */
export const reasons = {
  filter: "Word filter",
  decision: "Decision",
  silence: "No decision",
  rate: "Rate",
  expired: "Waited too long",
  shed: "Queue full",
  muted: "Muted",
  shadowed: "Muted unseen",
  withdrawn: "Withdrawn",
  rule: "House rule",
  banned: "Banned",
  removed: "Removed",
  purged: "Purged",
  disbanded: "Room ended",
  refused: "Refused",
};
