/** The list of filter words: written here, judged and put in force by the host. */

import { at, element } from "../common/dom.js";
import { answer, onSubmit, tell } from "./act.js";
import { bytesOf, countList, lineNamed, lineSpan } from "./list.js";
import { PreviewList } from "./preview.js";
import { words } from "./words.js";

/** @typedef {import("../liveroom.js").LiveRoom} LiveRoom */

/** A frame has 32,768 bytes; some of them are the frame's own. */
const MOST_BYTES = 32_000;

export class FilterActs {
  #list = /** @type {HTMLTextAreaElement} */ (at("words"));

  /** Whether the owner has begun to write: then what the host says no longer takes its place. */
  #begun = false;

  #preview = new PreviewList();

  /** @param {LiveRoom} room */
  constructor(room) {
    this.room = room;
    at("words-preview").addEventListener("click", () => this.#ask());
    this.#list.addEventListener("input", () => {
      this.#begun = true;
      this.#preview.show(null);
      this.#count();
    });
    at("words-sample").addEventListener("click", () => {
      this.#list.setRangeText(words.list.sample, 0, 0, "end");
      this.#list.focus();
      this.#count();
    });
    onSubmit("words-form", () => this.#putInForce());
  }

  /** Shows the list that is in force. */
  async load() {
    const { text } = await this.room.do("words");
    if (this.#begun || typeof text !== "string") return;
    this.#list.value = text;
    this.#count();
  }

  /** The list as it is written; `null` if it is too long to be tried. */
  get written() {
    return this.#count() ? this.#list.value : null;
  }

  /** After the language has changed. */
  name() {
    this.#count();
    this.#preview.name();
    const syntax = words.list.syntax.flatMap(([form, meaning]) => {
      const term = element("dt", "");
      term.append(element("code", "", form));
      return [term, element("dd", "", meaning)];
    });
    at("syntax").replaceChildren(...syntax);
  }

  /** @param {any} frame a `panel` frame */
  take(frame) {
    const text = words.list.now(frame.words?.terms ?? 0);
    if (at("words-now").textContent !== text) at("words-now").textContent = text;
  }

  #count() {
    const count = countList(this.#list.value);
    // JSON writes line ends and quotes with two characters, so what counts is the text as it is sent.
    const sent = bytesOf(JSON.stringify(this.#list.value));
    at("words-count").textContent = words.list.count({ ...count, bytes: sent }, MOST_BYTES);
    at("words-count").classList.toggle("bad", sent > MOST_BYTES);
    return sent <= MOST_BYTES;
  }

  /** Looks what the list would have met, and puts nothing in force. */
  async #ask() {
    const where = at("words-answer");
    this.#list.removeAttribute("aria-invalid");
    if (!this.#count()) return answer(where, () => words.list.tooLong, "bad");
    const order = this.room.do("preview", { text: this.#list.value });
    order.catch((problem) => this.#pointAt(problem));
    if (!(await tell(where, order, null, (problem) => this.#wrong(problem)))) return this.#preview.show(null);
    this.#preview.show((await order).preview ?? null, this.room.now());
  }

  async #putInForce() {
    const where = at("words-answer");
    this.#list.removeAttribute("aria-invalid");
    if (!this.#count()) return answer(where, () => words.list.tooLong, "bad");
    const text = this.#list.value;
    const order = this.room.do("words", { text });
    order.catch((problem) => this.#pointAt(problem));
    await tell(where, order, (frame) => words.list.inForce(frame.terms ?? countList(text).terms), (problem) => this.#wrong(problem));
  }

  /** @param {any} problem */
  #wrong(problem) {
    return problem.code === "words" ? words.list.wrong(problem.why, lineNamed(problem.why)) : words.problem(problem);
  }

  /** Shows the line that cannot stand. @param {any} problem */
  #pointAt(problem) {
    if (problem.code !== "words") return;
    const line = lineNamed(problem.why);
    this.#list.setAttribute("aria-invalid", "true");
    if (line === null) return;
    this.#list.focus();
    this.#list.setSelectionRange(...lineSpan(this.#list.value, line));
    // A selection scrolls into sight only where the browser feels like it.
    const lineHeight = parseFloat(getComputedStyle(this.#list).lineHeight) || 20;
    this.#list.scrollTop = Math.max(0, (line - 3) * lineHeight);
  }
}
