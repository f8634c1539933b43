/**
 * Standing still: the chat and the comments, while the client keeps its place in the log. On going on
 * the log itself says what of the time between it still has, and what was missed.
 */

import { at } from "../common/dom.js";
import { messagesIn } from "./gap.js";
import { onSpeak, words } from "../common/words.js";

/** @typedef {import("../liveroom.js").Counts} Counts */

/**
 * @param {import("../liveroom.js").LiveRoom} room
 * @param {{stop: () => void, start: (went: Counts) => void}} acts `start` is told what went by meanwhile
 */
export function pausing(room, acts) {
  /** @type {Counts} */ let went = {};
  const show = () => {
    at("paused").hidden = !room.paused;
    at("paused-text").textContent = words.paused(messagesIn(went));
    const button = at("pause");
    button.setAttribute("aria-label", room.paused ? words.page.goOn : words.page.pause);
    button.title = `${room.paused ? words.page.goOn : words.page.pause} (P)`;
    button.querySelector("use")?.setAttribute("href", room.paused ? "#i-play" : "#i-pause");
    document.body.classList.toggle("is-paused", room.paused);
  };
  const turn = () => {
    if (room.paused) {
      acts.start(went);
      room.resume();
    } else {
      went = {};
      acts.stop();
      room.pause();
    }
    show();
  };
  room.addEventListener("skipped", (event) => {
    went = /** @type {CustomEvent} */ (event).detail;
    show();
  });
  // Whoever comes back meanwhile reads from the same place again, and counts from there.
  room.addEventListener("welcome", () => {
    went = {};
    show();
  });
  at("pause").addEventListener("click", turn);
  at("go-on").addEventListener("click", () => {
    turn();
    at("log").focus({ preventScroll: true });
  });
  onSpeak(show);
  return turn;
}
