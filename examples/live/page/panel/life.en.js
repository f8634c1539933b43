/** The panel’s sentences about what became of a message, step by step; part of `words.en.js`. */

import { number, outcomes, plural, wait } from "./terms.en.js";

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
