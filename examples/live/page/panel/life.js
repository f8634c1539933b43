/** The life of one message as a timeline in plain words, as the engine itself explains it. */

import { at, button, element } from "../common/dom.js";
import { named } from "./marks.js";
import { words } from "./words.js";

/**
 * @typedef {import("../liveroom.js").LiveRoom} LiveRoom
 * @typedef {import("./lives.js").Life} Life
 */

export class LifeDialog {
  #dialog = /** @type {HTMLDialogElement} */ (at("life"));
  /** A slow answer about another message must not appear in this one's place. */ #asked = 0;

  /** @param {LiveRoom} room @param {(user: string, message: number) => void} choose */
  constructor(room, choose) {
    this.room = room;
    this.choose = choose;
    at("life-close").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
  }

  /** @param {Partial<Life> & {message: number}} life what the panel knows already, if only its number */
  async open(life) {
    this.#asked += 1;
    const asked = this.#asked;
    this.#show(life, [], words.acts.working);
    if (!this.#dialog.open) this.#dialog.showModal();
    try {
      const { life: told } = await this.room.do("explain", { message: life.message });
      // Of somebody who has left the host tells no nick any more; the list had one.
      if (asked === this.#asked) this.#show({ ...life, ...told, nick: told?.nick || life.nick }, told?.steps ?? [], "");
    } catch (problem) {
      const { code } = /** @type {any} */ (problem);
      const text = code === "unknown" ? words.life.gone : words.problem(/** @type {any} */ (problem));
      if (asked === this.#asked) this.#show(life, [], text);
    }
  }

  /** @param {any} life @param {any[]} steps @param {string} note */
  #show(life, steps, note) {
    const said = element("blockquote", "life-said");
    const known = Number.isFinite(life.accepted);
    said.append(element("bdi", "", life.text || (known ? words.kind(life.kind) : words.life.number)));
    const line = element("ol", "timeline");
    if (known) line.append(step("accepted", words.life.accepted, words.clock(life.accepted)));
    if (life.rules?.length > 0) line.append(step("rules", words.life.rules(life.rules), ""));
    for (const one of steps) {
      if (one.step === "accepted") continue;
      line.append(step(one.step, words.life.step(one, life.accepted), ""));
      if (one.last?.length > 0) line.append(step("last", words.life.lastBefore(one.last.map(outranker).join(", ")), ""));
    }
    const after = Number.isFinite(life.at) ? words.life.after(words.wait(Math.max(0, life.at - life.accepted))) : "";
    if (known) line.append(step(life.state, words.life.end(life), after));
    const parts = [this.#facts(life), said, line];
    if (note) parts.push(element("p", "help", note));
    if (life.user) {
      parts.push(button("quiet", words.life.look, () => {
        this.#dialog.close();
        this.choose(life.user, life.message);
      }));
    }
    at("life-body").replaceChildren(...parts);
  }

  /** @param {any} life */
  #facts(life) {
    const facts = element("dl", "facts");
    const author = element("dd", "");
    author.append(...named(life));
    const known = Number.isFinite(life.accepted);
    if (known) facts.append(element("dt", "", words.life.author), author);
    const about = known ? [[words.life.kind, words.kind(life.kind)], [words.life.priority, words.priorities[life.priority] ?? life.priority]] : [];
    for (const [name, value] of [...about, [words.life.number, words.number(life.message)]]) {
      facts.append(element("dt", "", name), element("dd", "", value));
    }
    return facts;
  }
}

/** @param {{message: number, user: string|null, nick?: string}} one */
const outranker = ({ message, user, nick }) => `${words.number(message)} (${nick || (user ?? words.life.app)})`;

/** @param {string} kind @param {string} text @param {string} time */
function step(kind, text, time) {
  const row = element("li", `step ${kind}`);
  row.append(element("span", "step-text", text), element("span", "step-time tabular", time));
  return row;
}
