/**
 * Every sentence of the page in English; `words.zh.js` has the same exports. Nothing here touches the page.
 *
 * What an author is told has three parts: what happened, why in plain words, and what would help.
 *
 * @typedef {import("../liveroom.js").Sent} Sent
 * @typedef {import("../liveroom.js").Entry} Entry
 * @typedef {import("../liveroom.js").Until} Until
 *
 * @typedef {object} Word
 * @property {"wait"|"good"|"warn"|"bad"} tone
 * @property {string} text what happened, and why
 * @property {string} [help] what would help
 * @property {"again"|"edit"} [offer] which of the two makes sense
 */

const numbers = new Intl.NumberFormat("en");

/** @param {number} n */
export const number = (n) => numbers.format(n);

const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** A total in little room: 8,310, but 83.1K. @param {number} n */
export const total = (n) => (n < 10_000 ? number(n) : short.format(n));

/** @param {number} n @param {string} one @param {string} [many] */
const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** @param {number} bytes */
const size = (bytes) => plural(bytes, "byte");

/**
 * "until 14:05 (4 minutes)", for good, or with the day if that is another one.
 * @param {Until|undefined} until
 * @param {number} now the host's time
 */
export function until(until, now) {
  if (until === "forever") return "for good";
  if (typeof until !== "number") return "for now";
  const seconds = Math.max(1, Math.ceil((until - now) / 1_000));
  if (seconds < 90) return `for ${plural(seconds, "second")}`;
  if (!isSameDay(until, now)) return `until ${moment(until, now)}`;
  return `until ${moment(until, now)} (${plural(Math.round(seconds / 60), "minute")})`;
}

/** @param {number} one @param {number} other */
const isSameDay = (one, other) => new Date(one).toDateString() === new Date(other).toDateString();

/** "14:05", or "3 May, 14:05" if that is another day. @param {number} at @param {number} now */
function moment(at, now) {
  const clock = new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const day = new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long" });
  return isSameDay(at, now) ? clock : `${day}, ${clock}`;
}

/** @type {Record<string, string>} */
const FIELDS = {
  Message: "message",
  Nick: "name",
  Avatar: "picture's address",
  Note: "note",
  Elements: "number of parts",
  Users: "list of people",
  Span: "length of time",
};

/** @param {string|undefined} field */
const fieldName = (field) => FIELDS[field ?? ""] ?? (field ?? "entry").toLowerCase();

/** @param {any} detail */
function tooLong(detail) {
  const over = (detail.length ?? 0) - (detail.limit ?? 0);
  const what = fieldName(detail.field);
  return {
    text: `Your ${what} is too long: ${size(detail.length ?? 0)}, and ${number(detail.limit ?? 0)} are allowed.`,
    help: `Make it ${size(over)} shorter${detail.field === "Message" ? ", or send it in two parts" : ""}.`,
  };
}

/** @param {any} detail */
function tooMany(detail) {
  switch (detail.field) {
    case "Sessions":
      return {
        text: `You are in this room on ${plural(detail.limit ?? 0, "device")} already.`,
        help: "Close one of them first.",
      };
    case "Elements":
    case "CustomElements":
      return { text: "Your message has too many parts.", help: "Send it as several messages." };
    default:
      return {
        text: `That is too much: ${plural(detail.count ?? 0, fieldName(detail.field))}, at most ${number(detail.limit ?? 0)}.`,
        help: "Try with less.",
      };
  }
}

/** @param {any} detail @param {number} now */
function heldFull(detail, now) {
  const own = detail.field === "AuthorQuestions";
  const text = own
    ? `A moderator is still looking at ${plural(detail.limit ?? 0, "message")} of yours.`
    : "So many messages are being looked at by moderators that no more fit in.";
  if (detail.until == null) return { text, help: "Try again later." };
  return { text, help: `Try again in ${span(detail.until - now)}, or as soon as one is decided.` };
}

/**
 * By the codes of the engine's refusals; `why` is the engine's own sentence, for codes of the future.
 * @type {Record<string, (detail: any, now: number) => {text: string, help?: string, offer?: "again"|"edit"}>}
 */
const REFUSALS = {
  1001: () => ({ text: "There was nothing in your message.", help: "Write something first." }),
  1002: (detail) => ({ ...tooLong(detail), offer: "edit" }),
  1003: (detail) => ({ ...tooMany(detail), offer: "again" }),
  1004: (detail) => ({
    text: `The room could not read your ${fieldName(detail.field)}.`,
    help: "Try without unusual characters.",
    offer: "edit",
  }),
  1005: () => ({ text: "The room did not understand this order." }),
  2001: () => ({
    text: "The room lost sight of your connection.",
    help: "Reload the page to join again.",
  }),
  2002: () => ({
    text: "This connection is in the room as somebody else.",
    help: "Leave, then join again.",
  }),
  2003: (detail, now) => ({
    text: `You are banned from this room ${until(detail.until, now)}.`,
    help: detail.until === "forever" ? undefined : "You can come back after that.",
  }),
  2004: (detail, now) => ({
    text: `You are muted ${until(detail.until, now)}.`,
    help: detail.until === "forever" ? "You can go on reading." : "After that you can write again.",
    offer: "edit",
  }),
  2005: () => ({
    text: "Only the staff may write right now.",
    help: "Keep your words: the banner above goes away when everybody may write again.",
    offer: "edit",
  }),
  2006: () => ({
    text: "Only those who are called on may write right now.",
    help: "Keep your words until the staff call on you.",
    offer: "edit",
  }),
  2101: () => ({ text: "Messages cannot be taken back in this room.", help: "Send a correction instead." }),
  2102: () => ({ text: "Nobody can be removed from this room." }),
  2103: () => ({ text: "The room is yours, so you cannot leave it.", help: "You can end it instead, or just close this page." }),
  2104: () => ({
    text: "The room is yours, so you cannot leave it.",
    help: "Hand it to somebody else first, or end it.",
  }),
  2105: () => ({ text: "This room does not offer that." }),
  2106: () => ({ text: "Guests only watch.", help: "Choose a name to take part.", offer: "edit" }),
  2107: () => ({ text: "Only those who joined may do that.", help: "Join first.", offer: "edit" }),
  2108: (detail) => ({
    text: `Only ${detail.needs === "Owner" ? "the streamer" : "the staff"} may do that.`,
  }),
  2109: () => ({ text: "Only the program that runs this room may do that." }),
  2110: () => ({ text: "Everybody does that for themselves alone." }),
  2111: () => ({ text: "They rank as high as you, or higher.", help: "Ask somebody above them." }),
  2112: () => ({ text: "Nobody can do that to themselves." }),
  3001: (detail, now) => ({
    text: "Slow mode: everybody pauses between two messages here.",
    help: `You can write again in ${plural(Math.max(1, Math.ceil(((detail.until ?? now) - now) / 1_000)), "second")}.`,
    offer: "again",
  }),
  3002: (detail) => ({
    text: `The room is full: ${number(detail.limit ?? 0)} people are in it.`,
    help: "Try again when somebody has left.",
  }),
  3003: () => ({ text: "That was done too often.", help: "Try again in a second.", offer: "again" }),
  3004: () => ({ text: "These are quiet hours: nobody writes now.", help: "Keep your words for later.", offer: "edit" }),
  3005: (detail, now) => ({
    text: "You write faster than this room takes it.",
    help: `You can write again in ${span((detail.until ?? now) - now)}.`,
    offer: "again",
  }),
  3006: () => ({ text: "That was said already.", help: "Say it in other words, or later.", offer: "edit" }),
  3007: (detail, now) => ({ text: "You came in too often.", help: `You can come in again in ${span((detail.until ?? now) - now)}.` }),
  3008: (detail) => ({ text: TEXT_RULES[detail.signal] ?? "The room does not take texts like this one.", help: "Change it, and send it again.", offer: "edit" }),
  3009: (detail, now) => ({ ...heldFull(detail, now), offer: "again" }),
  4001: () => ({ text: "This room lets nobody in right now." }),
  4002: () => ({ text: "They are not in the room any more." }),
  4003: () => ({ text: "They do not ask to join any more." }),
  4004: () => ({ text: "This has been decided already." }),
  4005: () => ({ text: "This message is no longer kept." }),
  4006: () => ({ text: "The room does not have that word filter." }),
  4007: () => ({ text: "That is not there any more." }),
  4008: () => ({ text: "Somebody else changed it at the same time.", help: "Look again, then try again." }),
  4009: () => ({ text: "The stream is over." }),
  4010: () => ({ text: "Nobody decides after you: decide it." }),
  4011: () => ({ text: "It is too late: the message has gone on to everybody, or has ended." }),
  4012: () => ({ text: "The room lets nobody in while raid mode is on.", help: "Try again later." }),
  5001: () => ({
    text: "The room is overloaded this very moment.",
    help: "Try again in a few seconds.",
    offer: "again",
  }),
  key: () => ({ text: "That takes the owner's key, and this is not it.", help: "Open the address that the host printed at its start." }),
  no_group: () => ({ text: "There is no such room.", help: "Choose one of those above." }),
  no_offer: () => ({ text: "That offer is not open any more." }),
  wrong_room: () => ({ text: "A room of this kind does not have that." }),
  unknown_do: () => ({ text: "The room’s server does not know this order.", help: "Reload the page: one of the two is newer than the other." }),
  busy: () => ({ text: "The room’s server is short of memory this very moment.", help: "Try again in a few seconds.", offer: "again" }),
  unavailable: () => ({ text: "The room’s server cannot take it right now.", help: "Try again in a moment.", offer: "again" }),
  not_kept: () => ({ text: "The room’s server cannot store anything right now, so it takes nothing in.", help: "Try again in a few seconds.", offer: "again" }),
  restart: () => ({ text: "The room’s server restarts.", help: "Send it again in a moment.", offer: "again" }),
  not_connected: () => ({ text: "There was no connection, so nothing was sent.", help: "Try again when you are connected.", offer: "again" }),
  lost: () => ({ text: "The connection was lost before the room answered.", help: "Look whether it was done before you try again." }),
  too_many_open: () => ({
    text: "Too many of your messages are still on their way.",
    help: "Wait a moment, then try again.",
    offer: "again",
  }),
};

/**
 * Why something was turned away.
 * @param {{code?: number|string, why?: string, detail?: any}} frame
 * @param {number} now
 */
export function refusal(frame, now) {
  const known = REFUSALS[String(frame.code)];
  if (known) return known(frame.detail ?? {}, now);
  return { text: `The room turned it away: ${frame.why || `code ${frame.code}`}.` };
}

/** What a rule for texts is about. @type {Record<string, string>} */
const TEXT_RULES = {
  Length: "This room takes shorter texts only.",
  Capitals: "That has too many capital letters.",
  CapitalShare: "That has too many capital letters.",
  Emoji: "That has too many emoji.",
  Links: "Links are not taken here right now.",
  Run: "That has one character too many times in a row.",
  Repeats: "That repeats the same words too often.",
  Plain: "Only emoji are taken here right now.",
  Stacked: "That has too many marks on one character.",
  Turned: "That would turn around what stands after it.",
};

/** @type {Record<string, {text: string, help?: string, offer?: "again"|"edit"}>} */
const DISCARDS = {
  rate: {
    text: "More was written than the room shows in a second, and there was no place left.",
    help: "Nothing is wrong with your message. Try again when it is calmer.",
    offer: "again",
  },
  expired: {
    text: "The room is so busy that its turn did not come in time.",
    help: "Nothing is wrong with your message. Try again when it is calmer.",
    offer: "again",
  },
  shed: {
    text: "The queue was full, and you had the most messages in it.",
    help: "One message at a time gets through best.",
    offer: "again",
  },
  muted: { text: "You, or everybody, were muted before it was shown.", offer: "edit" },
  banned: { text: "You were banned before it was shown." },
  removed: { text: "You were removed before it was shown." },
  purged: { text: "The staff cleared your messages." },
  disbanded: { text: "The stream ended before it was shown." },
};

/** @param {Sent} sent */
function rejected(sent) {
  if (sent.reason === "filter") {
    return {
      text: "The room's word filter does not let it through.",
      help: "Say it in other words.",
    };
  }
  if (sent.reason === "silence") {
    return {
      text: "A moderator had to look at it, and nobody did in time.",
      help: "You can send it again.",
    };
  }
  if (sent.reason === "rule") return { text: "The rules of the room do not let it through.", help: "Say it otherwise." };
  return {
    text: sent.why ? `A moderator turned it down: “${sent.why}”` : "A moderator turned it down.",
    help: "Change it, and send it again.",
  };
}

/**
 * The plain word to an author about their own message; null while there is nothing to say.
 * @param {Sent} sent
 * @param {number} now
 * @returns {Word|null}
 */
export function own(sent, now) {
  switch (sent.state) {
    case "queued":
      return { tone: "wait", text: "Goes out as soon as you are connected." };
    case "sent":
      return { tone: "wait", text: "Sending…" };
    case "waiting":
      return { tone: "wait", text: "Waiting for its turn: the room is busy." };
    case "held":
      return {
        tone: "wait",
        text: "A moderator looks at it first.",
        help: sent.expires ? `Decided within ${span(sent.expires - now)}.` : undefined,
      };
    case "delivered":
      if (!sent.changed) return null;
      return { tone: "warn", text: "Shown, with words changed by the room’s filter or a moderator." };
    case "rejected":
      return { tone: "bad", offer: "edit", ...rejected(sent) };
    case "discarded": {
      const word = DISCARDS[sent.reason ?? ""] ?? { text: "The room let it drop." };
      return { tone: "bad", ...word };
    }
    case "refused":
      return { tone: "bad", ...refusal(sent, now) };
    case "unknown":
      return {
        tone: "warn",
        text: "The connection was lost before the room could say what became of it.",
        help: "Look whether it is there before you send it again.",
        offer: "again",
      };
  }
}

/** The heading over {@link own}. @param {Sent} sent @returns {string} */
export const fate = (sent) =>
  sent.state === "unknown" ? "Perhaps not shown" : "Not shown to others";

/** @param {number} ms */
function span(ms) {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return seconds < 90 ? plural(seconds, "second") : plural(Math.round(seconds / 60), "minute");
}

/**
 * What became of a like or follow; it was counted if it was accepted, whether it was shown or not.
 * @param {Sent} sent
 * @param {number} now
 * @returns {Word|null}
 */
export function ownLike(sent, now) {
  if (sent.state === "discarded" && ["rate", "expired", "shed"].includes(sent.reason ?? "")) {
    return { tone: "good", text: "Counted. Too many at once to show each of them." };
  }
  return sent.state === "refused" || sent.state === "rejected" ? own(sent, now) : null;
}

/** @type {[string, string]} */
const LESSER = ["lesser message", "lesser messages"];

/** What is in each class of messages, by the kind of the room. @type {Record<"show"|"class", Record<string, [string, string]>>} */
const CLASSES = {
  // With gifts come orders, with likes follows and whatever else gives way to comments.
  show: { high: ["gift or the like", "gifts and the like"], normal: ["comment", "comments"], low: ["like or the like", "likes and the like"], lowest: LESSER },
  class: { high: ["stroke or order of the teacher’s", "strokes and orders of the teacher’s"], normal: ["stroke or comment", "strokes and comments"], low: LESSER, lowest: LESSER },
};

/**
 * From the host's own account: "You missed 34 messages: 30 likes and the like, 4 comments."
 * @param {Partial<Record<string, number>>} missed
 * @param {"show"|"class"} [kind] of the room
 * @returns {string|null}
 */
export function missed(missed, kind = "show") {
  const classes = CLASSES[kind];
  const messages = Object.keys(classes)
    .map((name) => ({ name, n: missed[name] ?? 0 }))
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n);
  const total = messages.reduce((sum, { n }) => sum + n, 0);
  const others = [
    missed.tip ? plural(missed.tip, "note about who came and went", "notes about who came and went") : "",
    missed.notice ? plural(missed.notice, "announcement") : "",
  ].filter(Boolean);
  if (total === 0) return others.length > 0 ? `You missed ${others.join(" and ")}.` : null;
  const kinds = messages.map(({ name, n }) => plural(n, ...classes[name]));
  const also = others.length > 0 ? ` Also ${others.join(" and ")}.` : "";
  if (kinds.length === 1) return `You missed ${kinds[0]}.${also}`;
  return `You missed ${plural(total, "message")}: ${kinds.join(", ")}.${also}`;
}

/** After a pause in which the log kept everything. @param {number} n how many messages came since */
export const caughtUp = (n) => `You go on where you paused. Nothing was missed: ${plural(n, "message")} came meanwhile.`;

/** @param {number} n messages that went by so far */
export const paused = (n) => (n === 0 ? "Paused" : `Paused · ${number(n)} new`);

/** @param {string} name of the room @param {boolean} guest */
export const hello = (name, guest) =>
  guest ? `You are watching “${name}”.` : `Welcome to “${name}”. Say hello!`;

/** @param {number} ms */
export const back = (ms) => `You are back, after ${span(ms)} without connection.`;

/** The room began anew, or it forgot whoever was away so long. */
export const newEpoch = "You are back, but the room does not know any more where you were, so nobody can say what you missed.";

/**
 * "Ann, Bo and 998 others".
 * @param {string[]} names the first few
 * @param {number} count all of them
 */
export function people(names, count) {
  const shown = names.slice(0, count > 3 ? 2 : 3);
  const others = count - shown.length;
  if (shown.length === 0) return count === 1 ? "Somebody" : plural(count, "person", "people");
  if (others > 0) return `${shown.join(", ")} and ${plural(others, "other")}`;
  if (shown.length === 1) return shown[0];
  return `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

/** @param {boolean} many @param {string} one @param {string} several */
const verb = (many, one, several) => (many ? several : one);

/**
 * What a tip says, or null if it needs no words (the totals of likes, say).
 * @param {Entry} entry
 * @param {number} now
 * @returns {string|null}
 */
export function tip(entry, now) {
  const named = entry.names ?? [];
  const count = entry.count ?? named.length;
  const who = people(named.map((one) => one.nick || one.user), count);
  const are = verb(count > 1, "is", "are");
  switch (entry.kind) {
    case "join":
      return `${who} joined`;
    case "quit":
      return `${who} left`;
    case "kick":
      return `${who} ${verb(count > 1, "was", "were")} removed`;
    case "ban":
      return `${who} ${are} banned${count === 1 ? ` ${until(named[0]?.until, now)}` : ""}`;
    case "unban":
      return `${who} may come back`;
    case "set_admin":
      return `${who} ${are} now on the staff`;
    case "cancel_admin":
      return `${who} ${are} no longer on the staff`;
    case "member_profile":
      return named[0]?.until == null
        ? `${who} may write again`
        : `${who} ${are} muted${count === 1 ? ` ${until(named[0].until, now)}` : ""}`;
    case "group_profile":
      return changes(entry.changes ?? {});
    default:
      return null;
  }
}

/** @param {Record<string, any>} changed */
function changes(changed) {
  const told = [
    changed.name != null && `The room is now called “${changed.name}”`,
    changed.notification && `Announcement: ${changed.notification}`,
    changed.introduction != null && "The room has a new description",
    changed.owner != null && "The room has a new owner",
    changed.mute_all === true && "Only the staff may write from now on",
    changed.mute_all === false && "Everybody may write again",
  ].filter(Boolean);
  return told.length > 0 ? told.join(" · ") : null;
}

/**
 * What a notice says, to everybody or to this session alone.
 * @param {any} notice
 * @param {number} now
 * @returns {string|null}
 */
export function notice(notice, now) {
  const because = notice.reason ? `: “${notice.reason}”` : ".";
  switch (notice.kind) {
    case "custom":
      return notice.field || null;
    case "broadcast":
      return notice.text || null;
    case "disbanded":
      return "The stream is over. Thank you for being here.";
    case "purged":
      return notice.message == null ? "The staff cleared somebody’s messages." : null;
    case "raid":
      return notice.until ? `Raid mode is on until ${moment(notice.until, now)}: the rules for writing are stricter.` : "Raid mode is over.";
    case "warned":
      return `The staff warned you (${plural(notice.strikes ?? 1, "warning")} so far)${because}`;
    case "kicked":
      return `You were removed from the room${because}`;
    case "banned":
      return `You are banned ${until(notice.until, now)}${because}`;
    case "role":
      return { owner: "The room is yours now.", admin: "You are on the staff now." }[
        String(notice.role)
      ] ?? "You are a plain member now.";
    case "applied":
      return `${notice.user} asks to join${notice.note ? `: “${notice.note}”` : "."}`;
    case "admitted":
      return "You were let in. Welcome!";
    case "declined":
      return "The staff did not let you in.";
    case "quit_elsewhere":
      return "You left this room on another device.";
    default:
      return null;
  }
}

/** @type {Record<string, string>} */
const BYES = {
  quit: "You left the room.",
  quit_elsewhere: "You left this room on another device.",
  kicked: "You were removed from the room.",
  banned: "You are banned from the room.",
  declined: "The staff did not let you in.",
  disbanded: "The stream is over.",
  replaced: "You opened this room in another window, which goes on in your place.",
  slow: "Your connection could not keep up with the room.",
  too_fast: "This page sent too much at once.",
  restart: "The room’s server restarts.",
  idle: "The room heard nothing from this page for a while.",
  not_kept: "The room’s server cannot store anything right now, so it takes nothing in.",
  busy: "The room’s server has no place left right now.",
};

/** @param {{code?: string, why?: string}} frame */
export const bye = (frame) => BYES[frame.code ?? ""] ?? `The room closed the connection: ${frame.why || frame.code}.`;

export const ordered = "The streamer asked you to leave, so this page left the room.";

/** @param {{code?: string, why?: string}} frame */
export const fault = (frame) =>
  `This page and the room’s server do not understand each other (${frame.code}: ${frame.why}). Reload the page.`;

/** @param {number} n */
export const newer = (n) => (n === 1 ? "1 new line" : `${number(n)} new lines`);

/** For those who hear the page. @param {number} n @param {string} last */
export const flood = (n, last) => `${number(n)} new lines. The last one: ${last}`;

export const offers = { again: "Send again", edit: "Edit", dismiss: "Dismiss" };
/** The badge of what the app itself says. */
export const official = "Official";
/** Who speaks where there is neither nick nor user. */
export const nobody = "The room";
export const emptied = "A message was removed.";
export const unreadable = "(something this page cannot show)";

/** @param {"off"|"calm"|"full"} density */
export const density = (density) => ({ off: "Off", calm: "Calm", full: "Full" })[density];

export const door = {
  guest: "You are watching. Choose a name to take part.",
  nameless: "Others need something to call you.",
};

/** @param {string} nick */
export const followed = (nick) => `${nick} follows`;
/** @param {string} what is what {@link giftLine} says */
export const you = (what) => `You ${what}`;

/** The voucher's card and what it leaves in the chat. */
export const offer = {
  /** @param {number} n */
  left: (n) => `${number(n)} left`,
  get: "Get the voucher",
  asking: "Asking for your voucher…",
  yours: "Your voucher",
  copy: "Copy",
  copied: "Copied",
  soldOut: "Sold out",
  failed: "Your request did not get through. You can ask again.",
  tooLate: "You asked in time, but the stock ran out before your turn. Thank you!",
  /** @param {string} nick @param {string} [text] */
  inquiry: (nick, text = "") => (text ? `${nick} asks for the voucher: ${text}` : `${nick} asks for the voucher`),
  /** @param {string} title */
  announced: (title) => `A voucher for you: ${title}`,
};

/** Names of rooms that this page knows; others keep their own. @type {Record<string, string>} */
export const rooms = { live: "Show", class: "Large class", seminar: "Small class" };

/** The way the page looks. */
export const themes = { system: "As the system", light: "Light", dark: "Dark" };

/** Single keys, and what they do. @type {[string, string][]} */
export const shortcuts = [
  ["/", "Write a message"],
  ["L", "Like"],
  ["1 2 3", "Give a rose, a cake, a rocket"],
  ["P", "Pause, and go on"],
  ["C", "Comments over the picture: calm, full, off"],
  ["End", "To the newest line, when the chat has the focus"],
  ["?", "This list"],
  ["Esc", "Close, or leave the field"],
];

export const longer = { more: "Show all", less: "Show less" };

/** What stands in the HTML, by its `data-say…`. @type {Record<string, string>} */
export const page = {
  rooms: "Rooms",
  theme: "Light or dark",
  help: "Keyboard shortcuts",
  close: "Close",
  singleKeys: "Single keys do something",
  skipToChat: "Skip to the chat",
  stream: "Stream",
  live: "Live",
  peopleHere: "people here",
  peopleHereNow: "People here now",
  caption: "A generated picture. Your player goes here.",
  react: "React",
  like: "Like",
  sendGift: "Send a gift",
  rose: "Rose",
  cake: "Cake",
  rocket: "Rocket",
  comments: "Comments over the picture",
  pause: "Pause",
  goOn: "Go on",
  chat: "Chat",
  leave: "Leave",
  messages: "Messages",
  quietSoFar: "Nobody has said anything since you came. Be the first!",
  onTheirWay: "Your messages on their way",
  yourMessage: "Your message",
  saySomething: "Say something",
  send: "Send",
  takePart: "Take part",
  yourName: "Your name",
  voucher: "Voucher",
};

export const follow = { no: "Follow", yes: "Following" };
export const gifts = { all: "gifts", seen: "gifts seen" };

/** @param {number} n */
export const tooLongBy = (n) => `${plural(n, "byte")} too long`;

/**
 * What stands over the composer while the room does not let one write; `left` changes with every second.
 * @param {{muted: Until|null, muteAll: boolean, applied: boolean, raid: number|null}} bars
 * @param {number} now
 * @returns {{text: string, left?: string}|null}
 */
export function bars({ muted, muteAll, applied, raid }, now) {
  if (applied) return { text: "You asked to come in. The staff decide." };
  if (muted === "forever") return { text: "You are muted for good. You can go on reading." };
  if (muted !== null) return { text: `You are muted until ${moment(muted, now)}. You can go on reading.`, left: `${span(muted - now)} left` };
  if (muteAll) return { text: "Only the staff may write right now." };
  return raid === null ? null : { text: "Raid mode: write slowly for now, no links, nothing twice.", left: `${span(raid - now)} left` };
}

/**
 * The state of the connection, where it is worth a word.
 * @param {import("../liveroom.js").State} state
 * @param {string|null} farewell why it ended
 */
export function connection(state, farewell) {
  switch (state) {
    case "connecting":
    case "joining":
      return "Connecting…";
    case "offline":
      return `${farewell ?? "The connection is lost."} Trying again`;
    case "over":
      return farewell ?? "You are not connected.";
    default:
      return null;
  }
}

/** After {@link connection}: until the next attempt. @param {number} seconds */
export const countdown = (seconds) => `in ${plural(Math.max(1, seconds), "second")}.`;

/** The way back, where there is one. @param {import("../liveroom.js").State} state */
export const retry = (state) => ({ offline: "Try now", over: "Join again" })[String(state)] ?? null;

/** @type {Record<string, string>} */
export const ROLES = { owner: "Streamer", admin: "Staff", member: "", guest: "Guest" };

/** @type {Record<string, {one: string, many: string, icon: string}>} */
export const GIFTS = {
  rose: { one: "a rose", many: "roses", icon: "rose" },
  cake: { one: "a cake", many: "cakes", icon: "cake" },
  rocket: { one: "a rocket", many: "rockets", icon: "rocket" },
};

/** @param {string} gift @param {number} n */
export function giftLine(gift, n) {
  const known = GIFTS[gift];
  if (!known) return n === 1 ? "sent a gift" : `sent ${number(n)} gifts`;
  return n === 1 ? `sent ${known.one}` : `sent ${number(n)} ${known.many}`;
}
