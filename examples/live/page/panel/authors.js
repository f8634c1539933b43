/** Who gets how much of the room: what each sent that was accepted, and how much of it was delivered. */

import { at, element, nickElement } from "../common/dom.js";
import { permille } from "./scale.js";
import { words } from "./words.js";

/** @typedef {{user?: string, nick?: string, accepted: number, delivered: number}} Author */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} className @param {number} share of the whole, 0 to 1 */
function bar(className, share) {
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("class", className);
  rect.setAttribute("width", String(Math.max(0, Math.min(1, share)) * 100));
  rect.setAttribute("height", "10");
  return rect;
}

/** @param {number} accepted @param {number} delivered both as parts of the longest bar */
function bars(accepted, delivered) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 10");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(bar("bar-accepted", accepted), bar("bar-delivered", delivered));
  return svg;
}

export class Authors {
  /** @param {(user: string) => void} choose somebody to do something about */
  constructor(choose) {
    this.choose = choose;
    this.list = at("authors");
    this.list.addEventListener("click", (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("button[data-user]");
      if (row instanceof HTMLElement) this.choose(row.dataset.user ?? "");
    });
  }

  /** @param {any} frame a `panel` frame */
  show(frame) {
    /** @type {Author[]} */ const top = frame.authors ?? [];
    /** @type {Author} */ const others = frame.authors_other ?? { accepted: 0, delivered: 0 };
    const all = [...top, others];
    const shares = permille(all.map(({ accepted }) => accepted));
    const most = Math.max(1, ...top.map(({ accepted }) => accepted));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.user : undefined;
    const rows = top.map((author, i) => this.#row(author, words.percent(shares[i]), most));
    if (others.accepted > 0) rows.push(this.#others(others, words.percent(shares[top.length])));
    this.list.replaceChildren(...rows);
    // The rows are others now; whoever stood on one by keyboard still stands on that author.
    if (focused !== undefined) this.#focus(focused);
    at("authors-sum").textContent = this.#sum(top, all);
  }

  /** @param {string} user */
  #focus(user) {
    const rows = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("button[data-user]")]);
    rows.find(({ dataset }) => dataset.user === user)?.focus({ preventScroll: true });
  }

  /** @param {Author[]} top @param {Author[]} all */
  #sum(top, all) {
    const sum = (/** @type {Author[]} */ of, /** @type {"accepted"|"delivered"} */ name) =>
      of.reduce((total, author) => total + author[name], 0);
    if (sum(all, "accepted") === 0) return words.authors.none;
    const part = (/** @type {"accepted"|"delivered"} */ name) =>
      words.percent((sum(top, name) * 1_000) / Math.max(1, sum(all, name)));
    return words.authors.sum(top.length, part("accepted"), part("delivered"));
  }

  /** @param {Author} author @param {string} share @param {number} most */
  #row(author, share, most) {
    const { accepted, delivered } = author;
    const button = element("button", "author");
    button.setAttribute("type", "button");
    button.dataset.user = author.user ?? "";
    button.title = words.authors.said(share, delivered, accepted);
    button.append(nickElement(author), bars(accepted / most, delivered / most));
    button.append(element("span", "share", share), element("span", "part", words.authors.part(delivered, accepted)));
    const row = element("li", "");
    row.append(button);
    return row;
  }

  /** They are many, so their bar would dwarf all others: it shows what became of theirs. @param {Author} others @param {string} share */
  #others({ accepted, delivered }, share) {
    const row = element("li", "author others");
    row.title = words.authors.said(share, delivered, accepted);
    row.append(element("span", "nick", words.authors.others), bars(1, delivered / Math.max(1, accepted)));
    row.append(element("span", "share", share), element("span", "part", words.authors.part(delivered, accepted)));
    return row;
  }
}
