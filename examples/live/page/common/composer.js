/**
 * Where one writes, and what stands over it while the room does not let one.
 */

import { at, showCounted, showText } from "./dom.js";
import { onSpeak, words } from "./words.js";

/** @typedef {import("../liveroom.js").Until} Until */

/** Until the host says otherwise: 8,000 bytes, the engine's default. */
const MESSAGE_BYTES = 8_000;
const encoder = new TextEncoder();

export class Composer {
  /** @type {HTMLInputElement} */ #message = at("message");
  /** @type {{muted: Until|null, muteAll: boolean, applied: boolean, raid: number|null}} */
  #bars = { muted: null, muteAll: false, applied: false, raid: null };
  /** @type {number|undefined} */ #timer;

  /** @param {import("../liveroom.js").LiveRoom} room @param {(text: string) => void} send */
  constructor(room, send) {
    this.room = room;
    this.#message.addEventListener("input", () => this.#fits());
    at("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#message.value.trim();
      if (text === "" || !this.#fits()) return;
      send(text);
      this.#message.value = "";
    });
    onSpeak(() => {
      this.#fits();
      this.#show();
    });
  }

  focus() {
    this.#message.focus();
  }

  /** Gives words back, to be written otherwise. @param {string} text */
  edit(text) {
    this.#message.value = text;
    this.#message.focus();
    this.#fits();
  }

  /** @param {Partial<{muted: Until|null, muteAll: boolean, applied: boolean, raid: number|null}>} bars */
  bar(bars) {
    Object.assign(this.#bars, bars);
    clearInterval(this.#timer);
    if (typeof this.#bars.muted === "number" || this.#bars.raid !== null) this.#timer = setInterval(() => this.#pass(), 1_000);
    this.#show();
  }

  /** @param {Until|null} until */
  mute(until) {
    this.bar({ muted: until });
  }

  /** Time goes by. */
  #pass() {
    const now = this.room.now();
    const { muted, raid } = this.#bars;
    this.bar({ muted: typeof muted === "number" && now >= muted ? null : muted, raid: raid !== null && now >= raid ? null : raid });
  }

  /** Whether it is short enough. @returns {boolean} */
  #fits() {
    const most = this.room.welcome?.limits?.message_bytes ?? MESSAGE_BYTES;
    const over = encoder.encode(this.#message.value).length - most;
    showText(at("over"), over > 0 ? words.tooLongBy(over) : null);
    return over <= 0;
  }

  #show() {
    const staff = ["owner", "admin"].includes(this.room.welcome?.me?.role);
    const bar = words.bars({ ...this.#bars, muteAll: this.#bars.muteAll && !staff }, this.room.now());
    showCounted(at("banner"), bar?.text ?? null, bar?.left);
  }
}
