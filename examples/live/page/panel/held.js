/** Messages that wait for the owner's decision, the most urgent first. */

import { at, button, element, showText } from "../common/dom.js";
import { answer, clear } from "./act.js";
import { named } from "./marks.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {{ticket: number, message: any, cause?: string, word?: string, expires: number}} Ask
 */

/** More cards than anybody looks at; those behind move up. */
const MOST_CARDS = 12;
/** Nobody has read what came so little before they answer all. */
const READ_MS = 1_000;
/** What a key decides about the card that has the focus. */
const KEYS = /** @type {Record<string, string>} */ ({ a: "allow", r: "reject", d: "discard" });
/** A click so soon after the cards moved was meant for the one that stood there. */
const SETTLE_MS = 400;

const SVG = "http://www.w3.org/2000/svg";

export class Held {
  /** In the order in which they expire, which is the order in which they came. @type {Map<number, {ask: Ask, card: HTMLElement|null, came: number}>} */
  #open = new Map();
  #movedAt = 0;

  /** @param {LiveRoom} room @param {(user: string, message: number) => void} choose */
  constructor(room, choose) {
    this.room = room;
    this.choose = choose;
    this.list = at("held");
    setInterval(() => this.#countDown(), 500);
    this.list.addEventListener("pointerleave", () => this.#sweep());
    this.list.addEventListener("keydown", (event) => this.#key(event));
    for (const decision of /** @type {const} */ (["allow", "reject"])) at(`held-${decision}-all`).addEventListener("click", () => this.#decideAll(decision));
  }

  /** @param {Ask} ask */
  ask(ask) {
    if (this.#open.has(ask.ticket)) return;
    this.#open.set(ask.ticket, { ask, card: null, came: this.room.now() });
    // Whoever does not see the page is called once, and not for each of a flood.
    if (this.#open.size === 1) at("alerts").textContent = words.held.told(1);
    this.#show();
  }

  /** It is no longer open. @param {{ticket: number}} asked */
  asked({ ticket }) {
    const open = this.#open.get(ticket);
    if (!open) return;
    const { card } = open;
    const had = card?.contains(document.activeElement) ?? false;
    this.#open.delete(ticket);
    if (card && !had && this.list.matches(":hover")) {
      // Cards do not move away under a hand that is about to decide.
      card.classList.add("spent");
      for (const button of card.querySelectorAll("button")) button.disabled = true;
      /** @type {HTMLElement} */ (card.querySelector(".held-left")).textContent = words.held.over;
    } else {
      card?.remove();
      this.#movedAt = Date.now();
    }
    this.#show();
    // Whoever decides one after the other by keyboard goes on with the next.
    const next = this.list.querySelector(".held-acts button:enabled");
    if (had && next instanceof HTMLElement) next.focus();
  }

  #sweep() {
    for (const card of this.list.querySelectorAll(".spent")) card.remove();
  }

  /** A connection that was made anew is told all that are open. */
  clear() {
    this.#open.clear();
    this.list.replaceChildren();
    this.#show();
  }

  /** After the language has changed. */
  name() {
    for (const open of this.#open.values()) open.card = null;
    this.list.replaceChildren();
    this.#show();
  }

  #show() {
    const all = [...this.#open.values()];
    for (const open of all.slice(0, MOST_CARDS)) {
      if (open.card) continue;
      open.card = this.#card(open.ask);
      this.list.append(open.card);
    }
    const behind = all.length - Math.min(all.length, MOST_CARDS);
    at("held-none").hidden = all.length > 0;
    const shown = Math.min(all.length, MOST_CARDS);
    at("held-all").hidden = shown < 2;
    at("held-allow-all").textContent = words.held.allowAll(shown);
    at("held-reject-all").textContent = words.held.rejectAll(shown);
    showText(at("held-more"), behind > 0 ? words.held.more(behind) : null);
    for (const id of ["held-count", "held-badge"]) showText(at(id), all.length > 0 ? words.number(all.length) : null);
    this.#countDown();
  }

  /** @param {Ask} ask */
  #card({ ticket, message, word, cause }) {
    const card = element("li", "held-card");
    const who = button("link", "", () => this.choose(message.user ?? "", message.message));
    who.append(...named(message));
    const head = element("p", "held-head");
    head.append(who, element("span", "held-cause", words.held.cause(word ?? (cause === "filter" ? "…" : ""))), element("span", "held-left tabular"));
    const text = element("p", "held-text");
    text.append(element("bdi", "", message.text || words.lives.noText));
    const why = /** @type {HTMLInputElement} */ (element("input", "held-why"));
    why.setAttribute("aria-label", words.held.why);
    why.placeholder = words.held.whyHint;
    why.maxLength = 120;
    const decide = (/** @type {string} */ decision) => {
      if (Date.now() - this.#movedAt >= SETTLE_MS) this.#decide(ticket, decision, why.value.trim());
    };
    why.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && decide("reject"));
    const acts = element("div", "held-acts");
    acts.append(
      choice("primary", "allow", () => decide("allow")),
      why,
      choice("quiet danger", "reject", () => decide("reject")),
      choice("quiet", "discard", () => decide("discard")),
    );
    card.append(head, text, gauge(), acts);
    return card;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const decision = KEYS[event.key.toLowerCase()];
    const target = /** @type {HTMLElement} */ (event.target);
    if (decision === undefined || target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const card = target.closest(".held-card");
    const [ticket] = [...this.#open].find(([, open]) => open.card === card) ?? [];
    if (ticket !== undefined) this.#decide(ticket, decision, /** @type {HTMLInputElement} */ (card?.querySelector(".held-why")).value.trim());
  }

  /** Whatever has a card, and had it long enough to be read. @param {string} decision */
  #decideAll(decision) {
    const read = this.room.now() - READ_MS;
    const those = [...this.#open].filter(([, { card, came }]) => card !== null && !card.classList.contains("deciding") && came <= read);
    for (const [ticket, { card }] of those) {
      const why = /** @type {HTMLInputElement|null|undefined} */ (card?.querySelector(".held-why"));
      this.#decide(ticket, decision, why?.value.trim() ?? "");
    }
  }

  /** @param {number} ticket @param {string} decision @param {string} why */
  async #decide(ticket, decision, why) {
    const card = this.#open.get(ticket)?.card;
    card?.classList.add("deciding");
    try {
      await this.room.do("answer", { ticket, decision, why: decision === "reject" && why !== "" ? why : undefined });
      clear(at("held-answer"));
      this.asked({ ticket });
    } catch (problem) {
      card?.classList.remove("deciding");
      answer(at("held-answer"), () => words.problem(/** @type {any} */ (problem)), "bad");
    }
  }

  #countDown() {
    const now = this.room.now();
    for (const { ask, card, came } of this.#open.values()) {
      if (!card) continue;
      const left = Math.max(0, ask.expires - now);
      const text = /** @type {HTMLElement} */ (card.querySelector(".held-left"));
      text.textContent = words.held.left(Math.ceil(left / 1_000));
      card.classList.toggle("urgent", left < 6_000);
      card.querySelector(".gauge-part")?.setAttribute("width", String((100 * left) / Math.max(1, ask.expires - came)));
    }
  }
}

/** A button that a key presses too. @param {string} look @param {"allow"|"reject"|"discard"} decision @param {() => void} act */
function choice(look, decision, act) {
  const made = button(look, words.held[decision], act);
  const [key] = Object.entries(KEYS).find(([, one]) => one === decision) ?? [""];
  made.setAttribute("aria-keyshortcuts", key);
  made.title = `${words.held[decision]} (${key.toUpperCase()})`;
  return made;
}

/** How much of the time is left. */
function gauge() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "gauge");
  svg.setAttribute("viewBox", "0 0 100 4");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const name of ["gauge-all", "gauge-part"]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", name);
    rect.setAttribute("width", "100");
    rect.setAttribute("height", "4");
    svg.append(rect);
  }
  return svg;
}
