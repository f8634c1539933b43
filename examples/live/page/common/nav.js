/**
 * The head of every page: the rooms as tabs, the language, light or dark, and help.
 *
 * ```js
 * const nav = new Nav(at("nav"), { current: "live", help: () => help.showModal() });
 * room.addEventListener("welcome", ({ detail }) => nav.showRooms(detail.rooms ?? []));
 * ```
 */

import { button, element, icon } from "./dom.js";
import { browser } from "./store.js";
import { language, onSpeak, speak, words } from "./words.js";

/** @typedef {{id: string, name: string, kind: "show"|"class"}} Room */
/** @typedef {"system"|"light"|"dark"} Theme */

/** Until the host has said which rooms there are. @type {Room[]} */
const ROOMS = [
  { id: "live", name: "Live", kind: "show" },
  { id: "class", name: "Large class", kind: "class" },
  { id: "seminar", name: "Small class", kind: "class" },
];
/** @type {Record<Theme, Theme>} */
const NEXT = { system: "dark", dark: "light", light: "system" };

/** Where a room is, from any page of the host. @param {Room} room */
export const addressOf = ({ id, kind }) =>
  kind === "class" ? `board?group=${encodeURIComponent(id)}` : id === "live" ? "./" : `./?group=${encodeURIComponent(id)}`;

export class Nav {
  #rooms = ROOMS;
  #tabs = element("ul", "tabs");
  #theme;
  #language;
  #help;

  /**
   * @param {HTMLElement} root
   * @param {{current: string, help?: () => void}} options
   */
  constructor(root, { current, help }) {
    this.current = current;
    this.root = root;
    this.#theme = button("tool", "", () => this.#turn());
    this.#language = button("tool language", "", () => speak(language === "zh" ? "en" : "zh"));
    this.#help = help && button("tool help", "?", help);
    const tools = element("div", "tools");
    tools.append(this.#language, this.#theme, ...(this.#help ? [this.#help] : []));
    root.append(this.#tabs, tools);
    onSpeak(() => this.#show());
  }

  /** @param {Room[]} rooms */
  showRooms(rooms) {
    if (rooms.length === 0 || JSON.stringify(rooms) === JSON.stringify(this.#rooms)) return;
    this.#rooms = rooms;
    this.#show();
  }

  /** @returns {Theme} */
  get theme() {
    return /** @type {Theme} */ (document.documentElement.dataset.theme ?? "system");
  }

  #turn() {
    const next = NEXT[this.theme];
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    browser.write("theme", next);
    this.#show();
  }

  #show() {
    this.root.setAttribute("aria-label", words.page.rooms);
    this.#tabs.replaceChildren(...this.#rooms.map((room) => this.#tab(room)));
    const theme = `${words.page.theme}: ${words.themes[this.theme]}`;
    this.#theme.replaceChildren(icon(this.theme));
    this.#theme.setAttribute("aria-label", theme);
    this.#theme.title = theme;
    // The button is named in the language that it leads to.
    this.#language.textContent = language === "zh" ? "EN" : "中文";
    this.#language.lang = language === "zh" ? "en" : "zh-Hans";
    this.#language.setAttribute("aria-label", language === "zh" ? "EN: English" : "中文");
    this.#help?.setAttribute("aria-label", `? ${words.page.help}`);
    if (this.#help) this.#help.title = words.page.help;
  }

  /** @param {Room} room */
  #tab(room) {
    const tab = element("a", "tab", words.rooms[room.id] ?? room.name);
    tab.setAttribute("href", addressOf(room));
    if (room.id === this.current) tab.setAttribute("aria-current", "page");
    const item = element("li", "");
    item.append(tab);
    return item;
  }
}
