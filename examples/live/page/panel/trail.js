/** The audit trail: what was done about people and messages, by whom and why, newest first. */

import { at, button, element, nickOf, showText } from "../common/dom.js";
import { saveAs } from "../common/save.js";
import { answer } from "./act.js";
import { named } from "./marks.js";
import { Records, isOfPeople, summed } from "./records.js";
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
  /** Whether only what people did is listed: in a busy room most is what nobody decided in time. */ #ofPeople = true;

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
      this.#show();
    });
    at("trail-people").addEventListener("click", () => this.#filter(true));
    at("trail-all").addEventListener("click", () => this.#filter(false));
    for (const tab of this.#tabs) tab.addEventListener("click", () => this.#look(tab.dataset.list ?? "lives"));
  }

  /** After the language has changed, or who is marked. */
  name() {
    for (const [ofPeople, id] of /** @type {const} */ ([[true, "trail-people"], [false, "trail-all"]])) at(id).setAttribute("aria-pressed", String(ofPeople === this.#ofPeople));
    at("trail-list").replaceChildren();
    this.#show();
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
    this.#show();
    // What was there before the panel was opened is no news.
    if (this.#shown !== "trail" && before > 0) this.#fresh += fresh.filter((record) => !this.#ofPeople || isOfPeople(record)).length;
    showText(at("trail-fresh"), this.#fresh > 0 ? words.number(this.#fresh) : null);
  }

  /** Rows that are there stay, so that none moves away under a finger but by the height of the new ones. */
  #show() {
    const all = this.#records.lines(this.#ofPeople);
    const lines = all.slice(0, this.#rows);
    const keys = new Set(lines.map(({ key }) => key));
    const list = at("trail-list");
    for (const row of /** @type {HTMLElement[]} */ ([...list.children])) if (!keys.has(row.dataset.key ?? "")) row.remove();
    let next = /** @type {HTMLElement|null} */ (list.firstElementChild);
    for (const line of lines) {
      if (next?.dataset.key === line.key) next = /** @type {HTMLElement|null} */ (next.nextElementSibling);
      else list.insertBefore(this.#row(line), next);
    }
    at("trail-none").textContent = this.#ofPeople ? words.page.trailNone : words.staff.trail.none;
    at("trail-none").hidden = all.length > 0;
    at("trail-more").hidden = all.length <= this.#rows;
    this.#note();
  }

  /** @param {boolean} ofPeople */
  #filter(ofPeople) {
    [this.#ofPeople, this.#rows] = [ofPeople, ROWS];
    this.name();
  }

  get #tabs() {
    return /** @type {HTMLElement[]} */ ([...at("looks").querySelectorAll("[data-list]")]);
  }

  /** @param {string} shown */
  #look(shown) {
    this.#shown = shown;
    at("trail-people").addEventListener("click", () => this.#filter(true));
    at("trail-all").addEventListener("click", () => this.#filter(false));
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
  }

  /** @param {import("./records.js").Line} line */
  #row(line) {
    const [record, count, since] = [summed(line), line.records.length, line.records[0].at];
    const row = element("li", "act-row");
    row.dataset.key = line.key;
    const head = element("p", "act-head");
    head.append(element("span", "act-name", count > 1 ? words.staff.trail.silences(count) : words.staff.trail.act(record)));
    for (const person of record.whom ?? []) head.append(" ", this.#who(person));
    const others = (record.whom_count ?? 0) - (record.whom ?? []).length;
    if (others > 0) head.append(" ", element("span", "", words.people.mutedMore(others)));
    const tail = words.staff.trail.tail(record);
    if (tail && count === 1) head.append(element("span", "act-tail", tail));
    const facts = element("p", "help act-facts");
    const by = record.by ? nickOf({ ...record.by, nick: record.by.nick ?? "" }) : "";
    const when = count > 1 ? `${words.clock(since)} – ${words.clock(record.at)}` : words.clock(record.at);
    facts.append(element("span", "tabular", when), " · ", element("bdi", "", words.staff.trail.by(record.role, by)));
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
      answer(where, () => words.staff.trail.saved(chain.records), "good");
    } catch (problem) {
      answer(where, () => words.problem(/** @type {any} */ (problem)), "bad");
    }
  }
}
