/**
 * The list of what ended, newest first. It stands still while somebody points at it, scrolls in it or has
 * paused it, so that no row moves away under a finger; and it has few rows, however much ends.
 */

import { at, element, showText } from "../common/dom.js";
import { isShadowed, named } from "./marks.js";
import { words } from "./words.js";

/**
 * @typedef {import("./lives.js").Lives} Lives
 * @typedef {import("./lives.js").Life} Life
 */

/** While it moves, only rows that can be seen are made; while it stands still, so many, and more on demand. */
const ROWS = 60;
const MORE_ROWS = 200;
/** As in the style sheet. */
const ROW_HEIGHT = 46;
/** What a screen reader hears as text, the eye sees as a sign before it. @type {Record<string, string>} */
const SIGNS = { delivered: "✓", rejected: "✕", discarded: "↓" };

export class Stream {
  #rows = ROWS;
  #paused = false;
  #pointed = false;
  #list = at("lives-list");

  /** @param {Lives} lives @param {(life: Life) => void} open */
  constructor(lives, open) {
    this.lives = lives;
    this.open = open;
    at("pause").addEventListener("click", () => this.#set({ paused: !this.#paused }));
    at("lives-newer").addEventListener("click", () => this.#goOn());
    at("lives-more").addEventListener("click", () => {
      this.#rows += MORE_ROWS;
      this.show();
    });
    this.#list.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.#set({ pointed: true }));
    this.#list.addEventListener("pointerleave", () => this.#set({ pointed: this.#hasFocus }));
    this.#list.addEventListener("focusin", () => this.#set({ pointed: true }));
    this.#list.addEventListener("focusout", () => this.#set({ pointed: this.#list.matches(":hover") }));
    this.#list.addEventListener("scroll", () => this.#settle(), { passive: true });
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.#filters();
  }

  /** After the language has changed. */
  name() {
    for (const [id, options] of /** @type {const} */ ([["by-outcome", words.lives.outcomes], ["by-priority", words.lives.priorities]])) {
      const select = /** @type {HTMLSelectElement} */ (at(id));
      const kept = select.value;
      select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
      select.value = kept;
    }
    this.show();
  }

  /** Shows the messages of one author only. @param {string} author */
  only(author) {
    /** @type {HTMLInputElement} */ (at("by-author")).value = author;
    this.lives.filter({ author });
    this.#goOn();
  }

  /** Shows what there is, if it does not stand still. */
  show() {
    const shown = this.lives.shown;
    if (!this.lives.still) this.#rows = Math.min(ROWS, Math.ceil(this.#list.clientHeight / ROW_HEIGHT) + 2);
    else if (this.#rows < ROWS) this.#rows = ROWS;
    const list = at("lives");
    const rows = shown.slice(0, this.#rows);
    // A row is filled anew rather than made anew: the list keeps its elements and its height.
    while (list.childElementCount > rows.length) list.lastElementChild?.remove();
    rows.forEach((life, i) => fill(list.children[i] ?? list.appendChild(emptyRow()), life));
    at("lives-more").hidden = !this.lives.still || shown.length <= this.#rows;
    this.#showNote();
  }

  #showNote() {
    const { still, fresh, untold } = this.lives;
    const count = this.lives.shown.length;
    const note = count === 0 && untold === 0 ? words.lives.none : words.lives.note(count, untold);
    at("lives-note").textContent = still && !this.#paused ? `${note} · ${words.lives.still}` : note;
    const away = this.#paused || this.#list.scrollTop > 4;
    showText(at("lives-newer"), still && away ? words.lives.newer(fresh) : null);
    at("pause").setAttribute("aria-pressed", String(this.#paused));
  }

  get #hasFocus() {
    return this.#list.contains(document.activeElement);
  }

  /** @param {{paused?: boolean, pointed?: boolean}} why */
  #set({ paused = this.#paused, pointed = this.#pointed }) {
    [this.#paused, this.#pointed] = [paused, pointed];
    this.#settle();
  }

  #settle() {
    const still = this.#paused || this.#pointed || this.#list.scrollTop > 4;
    if (still === this.lives.still) return this.#showNote();
    this.lives.still = still;
    this.show();
  }

  #goOn() {
    this.#list.scrollTop = 0;
    [this.#paused, this.#pointed] = [false, false];
    this.lives.still = false;
    this.show();
  }

  #filters() {
    const fields = /** @type {const} */ ([["by-outcome", "outcome"], ["by-priority", "priority"], ["by-author", "author"]]);
    for (const [id, name] of fields) {
      at(id).addEventListener("input", (event) => {
        this.lives.filter({ [name]: /** @type {HTMLInputElement} */ (event.target).value });
        this.show();
      });
    }
  }

  /** @param {Event} event */
  #click(event) {
    const row = /** @type {Element} */ (event.target).closest(".life-row");
    const life = row && lifeOf.get(row);
    if (life) this.open(life);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const rows = /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(".life-row")]);
    const now = rows.findIndex((row) => row === document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, now + step))]?.focus();
  }
}

/** Which message a row shows now. @type {WeakMap<Element, Life>} */
const lifeOf = new WeakMap();

function emptyRow() {
  const row = element("li", "");
  const button = element("button", "life-row");
  button.setAttribute("type", "button");
  row.append(button);
  return row;
}

/** @param {Element} row @param {Life} life */
function fill(row, life) {
  const button = /** @type {HTMLElement} */ (row.firstElementChild);
  const look = `${document.documentElement.lang} ${isShadowed(life.user)}`;
  if (lifeOf.get(button) === life && button.dataset.look === look) return;
  lifeOf.set(button, life);
  button.dataset.look = look;
  button.lang = document.documentElement.lang;
  const first = element("span", "life-line");
  first.append(...named(life), element("bdi", "life-text", life.text || words.kind(life.kind)));
  const name = life.reason ? words.reasons[life.reason] ?? life.reason : words.outcomes[life.state] ?? life.state;
  const chip = element("span", `chip ${life.state}`);
  const sign = element("span", "sign", SIGNS[life.state] ?? "·");
  sign.setAttribute("aria-hidden", "true");
  chip.append(sign, name);
  const facts = [words.clock(life.at), words.kind(life.kind), words.priorities[life.priority] ?? life.priority, words.wait(Math.max(0, life.at - life.accepted))];
  button.replaceChildren(first, chip, element("span", "life-facts", facts.join(" · ")));
}
