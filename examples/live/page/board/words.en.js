/**
 * Every sentence of the whiteboard that the chat beside it does not have. Another language is another file
 * with the same exports. Nothing here touches the page.
 */

const numbers = new Intl.NumberFormat("en");

/** @param {number} n */
export const number = (n) => numbers.format(n);

/** @param {number} n @param {string} one @param {string} [many] */
const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** @type {Record<string, string>} */
export const page = {
  skipToChat: "Skip to the chat",
  live: "Live",
  peopleHere: "people here",
  peopleHereNow: "People here now",
  colour: "Colour",
  colour0: "Black",
  colour1: "Blue",
  colour2: "Red",
  colour3: "Green",
  colour4: "Orange",
  colour5: "Purple",
  colour6: "Brown",
  colour7: "Eraser",
  width: "Width",
  width3: "Fine",
  width6: "Medium",
  width14: "Thick",
  width40: "Marker",
  clear: "Clear",
  clearSure: "Clear for everybody",
  save: "Save as picture",
  drawn: "Who drew",
  hands: "Raised hands",
  called: "Called on",
  chat: "Chat",
  leave: "Leave",
  close: "Close",
  messages: "Messages",
  quietSoFar: "Nobody has said anything since you came.",
  onTheirWay: "Your messages on their way",
  yourMessage: "Your message",
  saySomething: "Say something",
  send: "Send",
  takePart: "Take part",
  yourName: "Your name",
};

/** What the owner is called who gave no name. @type {string} */
export const teacher = "Teacher";

/** Who may draw and talk, and what one can do about it. */
export const standing = {
  guest: "You are watching. Choose a name to take part.",
  muted: "You are muted for now.",
  muteAll: "Only the teacher writes right now.",
  listen: "The teacher speaks.",
  called: "You were called on: speak and draw.",
  all: "Everybody may draw.",
  owner: "You teach here.",
};

/** What stands on an empty board. */
export const hint = {
  draw: "Draw here",
  teacher: "The teacher draws here",
  everybody: "The class draws here",
};

export const hand = {
  raise: "Raise hand",
  raised: "Your hand is up",
  failed: "The hand did not get through. Try again.",
  none: "No hand is up.",
  callOn: "Call on",
  callOff: "Sit down",
  dismiss: "Not now",
  /** @param {string} nick */
  heard: (nick) => `${nick} raises a hand`,
  noneCalled: "Nobody is called on.",
  failedCall: "That did not get through.",
};

/** What is on its way. @param {number} points @param {boolean} connected @returns {string} */
export function onTheWay(points, connected) {
  if (points === 0) return "";
  return connected ? "Being sent…" : "Kept until you are connected again";
}

/** @type {string} */
export const lost = "The room did not take what you drew.";
/** @type {string} */
export const cleared = "The board was cleared.";
/** @param {number} n */
export const trimmed = (n) => `The board is so full that its oldest ${plural(n, "piece")} went.`;

/**
 * The drawing in words, for those who do not see it.
 * @param {{nick: string, strokes: number}[]} authors the most first
 */
export function drawing(authors) {
  const all = authors.reduce((sum, { strokes }) => sum + strokes, 0);
  if (all === 0) return "Whiteboard, empty.";
  const named = authors.slice(0, 5).map(({ nick, strokes }) => `${nick} ${number(strokes)}`);
  const others = authors.length - named.length;
  const rest = others > 0 ? ` and ${plural(others, "other")}` : "";
  return `Whiteboard with ${plural(all, "stroke")}: ${named.join(", ")}${rest}.`;
}

/** @param {number} n */
export const strokes = (n) => plural(n, "stroke");

/** The name of the saved picture. @param {string} room @param {Date} at */
export const fileName = (room, at) => `${room} ${at.toISOString().slice(0, 16).replace("T", " ").replace(":", ".")}.png`;
