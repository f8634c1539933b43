/**
 * What the staff tell one person alone: a warning, or words of theirs. In a busy room its row in the chat is out of
 * sight at once, so it stands above the writing until it is dismissed.
 */

import { at, element } from "./dom.js";
import { onSpeak } from "./words.js";

/** One step of the staff's may say two things; more would hide the chat, and the oldest goes. */
const MOST = 3;

/** Whether a `direct` notice is a word from the staff to one person. @param {{kind?: string}} notice */
export const isPersonal = ({ kind = "" }) => kind === "warned" || kind === "custom";

export class Personal {
  /** @type {{say: () => string|null, line: HTMLElement}[]} */ #told = [];
  #place = at("personal");

  /** @param {() => void} leave takes the focus when it is dismissed */
  constructor(leave) {
    at("personal-close").addEventListener("click", () => {
      this.#told = [];
      at("personal-text").replaceChildren();
      this.#place.hidden = true;
      leave();
    });
    onSpeak(() => {
      for (const { say, line } of this.#told) line.textContent = say();
    });
  }

  /** Its place is an alert, so it is heard at once. @param {() => string|null} say */
  tell(say) {
    const line = element("p", "", say() ?? "");
    this.#told.push({ say, line });
    if (this.#told.length > MOST) this.#told.shift()?.line.remove();
    this.#place.hidden = false;
    at("personal-text").append(line);
  }
}
