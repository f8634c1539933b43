/**
 * The panel's sentences about moderation; part of `words.en.js`. Another language is another file with the same exports.
 *
 * @typedef {import("./records.js").AuditRecord} AuditRecord
 */

const numbers = new Intl.NumberFormat("en");
/** @param {number} n @param {string} one */
const plural = (n, one) => `${numbers.format(n)} ${one}${n === 1 ? "" : "s"}`;

/** @type {Record<string, string>} */
export const page = {
  raid: "Raid mode",
  raidFor: "Turn it on for",
  raidEnd: "End now",
  shadow: "Mute unseen",
  unshadow: "Let all see them",
  why: "Why (they are told)",
  whyHint: "No adverts, please.",
  warn: "Warn",
  forgive: "Take warnings back",
  looks: "What is listed",
  lookLives: "Messages",
  lookTrail: "Moderation",
  trail: "Audit trail",
  trailNone: "Nobody has done anything yet.",
  trailBy: "Whose acts",
  trailPeople: "People’s",
  trailAll: "All",
  trailSave: "Download",
  soon: "Before the audience",
  soonNone: "Nothing is on its way.",
  whatIfWords: "and by the word list as it stands in the editor below",
};

export const raid = {
  help: "Members pause 10 seconds between messages, and send no links and nothing twice. Everybody is told.",
  helpClass: "Members send no links. Everybody is told.",
  /** @param {number} n */
  minutes: (n) => `${n} min`,
  /** @param {number} n */
  begin: (n) => `${n} min of raid mode`,
  /** @param {number} n */
  begun: (n) => `Raid mode is on for ${plural(n, "minute")}.`,
  ended: "Raid mode is over.",
  on: "Raid mode is on",
  /** @param {number} seconds */
  left: (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`,
};

export const people = {
  shadowed: "seen by nobody else",
  shadowedTitle: (/** @type {number} */ n) => `Seen by nobody else: ${numbers.format(n)}`,
  strikes: (/** @type {number} */ n) => plural(n, "warning"),
  /** @param {boolean} clears */
  step: (clears) => (clears ? "Mute, clear and tell…" : "Mute and tell…"),
  /** @param {string} nick @param {boolean} clears */
  stepSure: (nick, clears) => (clears ? `Yes, clear all that ${nick} wrote` : `Yes, ${nick} is muted and told`),
  /** What they are told where the staff say nothing else. @param {boolean} clears */
  notice: (clears) => (clears ? "The staff muted you and cleared your messages." : "The staff muted you."),
  /** @param {string} nick @param {string} span */
  didShadow: (nick, span) => `What ${nick} writes, they alone see: ${span}.`,
  didUnshadow: (/** @type {string} */ nick) => `Everybody sees what ${nick} writes again.`,
  /** @param {string} nick @param {number} strikes */
  didWarn: (nick, strikes) => `${nick} was warned, and has ${plural(strikes, "warning")} now.`,
  didForgive: (/** @type {string} */ nick) => `${nick} has no warnings any more.`,
  didStep: (/** @type {string} */ nick) => `Done, all in one step: ${nick}.`,
};

/** @type {Record<string, string>} */
const ACTS = {
  mute: "Muted", unmute: "Unmuted", shadow: "Muted unseen", unshadow: "Seen by all again", mute_all: "Muted everybody", unmute_all: "Unmuted everybody",
  kick: "Removed", ban: "Banned", unban: "Unbanned", ban_prints: "Banned devices", unban_prints: "Unbanned devices", purge: "Cleared the messages of", recall: "Took a message back of",
  set_admin: "Made staff", cancel_admin: "Made a plain member", transfer: "Handed the room to", slow_mode: "Changed slow mode", raid: "Raid mode on", end_raid: "Raid mode off",
  words: "Changed the word list", settings: "Changed the settings", allow: "Let through a message of", replace: "Put in other words a message of", reject: "Turned down a message of", discard: "Dropped a message of",
  escalate: "Passed on a message of", withdraw: "Withdrew a message of", evict: "Removed for their device", admit: "Let in", decline: "Turned away",
  mark: "Called on", unmark: "Called back", name_card: "Wrote the name card of", disband: "Ended the room",
};
/** @type {Record<string, string>} */
const RULES = { strikes: "by the table of warnings", elapsed: "its time was over" };
/** @type {Record<string, string>} */
const ROLES = { owner: "owner", admin: "staff", member: "member" };

/** @param {number|"forever"} until @param {number} at */
function span(until, at) {
  if (typeof until !== "number") return "for good";
  const minutes = Math.round((until - at) / 60_000);
  if (minutes < 1) return `for ${plural(Math.round((until - at) / 1_000), "second")}`;
  return minutes < 90 ? `for ${plural(minutes, "minute")}` : minutes < 2_880 ? `for ${plural(Math.round(minutes / 60), "hour")}` : `for ${plural(Math.round(minutes / 1_440), "day")}`;
}

export const trail = {
  /** @param {AuditRecord} record */
  act({ act, n }) {
    if (act === "warn") return `Warning ${numbers.format(n ?? 1)} for`;
    if (act === "forgive") return `Took ${plural(n ?? 0, "warning")} back of`;
    return ACTS[act] ?? act;
  },
  none: "Nothing has been done yet.",
  /** What follows those whom it was done to. @param {AuditRecord} record */
  tail: ({ rule }) => (rule === "silence" ? ": nobody decided in time" : ""),
  /** Several in a row, of those who follow. @param {number} n */
  silences: (n) => `${numbers.format(n)} messages turned down since nobody decided in time, of`,
  /** @param {string} role @param {string} nick */
  by(role, nick) {
    if (role === "time") return "by itself";
    if (nick === "") return "by the app";
    return ROLES[role] ? `by ${nick}, ${ROLES[role]}` : `by ${nick}`;
  },
  /** @param {AuditRecord} record @param {number} at */
  facts: ({ act, until, rule, word, why }, at) => [until !== undefined && (act === "warn" ? `remembered ${span(until, at)}` : span(until, at)), RULES[rule], word && `because of “${word}”`, why && `“${why}”`].filter((fact) => typeof fact === "string" && fact !== ""),
  message: (/** @type {number} */ n) => `message ${numbers.format(n)}`,
  /** @param {import("./records.js").Chain} chain */
  chain({ records, from, broken }) {
    if (broken !== undefined) return `Chain broken: ${broken}.`;
    return `Chain verified: ${plural(records, "record")}${from > 1 ? `, from number ${numbers.format(from)} on` : ""}.`;
  },
  saved: (/** @type {number} */ n) => `${plural(n, "record")} saved.`,
};

export const soon = {
  /** @param {string} span */
  help: (span) => `You see each message ${span} before everybody else.`,
  withdraw: "Withdraw",
  /** @param {string} nick @param {string} text */
  withdrawWhose: (nick, text) => `Withdraw ${nick}: ${text}`,
  withdrawn: "Nobody else will see it.",
  /** @param {number} ms */
  left: (ms) => `${(ms / 1_000).toFixed(1)} s`,
};

export const whatIf = {
  was: "Was",
  /** @param {any} would @param {any} was */
  lists: (would, was) => `With that list, at ${numbers.format(would.rate)}/s ${numbers.format(would.delivered)} delivered instead of ${numbers.format(was.delivered)}: ${numbers.format(would.gained)} more, ${numbers.format(would.lost)} fewer, ${numbers.format(Math.max(0, would.altered - was.altered))} more with words masked.`,
};
