/**
 * Whether the room's books balance: every message that was accepted is in one place, and in one place only.
 *
 * accepted = delivered + rejected + discarded + waiting + held, all of which the host counts on their own. What was
 * offered is not: it is what was refused and what was accepted, together.
 */

/** @param {any} n */
const count = (n) => (Number.isFinite(n) ? n : 0);

/** @param {any} named numbers by name, or nothing */
const sum = (named) => Object.values(named ?? {}).reduce((total, n) => total + count(n), 0);

/**
 * @param {any} frame a `panel` frame
 * @returns {{offered: number, refused: number, accepted: number, delivered: number, rejected: number,
 *   discarded: number, waiting: number, held: number, missing: number, holds: boolean}}
 * `missing` is how many accepted ones are in none of the places, or below zero if in more than one
 */
export function balance(frame) {
  const flows = Object.values(frame.flow ?? {});
  const of = (/** @type {string} */ name) => flows.reduce((total, flow) => total + count(flow?.[name]), 0);
  const ofAll = (/** @type {string} */ name) => flows.reduce((total, flow) => total + sum(flow?.[name]), 0);
  const refused = sum(frame.refused);
  const accepted = of("accepted");
  const places = {
    delivered: of("delivered"),
    rejected: ofAll("rejected"),
    discarded: ofAll("discarded"),
    waiting: of("waiting"),
    held: of("held"),
  };
  const missing = accepted - sum(places);
  return { offered: refused + accepted, refused, accepted, ...places, missing, holds: missing === 0 };
}
