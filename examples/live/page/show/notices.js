/**
 * What the staff tell everybody, over the picture for a while: in a busy room its row in the chat is out of sight
 * at once. Its place is a live region, so each is heard once, when it comes.
 */

import { element } from "../common/dom.js";

/** Long enough to read some lines twice. */
const SHOWN_MS = 12_000;
/** More would hide the picture; the oldest goes. */
const MOST = 2;

export class Notices {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
  }

  /** @param {string} text */
  show(text) {
    const shown = element("p", "told");
    shown.append(element("span", "", text));
    this.place.append(shown);
    if (this.place.childElementCount > MOST) this.place.firstElementChild?.remove();
    setTimeout(() => shown.remove(), SHOWN_MS);
  }
}
