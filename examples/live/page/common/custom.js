/**
 * What the host adds to a room for the pages' programs: a kind of its own, the offer in the group's custom
 * fields, and notices for one session.
 *
 * The last two are JSON in texts that might also be meant for people, so reading them is strict.
 */

/**
 * @typedef {{id: number, title: string, text: string, stock: number, left: number}} Offer
 * @typedef {{offer: number, title: string, code: string}} Voucher
 * @typedef {{user: string, nick: string}} Pupil
 */

/** A kind of message: somebody asks for what is offered. */
export const INQUIRY = 3;

/** @param {unknown} text @returns {any} the object in it, or null */
function objectIn(text) {
  try {
    const value = typeof text === "string" ? JSON.parse(text) : text;
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** The open offer in a group's custom fields, or null. @param {any} custom @returns {Offer|null} */
export function readOffer(custom) {
  const found = objectIn(custom?.offer);
  if (!found || !Number.isSafeInteger(found.id) || typeof found.title !== "string") return null;
  const [left, stock] = [found.left, found.stock].map((n) => (Number.isSafeInteger(n) ? Math.max(0, n) : 0));
  return { id: found.id, title: found.title, text: String(found.text ?? ""), stock, left };
}

/**
 * What a notice for this session means to the program; null if it is words for people.
 * @param {any} notice
 * @returns {{voucher: Voucher}|{soldOut: number}|{hand: Pupil}|{called: boolean}|null}
 */
export function readNotice(notice) {
  const found = notice?.kind === "custom" ? objectIn(notice.field) : null;
  const keys = found ? Object.keys(found) : [];
  if (keys.length !== 1) return null;
  const [key] = keys;
  const { offer, title, code, user, nick } = objectIn(found[key]) ?? {};
  if (key === "voucher" && Number.isSafeInteger(offer) && typeof code === "string") {
    return { voucher: { offer, title: String(title ?? ""), code } };
  }
  if (key === "sold_out" && Number.isSafeInteger(offer)) return { soldOut: offer };
  if (key === "hand" && typeof user === "string") return { hand: { user, nick: String(nick ?? "") } };
  return key === "called" && typeof found.called === "boolean" ? { called: found.called } : null;
}
