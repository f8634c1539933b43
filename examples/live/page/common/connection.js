/**
 * The word about the connection: over the picture, where it is worth one, with the way back.
 */

import { at, showCounted, showText } from "./dom.js";
import { words } from "./words.js";

/** A connection that is made faster needs no word about it. */
const CONNECTING_AFTER_MS = 700;

/**
 * @param {import("../liveroom.js").LiveRoom} room
 * @param {() => void} again tries to come in once more
 */
export function showConnection(room, again) {
  /** Why it ended, said by whoever knows it first. @type {(() => string|null)|null} */
  let farewell = null;
  let lost = false;
  /** @type {number|undefined} */ let timer;
  /** @param {string} state @param {number|null} retryAt */
  const show = (state, retryAt) => {
    const seconds = Math.ceil(((retryAt ?? 0) - Date.now()) / 1_000);
    const text = words.connection(/** @type {any} */ (state), farewell?.() ?? null);
    showCounted(at("connection-text"), text, state === "offline" ? words.countdown(seconds) : null);
    at("connection").hidden = text === null;
    showText(at("retry"), words.retry(/** @type {any} */ (state)));
  };
  room.addEventListener("state", (event) => {
    const { state, retryAt } = /** @type {CustomEvent} */ (event).detail;
    clearInterval(timer);
    lost ||= state === "offline";
    if (state === "live") [lost, farewell] = [false, null];
    at("live").classList.toggle("lost", state !== "live" && !room.paused);
    if (state === "connecting" || state === "joining") {
      if (lost) return;
      timer = setTimeout(() => show(state, retryAt), CONNECTING_AFTER_MS);
      return;
    }
    show(state, retryAt);
    if (state === "offline") timer = setInterval(() => show(state, retryAt), 1_000);
  });
  at("retry").addEventListener("click", again);
  addEventListener("online", () => room.state === "offline" && room.connect());
  return {
    /** The first word about an end stands. @param {() => string|null} say */
    endsWith(say) {
      farewell ??= say;
    },
  };
}
