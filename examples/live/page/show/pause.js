/**
 * Standing still: the chat and the comments, while the client keeps its place in the log. On going on
 * the log itself says what of the time between it still has, and what was missed.
 */

import { at } from "../common/dom.js";
import { onSpeak, words } from "../common/words.js";

/** How many messages there are in counts by class; tips and notices are none. @param {Partial<Record<string, number>>} counts */
export const messagesIn = ({ high = 0, normal = 0, low = 0, lowest = 0 }) => high + normal + low + lowest;

/**
 * @param {import("../liveroom.js").LiveRoom} room
 * @param {{stop: () => void, start: () => void}} acts
 */
export function pausing(room, acts) {
  let went = 0;
  /** Until the first batch after going on: how many messages went by. @type {number|null} */
  let asked = null;
  const show = () => {
    at("paused").hidden = !room.paused;
    at("paused-text").textContent = words.paused(went);
    const button = at("pause");
    button.setAttribute("aria-label", room.paused ? words.page.goOn : words.page.pause);
    button.title = `${room.paused ? words.page.goOn : words.page.pause} (P)`;
    button.querySelector("use")?.setAttribute("href", room.paused ? "#i-play" : "#i-pause");
    document.body.classList.toggle("is-paused", room.paused);
  };
  const turn = () => {
    if (room.paused) {
      asked = went > 0 ? went : null;
      acts.start();
      room.resume();
    } else {
      went = 0;
      acts.stop();
      room.pause();
    }
    show();
  };
  room.addEventListener("skipped", (event) => {
    went = messagesIn(/** @type {CustomEvent} */ (event).detail);
    show();
  });
  at("pause").addEventListener("click", turn);
  at("go-on").addEventListener("click", () => {
    turn();
    at("log").focus({ preventScroll: true });
  });
  onSpeak(show);
  return {
    turn,
    /** To be called with each batch: what came meanwhile, if nothing of it was missed. @param {Partial<Record<string, number>>} missed @returns {number|null} */
    caughtUp(missed) {
      const came = asked;
      asked = null;
      return came !== null && messagesIn(missed) === 0 ? came : null;
    },
  };
}
