/** Who was seen in the room while the panel was open, so that they can be found by name. */

/** @typedef {{user: string, nick: string}} Person */

const MOST = 5_000;

export class Seen {
  /** The one seen last stands last. @type {Map<string, string>} */ #nicks = new Map();

  constructor(most = MOST) {
    this.most = most;
  }

  /** @param {{user?: string|null, nick?: string}} one */
  see({ user, nick }) {
    if (user == null || user === "") return;
    const known = nick || this.#nicks.get(user) || "";
    this.#nicks.delete(user);
    this.#nicks.set(user, known);
    if (this.#nicks.size > this.most) this.#nicks.delete(this.#nicks.keys().next().value ?? "");
  }

  /** @param {string} user @returns {string} the nick, or the id where there is none */
  nickOf(user) {
    return this.#nicks.get(user) || user;
  }

  /**
   * Those whose nick or id holds the words; who begins with them comes first, then who was seen last.
   * @param {string} words
   * @param {number} [most]
   * @returns {Person[]}
   */
  find(words, most = 8) {
    const wanted = words.trim().toLocaleLowerCase();
    const all = [...this.#nicks].reverse().map(([user, nick]) => ({ user, nick: nick || user }));
    const place = (/** @type {Person} */ { user, nick }) => {
      const names = [nick.toLocaleLowerCase(), user.toLocaleLowerCase()];
      if (names.includes(wanted)) return 0;
      if (names.some((name) => name.startsWith(wanted))) return 1;
      return names.some((name) => name.includes(wanted)) ? 2 : 3;
    };
    const found = [0, 1, 2].map((wantedPlace) => all.filter((one) => place(one) === wantedPlace));
    return found.flat().slice(0, most);
  }
}
