/**
 * Whether one may draw and talk, and why not. Nothing here touches the page.
 *
 * @typedef {object} Circumstances
 * @property {"all"|"called"} speakers
 * @property {string} role
 * @property {boolean} guest
 * @property {boolean} called
 * @property {boolean} muted
 * @property {boolean} muteAll
 *
 * @typedef {"owner"|"guest"|"muted"|"muteAll"|"called"|"listen"|"all"} Standing
 */

/** @param {Circumstances} now @returns {{standing: Standing, may: boolean}} */
export function standingOf({ speakers, role, guest, called, muted, muteAll }) {
  const staff = role === "owner" || role === "admin";
  if (guest) return { standing: "guest", may: false };
  if (muted) return { standing: "muted", may: false };
  if (staff) return { standing: "owner", may: true };
  if (muteAll) return { standing: "muteAll", may: false };
  if (speakers === "all") return { standing: "all", may: true };
  return called ? { standing: "called", may: true } : { standing: "listen", may: false };
}
