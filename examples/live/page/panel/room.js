/** What concerns everybody: silence, a notice, the room's profile, and its end. */

import { at, showText } from "../common/dom.js";
import { answer, counted, onSubmit, showLeft, tell } from "./act.js";
import { words } from "./words.js";

/** @typedef {import("../liveroom.js").LiveRoom} LiveRoom */

const PROFILE = /** @type {const} */ (["name", "introduction", "notification"]);

export class RoomActs {
  #muteAll = false;
  /** As the room has it; what is typed and not saved yet differs. @type {Record<string, string>} */ #profile = {};
  #fields = Object.fromEntries(PROFILE.map((name) => [name, counted(name)]));
  #notice = /** @type {HTMLTextAreaElement} */ (at("notice"));
  #endName = /** @type {HTMLInputElement} */ (at("end-name"));

  /** @param {LiveRoom} room */
  constructor(room) {
    this.room = room;
    at("mute-all").addEventListener("click", () => this.#switch());
    onSubmit("notice-form", () => this.#tellAll());
    onSubmit("profile-form", () => this.#save());
    onSubmit("end-form", () => this.#end());
    this.#endName.addEventListener("input", () => this.#showEnd());
  }

  /** After the language has changed. */
  name() {
    for (const field of Object.values(this.#fields)) showLeft(field);
    this.#showMuteAll();
    this.#showEnd();
  }

  /** The room's profile, whole or what has changed of it. @param {Record<string, any>} profile */
  profile(profile) {
    for (const name of PROFILE) {
      const value = profile[name];
      if (typeof value !== "string" || value === this.#profile[name]) continue;
      const field = this.#fields[name];
      // What the owner is typing is not pulled away; what they left alone follows the room.
      if (field.value === (this.#profile[name] ?? "")) field.value = value;
      this.#profile[name] = value;
      showLeft(field);
    }
    this.#showEnd();
  }

  /** @param {boolean} on */
  muteAll(on) {
    if (on === this.#muteAll) return;
    this.#muteAll = on;
    this.#showMuteAll();
  }

  #showMuteAll() {
    at("mute-all").setAttribute("aria-checked", String(this.#muteAll));
    showText(at("mute-all-on"), this.#muteAll ? words.acts.on : null);
  }

  #switch() {
    const on = !this.#muteAll;
    tell(at("room-answer"), this.room.do("mute_all", { on }), () => (on ? words.acts.muteAllOn : words.acts.muteAllOff));
  }

  async #tellAll() {
    const text = this.#notice.value.trim();
    if (text === "") return this.#notice.focus();
    const told = await tell(at("room-answer"), this.room.do("notice", { text }), () => words.acts.noticeSent);
    if (told) this.#notice.value = "";
  }

  #save() {
    const changed = PROFILE.filter((name) => this.#fields[name].value !== (this.#profile[name] ?? ""));
    if (changed.length === 0) return answer(at("profile-answer"), () => words.acts.nothingNew, "");
    const fields = Object.fromEntries(changed.map((name) => [name, this.#fields[name].value]));
    tell(at("profile-answer"), this.room.do("profile", fields), () => words.acts.saved);
  }

  get #roomName() {
    return this.#profile.name || this.room.welcome?.group?.id || "";
  }

  #showEnd() {
    at("end-label").textContent = words.acts.endLabel(this.#roomName);
    /** @type {HTMLButtonElement} */ (at("end-sure")).disabled = this.#endName.value.trim() !== this.#roomName;
  }

  #end() {
    if (this.#endName.value.trim() !== this.#roomName) return;
    this.#endName.value = "";
    this.#showEnd();
    tell(at("end-answer"), this.room.do("disband"), () => words.acts.ended);
  }
}
