/**
 * Every sentence of the owner's panel. Another language is another file with the same exports.
 * Nothing here touches the page.
 *
 * @typedef {import("../liveroom.js").Until} Until
 */

import { refusal } from "../common/words.en.js";
import * as staff from "./staff.en.js";

export { staff };

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
const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

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

/** @type {Record<string, string>} */
const KINDS = { text: "comment", gift: "gift", like: "like", follow: "follow", control: "order" };
/** @type {Record<number, string>} */
const HOST_KINDS = { 1: "stroke", 2: "clearing of the board", 3: "question about the offer" };
/** @param {string|number} kind */
export const kind = (kind) => HOST_KINDS[Number(kind)] ?? KINDS[String(kind)] ?? `kind ${kind}`;

/** @type {Record<string, string>} */
const ENDS = {
  rate: "There was no place for it: more was written than the room shows in a second.",
  expired: "Its turn did not come in time, since the room was so busy.",
  shed: "The queue was full, and its author had the most messages in it.",
  muted: "Its author, or everybody, was muted before its turn came.",
  shadowed: "Its author alone sees it, and does not know that.",
  withdrawn: "The staff withdrew it before anybody else saw it.",
  rule: "A rule of the house does not let it through.",
  banned: "Its author was banned before its turn came.",
  removed: "Its author was removed before its turn came.",
  purged: "The staff cleared the messages of its author.",
  disbanded: "The room ended before its turn came.",
  filter: "The word filter does not let it through.",
  silence: "Nobody decided in time, so it was turned away.",
  decision: "Somebody decided against it.",
};

/** @type {Record<string, string>} */
const FILTERED = {
  masked: "The word filter put stars over",
  held: "The word filter held it because of",
  blocked: "The word filter met",
  tagged: "The word filter marked it because of",
};

/** @type {Record<string, string>} */
const DECISIONS = {
  allow: "You, or somebody for you, let it through.",
  reject: "You, or somebody for you, turned it down.",
  discard: "You, or somebody for you, dropped it without a word.",
  replace: "Somebody let it through with other words.",
  silence: "Nobody answered in time.",
};

/** @type {Record<string, string>} */
const RULES = { mute_all: "mute of all", quiet_hours: "quiet hours", speakers: "speakers by mark", slow_mode: "slow mode", pace: "pace", texts: "text rules", repeats: "repeats", filter: "word filter" };

export const life = {
  gone: "The room does not remember this message any more.",
  accepted: "The room accepted it.",
  /** @param {{rule: string, exempt: boolean}[]} rules that were in force, and let it pass */
  rules(rules) {
    const names = (/** @type {boolean} */ exempt) => rules.filter((one) => one.exempt === exempt).map(({ rule }) => RULES[rule] ?? rule).join(", ");
    const [passed, exempt] = [names(false), names(true)];
    return [passed && `It passed: ${passed}.`, exempt && `Its author is exempt from: ${exempt}.`].filter(Boolean).join(" ");
  },
  /** @param {string} names */
  lastBefore: (names) => `The last before it: ${names}`,
  app: "the app",
  /** One step, in plain words. @param {any} step @param {number} accepted when it was accepted */
  step(step, accepted) {
    const within = step.expires > accepted ? wait(step.expires - accepted) : "";
    switch (step.step) {
      case "filtered":
        return `${FILTERED[step.what] ?? `The word filter (${step.what}):`}${step.word ? ` “${step.word}”` : " a listed word"}.`;
      case "asked":
        return within ? `You were asked, and had ${within} to decide.` : "You were asked.";
      case "answered":
        return DECISIONS[step.decision] ?? `The answer was: ${step.decision}.`;
      case "previewed":
        return `You saw it ${within} before everybody else.`;
      case "withdrawn":
        return "You, or somebody for you, withdrew it.";
      case "folded":
        return `It said the same as message ${number(step.first)}, and shared an entry with what repeats it.`;
      case "waited": {
        const [higher, own, lower] = step.outranked ?? [0, 0, 0];
        const before = [
          higher > 0 && `${number(higher)} of higher priority`,
          own > 0 && `${number(own)} whose turn came first`,
          lower > 0 && `${number(lower)} of lower priority, while a cap held its own back`,
        ].filter(Boolean);
        const how = Number.isFinite(step.until) ? `It waited ${wait(step.until - step.since)}` : "It waits its turn";
        return `${how} with ${plural(step.ahead, "other")} there already; ${before.length > 0 ? `before it went ${before.join(", ")}` : "nobody went before it"}.`;
      }
      case "omitted":
        return `${plural(step.steps ?? 1, "step")} before that ${step.steps === 1 ? "is" : "are"} not remembered any more.`;
      default:
        return String(step.step);
    }
  },
  /** @param {{state: string, reason?: string, why?: string, seq?: number}} end */
  end({ state, reason = "", why = "", seq }) {
    if (state === "delivered") return seq ? `Delivered to every reader, as number ${number(seq)} of the log.` : "Delivered to every reader.";
    if (state === "waiting" || state === "held") return state === "held" ? "It is held for a decision." : "It waits for its turn.";
    const word = why ? ` “${why}”` : "";
    return `${outcomes[state] ?? state}. ${ENDS[reason] ?? reason}${word}`;
  },
  /** @param {string} ms */
  after: (ms) => `+${ms}`,
  author: "Author",
  kind: "Kind",
  priority: "Priority",
  number: "Message",
  look: "Find the author",
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
