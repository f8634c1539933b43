/**
 * Every sentence of the owner's panel. Another language is another file with the same exports.
 * Nothing here touches the page.
 *
 * @typedef {import("../liveroom.js").Until} Until
 */

import { refusal } from "../common/words.en.js";
import * as staff from "./staff.en.js";
import { number, outcomes, plural, reasons, wait } from "./terms.en.js";

export { kind, life } from "./life.en.js";
export { clock, memory, number, outcomes, percent, priorities, rate, reasons, wait } from "./terms.en.js";
export { staff };

/** @type {Record<string, string>} */
export const page = {
  ...staff.page,
  rooms: "Panels of the rooms",
  toBoard: "✎ To the whiteboard",
  figures: "The room right now",
  key: "Key",
  open: "Open the panel",
  views: "Parts of the panel",
  viewWatch: "Charts",
  viewStream: "Messages",
  viewAct: "Controls",

  people: "People",
  find: "Find somebody",
  findHint: "Name or id",
  howLong: "For how long",
  mute: "Mute",
  unmute: "Unmute",
  remove: "Ask to leave…",
  onlyTheirs: "Show their messages",

  everybody: "Everybody",
  muteAll: "Only the staff may write",
  muteAllHelp: "Messages that wait are dropped, and everybody is told. Reading goes on.",
  notice: "Notice to everybody",
  noticeHint: "We begin again in five minutes.",
  sendNotice: "Send the notice",

  traffic: "Traffic",
  rate: "Rate",
  rateHelp: "How many messages a second every reader gets. More than anybody can read helps nobody.",
  burst: "Burst",
  burstHelp: "How many may come at once after a pause, before the rate holds them back.",
  reserve: "Reserve",
  reserveHelp: "How much of the burst only the most urgent may use: gifts, the staff, orders. It must be less than the burst.",
  apply: "Apply",
  asItIs: "As it is now",
  whatIfAsk: "What if the last 5 minutes had been so?",
  whatIfMore: "Messages that would have gone otherwise",
  whatIfUnknown: "Messages that were refused then are not in the journal: what would have become of them is not known.",
  preview: "What would it have caught?",

  words: "Filter words",
  wordsLabel: "The whole list, one term a line; it takes the place of the one in force",
  syntax: "How a list is written",
  putInForce: "Put in force",
  sample: "Begin from a sample",

  offer: "Vouchers",
  offerTitle: "Title of the offer",
  offerText: "Text",
  stock: "Vouchers",
  offerOpen: "Open the offer",
  offerEnd: "End the offer",
  offerHelp: "Whoever asks gets one code, even where their message was lost to the rate. A new offer ends the one before.",

  profile: "Profile",
  name: "Name",
  introduction: "Introduction",
  notification: "Announcement",
  save: "Save",

  end: "End the room",
  endHelp: "Everybody is sent home, what waits is dropped, and nobody can come back. This cannot be undone.",
  endSure: "End it for good",

  flow: "Messages a second",
  flowChart: "Messages in each of the last 120 seconds; arrow keys move through them",
  stackedBy: "Stacked by",
  measured: "What is counted",
  books: "The books",
  offeredIs: "“Offered” is the sum of these two.",
  waits: "Waiting time",
  waitsAside: "median · 99th percentile",
  authors: "Who gets the room",
  authorsAside: "last 30 seconds",
  held: "Held for you",
  heldNone: "Nothing waits for a decision.",
  lives: "What became of messages",
  pause: "Pause",
  byOutcome: "Outcome",
  byPriority: "Priority",
  byAuthor: "Author",
  more: "Show older ones",
  life: "The life of a message",
  close: "Close",
};

export const title = (/** @type {string} */ room) => `${room} · owner’s panel`;
/** @type {Record<string, string>} */
export const rooms = { live: "Show", class: "Large class", seminar: "Small class" };

export const shut = {
  none: {
    title: "This page is the owner’s",
    text: "It opens with the key that the host printed when it started. Open the address from its output, or put the key in here.",
  },
  wrong: {
    title: "That is not the key",
    text: "The host makes a new key at every start. Open the address from its newest output, or put the key in here.",
  },
  over: { title: "The panel is closed", text: "" },
};

/** The state of the connection; where it is lost, a countdown follows. @param {string} state @returns {string} */
export function standing(state) {
  if (state === "live") return "Connected";
  if (state === "offline") return "Connection lost. Trying again";
  return state === "over" || state === "refused" ? "Not connected" : "Connecting…";
}

export const figures = {
  online: "Online",
  offered: "Offered",
  delivered: "Delivered",
  lost: "Discarded",
  cpu: "CPU",
  memory: "Memory",
  perSecond: "/s",
};

export const flow = {
  /** @type {Record<string, string>} */
  by: { outcome: "Outcome", priority: "Priority", reason: "Reason" },
  limit: (/** @type {number} */ n) => `rate ${number(n)}/s`,
  ago: (/** @type {number} */ seconds) => (seconds === 0 ? "now" : `−${seconds} s`),
  quiet: "Nothing to show yet.",
  /** @param {string} time @param {string[]} parts */
  readout: (time, parts) => `${time} · ${parts.join(" · ")}`,
};

export const books = {
  good: "✓ It balances",
  /** @param {number} n */
  turnedAway: (n) => `and ${plural(n, "message")} that the host itself turned away`,
  /** @param {number} missing */
  bad: (missing) =>
    missing > 0 ? `✕ ${plural(missing, "message")} unaccounted for` : `✕ ${plural(-missing, "message")} counted twice`,
};

export const waits = {
  none: "–",
  /** @param {string} priority @param {string} p50 @param {string} p99 */
  said: (priority, p50, p99) => `${priority}: half within ${p50}, 99 of 100 within ${p99}`,
};

export const authors = {
  others: "All others",
  none: "Nobody wrote in the last 30 seconds.",
  /** @param {number} delivered @param {number} accepted */
  part: (delivered, accepted) => `${number(delivered)}/${number(accepted)}`,
  /** @param {string} share @param {number} delivered @param {number} accepted */
  said: (share, delivered, accepted) => `${share} of what was accepted; ${number(delivered)} of ${number(accepted)} delivered`,
  /** @param {number} n @param {string} asked @param {string} got */
  sum: (n, asked, got) => `The top ${number(n)} sent ${asked} of what was accepted, and got ${got} of what was delivered.`,
};

export const people = {
  nobody: "Nobody of that name is here, or spoke of late.",
  nobodyYet: "Nobody has spoken yet.",
  looking: "Looking…",
  gone: "has left",
  byId: "Take it for an id:",
  foundMore: (/** @type {number} */ n) => `and ${plural(n, "other")}: write more of the name`,
  mutedTitle: (/** @type {number} */ n) => (n === 0 ? "Nobody is muted" : `Muted now: ${number(n)}`),
  mutedMore: (/** @type {number} */ n) => `and ${plural(n, "other")}`,
  muted: "muted",
  calledTitle: (/** @type {number} */ n) => (n === 0 ? "Nobody is called on" : `Called on: ${number(n)}`),
  /** @type {[number|null, string][]} */
  spans: [[60, "1 minute"], [600, "10 minutes"], [3_600, "1 hour"], [86_400, "1 day"], [null, "for good"]],
  /** @param {string} nick @param {string} span */
  didMute: (nick, span) => `${nick} is muted: ${span}.`,
  didUnmute: (/** @type {string} */ nick) => `${nick} may write again.`,
  didRemove: (/** @type {string} */ nick) => `${nick} was asked to leave; their page leaves by itself.`,
  removeSure: (/** @type {string} */ nick) => `Yes, ${nick} leaves`,
  callOn: "Call on",
  callOff: "Let them sit down",
  didCallOn: (/** @type {string} */ nick) => `${nick} may speak and draw.`,
  didCallOff: (/** @type {string} */ nick) => `${nick} listens again.`,
};

/** @param {Until} until @param {number} now */
export function until(until, now) {
  if (typeof until !== "number") return "for good";
  const seconds = Math.max(0, Math.ceil((until - now) / 1_000));
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}

export const acts = {
  working: "…",
  muteAllOn: "Only the staff may write now.",
  muteAllOff: "Everybody may write again.",
  on: "on",
  noticeSent: "Everybody was told.",
  saved: "Saved. Everybody sees it.",
  nothingNew: "Nothing has changed.",
  ended: "The room is over.",
  endLabel: (/** @type {string} */ name) => `Write “${name}” to be sure`,
};

/** @param {number} left bytes */
export const bytesLeft = (left) => (left < 0 ? `${plural(-left, "byte")} too long` : `${plural(left, "byte")} left`);

export const traffic = {
  now: (/** @type {number} */ rate) => `${number(rate)}/s`,
  /** @param {number} rate @param {number} burst @param {number} reserve */
  means(rate, burst, reserve) {
    const others = Math.max(0, burst - reserve);
    return `After a pause ${number(burst)} may come at once, ${number(others)} of them ordinary ones; from then on one every ${wait(1_000 / rate)}.`;
  },
  tooMuch: "The reserve must be less than the burst, or ordinary messages would never come through.",
  applied: "In force.",
};

export const whatIf = {
  /** @param {string} clock */
  since: (clock) => `Since ${clock}, as it would have been at each rate:`,
  /** @param {any} would @param {any} was */
  says(would, was) {
    const times = was.mean_ms === would.mean_ms ? "" : ` The mean wait: ${wait(would.mean_ms)} instead of ${wait(was.mean_ms)}.`;
    return `At ${number(would.rate)}/s ${number(would.delivered)} delivered instead of ${number(was.delivered)}: ${number(would.gained)} more, ${number(would.lost)} fewer.${times}`;
  },
  /** @param {any[]} points */
  chart: (points) => points.map((point) => `${point.rate === 0 ? staff.whatIf.was : `${number(point.rate)} a second`}: ${number(point.delivered)} delivered, ${number(point.discarded)} discarded`).join("; "),
  /** @param {string} was @param {string} would */
  differs: (was, would) => `${fate(was)} → ${fate(would)}`,
};

/** @param {string} one */
const fate = (one) => (one === "open" ? "On its way" : outcomes[one] ?? reasons[one] ?? one);

export const preview = {
  /** @param {any} told @param {string} clock @param {string|null} span if it is short of what is looked at @returns {string} */
  says(told, clock, span) {
    const looked = `${plural(told.judged, "message")} since ${clock}${span === null ? "" : ` (${span}; nothing older is remembered)`}.`;
    const all = counts(told);
    const others = [told.changed > 0 && `Treated otherwise: ${number(told.changed)}.`, told.gone > 0 && `No longer caught: ${number(told.gone)}.`];
    return [looked, `New against the list in force: ${counts(told.new) || "none"}.`, ...others, all && `In all: ${all}.`].filter(Boolean).join(" ");
  },
  /** @param {string} how @param {string} treatment @param {string} term */
  met(how, treatment, term) {
    const done = `${TREATMENTS[treatment] ?? treatment} for “${term}”`;
    if (how === "gone") return `No longer ${done}`;
    return how === "changed" ? `Otherwise than now: ${done}` : `New: ${done}`;
  },
};

/** @param {import("./preview.js").Counts} counts */
const counts = ({ tag, mask, hold, block }) =>
  [block > 0 && `${number(block)} turned away`, hold > 0 && `${number(hold)} held`, mask > 0 && `${number(mask)} masked`, tag > 0 && `${number(tag)} tagged`].filter(Boolean).join(", ");

/** @type {Record<string, string>} */
const TREATMENTS = { tag: "tagged", mask: "masked", hold: "held", block: "turned away" };

export const list = {
  now: (/** @type {number} */ n) => plural(n, "term"),
  /** @param {{terms: number, innocent: number, bytes: number}} count @param {number} most bytes */
  count: ({ terms, innocent, bytes }, most) =>
    `${plural(terms, "term")}${innocent > 0 ? `, ${number(innocent)} innocent` : ""} · ${number(bytes)} of ${number(most)} bytes`,
  inForce: (/** @type {number} */ n) => `In force: ${plural(n, "term")}.`,
  tooLong: "The list is too long for one frame.",
  /** @param {string} why names the line @param {number|null} _line */
  wrong: (why, _line) => `Not put in force: ${why}`,
  /** @type {[string, string][]} */
  syntax: [
    ["word or phrase", "met inside words too, in any case and disguise"],
    ["!word", "met as a whole word only"],
    ["+word", "innocent, whatever is listed inside it"],
    ["word *3", "weighs 3 instead of 1, for those who sum up"],
    ["~leet off", "that disguise is not seen through (on, words, or a least number of letters: it is); the others: chinese, floods, separators, repeats, look-alikes, turned"],
    ["\\…", "a term, whatever it begins with"],
    ["[abuse mask]", "what follows is masked"],
    ["[advertising hold]", "what follows is held for you"],
    ["[custom:1 block]", "what follows is turned away"],
    ["# …", "a note"],
  ],
  sample: "# Masked with stars\n[abuse mask]\nidiot\nstupid\n\n# Held for you to decide\n[advertising hold]\nfree coins\nbuy followers\n\n# Turned away\n[custom:1 block]\nzorgblatt\n",
};

export const offer = {
  on: "open",
  /** @param {number} given @param {number} left */
  left: (given, left) => `${number(given)} given · ${number(left)} left`,
  opened: "The offer is open.",
  ended: "The offer has ended.",
};

export const held = {
  over: "over",
  allow: "Allow",
  allowAll: (/** @type {number} */ n) => `Allow ${number(n)}`,
  rejectAll: (/** @type {number} */ n) => `Reject ${number(n)}`,
  reject: "Reject",
  discard: "Discard",
  why: "A word to the author",
  whyHint: "Why",
  /** @param {string} word */
  cause: (word) => (word ? `because of “${word}”` : "for a decision"),
  left: (/** @type {number} */ seconds) => `${seconds} s left`,
  more: (/** @type {number} */ n) => `and ${number(n)} more behind these`,
  told: (/** @type {number} */ n) => `${plural(n, "message")} held for a decision`,
};

export const lives = {
  /** @type {[string, string][]} */
  outcomes: [
    ["", "All outcomes"], ["delivered", "Delivered"], ["rejected", "Rejected"], ["discarded", "Discarded"],
    ["filter", "– word filter"], ["silence", "– no decision"], ["rate", "– rate"],
    ["expired", "– waited too long"], ["shed", "– queue full"], ["muted", "– muted"], ["shadowed", "– muted unseen"], ["withdrawn", "– withdrawn"],
  ],
  /** @type {[string, string][]} */
  priorities: [["", "All priorities"], ["high", "High"], ["normal", "Normal"], ["low", "Low"], ["lowest", "Lowest"]],
  newer: (/** @type {number} */ n) => (n === 0 ? "Go on" : `${number(n)} newer · go on`),
  /** @param {number} n @param {number} untold */
  note: (n, untold) => `${plural(n, "message")}${untold > 0 ? ` · ${number(untold)} more ended unlisted` : ""}`,
  still: "standing still while you look",
  none: "Nothing has ended yet.",
  noText: "no text",
};

/**
 * Why an act was not done.
 * @param {{code: number|string, why?: string, detail?: any}} problem
 * @param {number} [now] the host's time
 */
export function problem(problem, now = Date.now()) {
  switch (problem.code) {
    case "key": return "That takes the owner’s key.";
    case "not_connected": return "There is no connection right now.";
    case "lost": return "The connection was lost before the room could answer.";
    case "too_many_open": return "Too many orders are still on their way.";
    case "busy": return "The room’s server is at something like it already. Try again in a few seconds.";
    case "unknown": return "The room does not remember it any more.";
    case "traffic": return "These numbers cannot be: none is below its least, and the reserve is less than the burst.";
    case "offer": return "An offer has a title of at most 60 bytes, a text of at most 200, and 1 to 100,000 vouchers.";
    default: {
      const { text, help } = refusal(problem, now);
      return help ? `${text} ${help}` : text;
    }
  }
}
