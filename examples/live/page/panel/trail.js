/** The audit trail: what was done about people and messages, by whom and why, newest first. */

import { at, button, element, nickOf, showText } from "../common/dom.js";
import { saveAs } from "../common/save.js";
import { answer } from "./act.js";
import { named } from "./marks.js";
import { Records } from "./records.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {import("./records.js").AuditRecord} AuditRecord
 */

const ROWS = 50;

export class Trail {
  #records = new Records();
  #rows = ROWS;
  #shown = "lives";
  /** Since the list was last looked at. */ #fresh = 0;

  /**
   * @param {LiveRoom} room
   * @param {{choose: (user: string) => void, explain: (message: number) => void}} acts
   */
  constructor(room, acts) {
    this.room = room;
    this.acts = acts;
    at("trail-save").addEventListener("click", () => this.#save());
    at("trail-more").addEventListener("click", () => {
      this.#rows += ROWS;
      this.name();
    });
    for (const tab of this.#tabs) tab.addEventListener("click", () => this.#look(tab.dataset.list ?? "lives"));
  }

  /** After the language has changed, or who is marked. */
  name() {
    at("trail-list").replaceChildren(...this.#records.newest(this.#rows).map((record) => this.#row(record)));
    this.#note();
  }

  /** A connection that is not the one before: it is told all that there is. */
  clear() {
    this.#records.clear();
    this.#fresh = 0;
    this.name();
  }

  /** @param {any} frame an `audit` frame */
  take(frame) {
    const [before, fresh] = [this.#records.size, this.#records.take(frame)];
    const list = at("trail-list");
    // Rows that are there stay, so that none moves away under a finger but by the height of the new ones.
    if (before + fresh.length === this.#records.size) {
      list.prepend(...fresh.slice(-this.#rows).reverse().map((record) => this.#row(record)));
      while (list.childElementCount > this.#rows) list.lastElementChild?.remove();
      this.#note();
    } else {
      this.name();
    }
    // What was there before the panel was opened is no news.
    if (this.#shown !== "trail" && before > 0) this.#fresh += fresh.length;
    showText(at("trail-fresh"), this.#fresh > 0 ? words.number(this.#fresh) : null);
  }

  get #tabs() {
    return /** @type {HTMLElement[]} */ ([...at("looks").querySelectorAll("[data-list]")]);
  }

  /** @param {string} shown */
  #look(shown) {
    this.#shown = shown;
    for (const tab of this.#tabs) tab.setAttribute("aria-pressed", String(tab.dataset.list === shown));
    at("lives-box").hidden = shown !== "lives";
    at("trail-box").hidden = shown !== "trail";
    if (shown === "trail") this.#fresh = 0;
    showText(at("trail-fresh"), this.#fresh > 0 ? words.number(this.#fresh) : null);
  }

  #note() {
    const chain = this.#records.chain;
    const where = at("trail-chain");
    showText(where, chain === null ? null : words.staff.trail.chain(chain));
    where.dataset.tone = chain?.broken === undefined ? "good" : "bad";
    at("trail-none").hidden = this.#records.size > 0;
    at("trail-more").hidden = this.#records.size <= this.#rows;
  }

  /** @param {AuditRecord} record */
  #row(record) {
    const row = element("li", "act-row");
    const head = element("p", "act-head");
    head.append(element("span", "act-name", words.staff.trail.act(record)));
    for (const person of record.whom ?? []) head.append(" ", this.#who(person));
    const others = (record.whom_count ?? 0) - (record.whom ?? []).length;
    if (others > 0) head.append(" ", element("span", "", words.people.mutedMore(others)));
    const facts = element("p", "help act-facts");
    const by = record.by ? nickOf({ ...record.by, nick: record.by.nick ?? "" }) : "";
    facts.append(element("span", "tabular", words.clock(record.at)), " · ", element("bdi", "", words.staff.trail.by(record.role, by)));
    for (const fact of words.staff.trail.facts(record, record.at)) facts.append(" · ", element("bdi", "", fact));
    for (const message of record.messages ?? []) {
      facts.append(" · ", button("link", words.staff.trail.message(message), () => this.acts.explain(message)));
    }
    row.append(head, facts);
    return row;
  }

  /** @param {import("./records.js").Person} person */
  #who(person) {
    const who = button("link", "", () => this.acts.choose(person.user));
    who.append(...named(person));
    return who;
  }

  /** The records word for word, so that whoever has them can verify them too. */
  async #save() {
    const where = at("trail-answer");
    try {
      const { text, chain } = await this.room.do("audit");
      this.#records.take({ chain });
      this.#note();
      const name = `audit-${this.room.welcome?.group?.id ?? "room"}-${new Date(this.room.now()).toISOString().slice(0, 10)}.jsonl`;
      saveAs(new Blob([text], { type: "application/x-ndjson" }), name);
      answer(where, words.staff.trail.saved(chain.records), "good");
    } catch (problem) {
      answer(where, words.problem(/** @type {any} */ (problem)), "bad");
    }
  }
}
