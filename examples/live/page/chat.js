/**
 * The chat pane: what everybody said, what happened, and the plain word about one's own messages.
 *
 * Every word that came over the wire gets into the page through `textContent` and no other way.
 * The list keeps its last rows only, and follows the newest unless its reader scrolled back.
 */

import { hasEnded } from "./liveroom.js";
import * as words from "./words.js";

/**
 * @typedef {import("./liveroom.js").Entry} Entry
 * @typedef {import("./liveroom.js").Sent} Sent
 * @typedef {import("./words.js").Word} Word
 */

/** More than anybody scrolls back to in a room that never stands still. */
const MAX_ROWS = 200;
/** While somebody reads further up, rows are not pulled away under their eyes so soon. */
const MAX_ROWS_READING = 600;
/** What ends sooner never shows as pending: a flicker tells nobody anything. */
const PENDING_AFTER_MS = 250;
/** A delivered message that has not come back so long after is shown from what was sent. */
const ASSUME_SHOWN_MS = 2_000;
/** How long the same sender's same gifts, and joins in a row, are told in one row. */
const MERGE_WITHIN_MS = 6_000;
/** Messages that did not make it stand above the composer until dismissed; the oldest of more goes. */
const MAX_FAILED = 2;
const MAX_OWN = 128;
/** A screen reader is told at most so often, and then of all together. */
const ANNOUNCE_EVERY_MS = 4_000;

const HUES = 12;

/** A colour of its own for each user, by the id, which nobody can choose to look like another's nick. @param {string} id */
export function hue(id) {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return `hue-${hash % HUES}`;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** One entry that cannot be shown does not hide the others. @param {Entry[]} entries @param {(entry: Entry) => void} act */
export function each(entries, act) {
  for (const entry of entries) {
    try {
      act(entry);
    } catch (problem) {
      console.warn("an entry could not be shown", entry?.seq, problem);
    }
  }
}

/** @param {string} name of a symbol in the page */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** What the sender of an entry is called: the app has no user, and a nick may be empty. @param {Entry} entry */
export const nickOf = (entry) => entry.nick || entry.user || words.nobody;

/**
 * What a gift's data says, within bounds, whatever stands there.
 * @param {string|undefined} data
 */
export function giftOf(data) {
  try {
    const { gift, n } = JSON.parse(data ?? "");
    const count = Number.isInteger(n) ? Math.min(99, Math.max(1, n)) : 1;
    return { gift: Object.hasOwn(words.GIFTS, gift) ? String(gift) : "", n: count };
  } catch {
    return { gift: "", n: 1 };
  }
}

export class Chat {
  #fresh = 0;
  #following = true;
  /** @type {{key: string, row: HTMLElement, body: HTMLElement, count: number, names: string[], at: number}|null} */
  #last = null;
  /** @type {Map<number, {pending: HTMLElement|null, row: HTMLElement|null, timer: number|undefined}>} */
  #own = new Map();
  /** @type {string[]} */ #unheard = [];
  #unheardCount = 0;

  /**
   * @param {{log: HTMLElement, rows: HTMLElement, pending: HTMLElement, newer: HTMLElement, announcer: HTMLElement}} places
   * @param {{now: () => number, self: () => Partial<Entry>, sendAgain: (sent: Sent) => void, edit: (text: string) => void, alert: (text: string) => void}} acts
   */
  constructor(places, acts) {
    this.places = places;
    this.acts = acts;
    places.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    places.newer.addEventListener("click", () => {
      this.follow();
      places.log.focus({ preventScroll: true });
    });
    new ResizeObserver(() => this.#settle()).observe(places.log);
    setInterval(() => this.#announce(), ANNOUNCE_EVERY_MS);
  }

  /** Shows entries in their order. @param {Entry[]} entries */
  add(entries) {
    each(entries, (entry) => this.#entry(entry));
    this.#settle();
  }

  /** A line of the page's own: something missed, a notice for oneself. @param {string} text @param {string} tone */
  note(text, tone = "") {
    const row = element("li", `row note ${tone}`);
    row.append(element("span", "words", text));
    this.#append(row);
    this.#hear(text);
    this.#settle();
  }

  /** Tells the author where a message of theirs stands. @param {Sent} sent */
  tell(sent) {
    const own = this.#own.get(sent.random) ?? { pending: null, row: null, timer: undefined };
    this.#own.set(sent.random, own);
    // Those that never come back would stay; the oldest is the least likely to come back yet.
    if (this.#own.size > MAX_OWN) this.#own.delete([...this.#own.keys()][0]);
    clearTimeout(own.timer);
    if (!hasEnded(sent)) {
      if (own.pending) this.#fillPending(own.pending, sent);
      else own.timer = setTimeout(() => this.#showPending(sent), this.#pendingPause(sent));
      return;
    }
    if (sent.state === "delivered" && !sent.entry) {
      if (own.pending) this.#fillPending(own.pending, sent);
      own.timer = setTimeout(() => this.#conclude(sent), ASSUME_SHOWN_MS);
      return;
    }
    this.#conclude(sent);
  }

  /** Goes to the newest row and stays there. */
  follow() {
    this.#following = true;
    this.#settle();
  }

  // -- Rows -----------------------------------------------------------------------------------

  /** @param {Entry} entry */
  #entry(entry) {
    if (entry.type === "message") this.#message(entry);
    else if (entry.type === "tip") this.#tip(entry);
    else if (entry.type === "notice") this.#notice(entry);
    else if (entry.type === "emptied") this.#append(emptiedRow());
  }

  /** @param {Entry} entry */
  #message(entry) {
    if (entry.kind === "like" || entry.kind === "control") return;
    if (entry.kind === "gift") return this.#gift(entry);
    if (entry.kind === "follow") {
      this.#line(`${nickOf(entry)} follows`, "tip");
      return;
    }
    const own = entry.sent && this.#own.get(entry.sent.random);
    // Shown from what was sent, and only now come back: the true row takes its place in the order.
    own?.row?.remove();
    const row = messageRow(entry);
    if (entry.sent) row.classList.add("own");
    if (entry.sent?.changed) row.append(wordElement(words.own({ ...entry.sent, state: "delivered" }, this.acts.now())));
    if (own) own.row = row;
    this.#append(row);
    this.#hear(`${nickOf(entry)}: ${entry.text ?? ""}`);
  }

  /** @param {Entry} entry */
  #gift(entry) {
    const { gift, n } = giftOf(entry.data);
    const merged = this.#merge(`gift ${entry.user} ${gift}`, n, []);
    if (merged) {
      merged.body.textContent = words.giftLine(gift, merged.count);
      return;
    }
    const row = element("li", "row gift-row");
    const body = element("span", "words", words.giftLine(gift, n));
    row.append(icon(words.GIFTS[gift]?.icon ?? "heart"), nickElement(entry), body);
    row.dataset.id = String(entry.id);
    row.dataset.user = entry.user ?? "";
    this.#append(row);
    this.#last = { key: `gift ${entry.user} ${gift}`, row, body, count: n, names: [], at: Date.now() };
    this.#hear(`${nickOf(entry)} ${words.giftLine(gift, n)}`);
  }

  /** @param {Entry} entry */
  #tip(entry) {
    const text = words.tip(entry, this.acts.now());
    if (text === null) return;
    if (entry.kind !== "join" && entry.kind !== "quit") {
      this.#line(text, "tip");
      return;
    }
    const names = (entry.names ?? []).map((one) => one.nick || one.user);
    const count = entry.count ?? names.length;
    const merged = this.#merge(entry.kind, count, names);
    if (merged) {
      const all = { ...entry, names: merged.names.map((nick) => ({ user: "", nick })), count: merged.count };
      merged.body.textContent = words.tip(all, this.acts.now());
      return;
    }
    const { row, body } = this.#line(text, "tip");
    this.#last = { key: entry.kind, row, body, count, names, at: Date.now() };
  }

  /** @param {Entry} entry */
  #notice(entry) {
    if (entry.kind === "purged") this.#purge(entry);
    const text = words.notice(entry, this.acts.now());
    if (text === null) return;
    this.#line(text, "notice");
    this.#hear(text);
  }

  /** Empties what was shown before: one message, or all of one author. @param {Entry} entry */
  #purge(entry) {
    for (const row of this.places.rows.querySelectorAll("li[data-id]")) {
      const { id, user } = /** @type {HTMLElement} */ (row).dataset;
      const meant = entry.message == null ? user === (entry.author ?? "") : id === String(entry.message);
      if (meant) row.replaceWith(emptiedRow());
    }
    this.#last = null;
  }

  /** @param {string} text @param {string} kind */
  #line(text, kind) {
    const row = element("li", `row ${kind}`);
    const body = element("span", "words", text);
    row.append(body);
    this.#append(row);
    return { row, body };
  }

  /** The last row, if it is of this key and goes on. @param {string} key @param {number} count @param {string[]} names */
  #merge(key, count, names) {
    const last = this.#last;
    if (!last || last.key !== key || Date.now() - last.at > MERGE_WITHIN_MS) return null;
    last.count += count;
    last.names = [...last.names, ...names].slice(0, 3);
    last.at = Date.now();
    return last;
  }

  /** @param {HTMLElement} row */
  #append(row) {
    const { rows } = this.places;
    this.#last = null;
    rows.append(row);
    if (!this.#following) this.#fresh += 1;
    const most = this.#following ? MAX_ROWS : MAX_ROWS_READING;
    while (rows.childElementCount > most) rows.firstElementChild?.remove();
  }

  // -- One's own ------------------------------------------------------------------------------

  /** What waits for a person or a connection is worth a word at once. @param {Sent} sent */
  #pendingPause(sent) {
    return sent.state === "held" ? 0 : PENDING_AFTER_MS;
  }

  /** @param {Sent} sent */
  #showPending(sent) {
    const own = this.#own.get(sent.random);
    if (!own || own.pending || hasEnded(sent)) return;
    own.pending = element("li", "row own mine-pending");
    this.#fillPending(own.pending, sent);
    this.places.pending.append(own.pending);
    this.#settle();
  }

  /** @param {HTMLElement} row @param {Sent} sent */
  #fillPending(row, sent) {
    const word = words.own(sent, this.acts.now());
    row.replaceChildren(element("span", "words", ownText(sent)), ...(word ? [wordElement(word)] : []));
  }

  /** The end of it: gone into the log by itself, shown from what was sent, or explained. @param {Sent} sent */
  #conclude(sent) {
    const own = this.#own.get(sent.random);
    if (!own) return;
    own.pending?.remove();
    own.pending = null;
    if (sent.entry) {
      this.#own.delete(sent.random);
    } else if (sent.state === "delivered") {
      this.#assumeShown(sent, own);
    } else {
      this.#own.delete(sent.random);
      this.#explain(sent);
    }
    this.#settle();
  }

  /** @param {Sent} sent @param {{row: HTMLElement|null}} own */
  #assumeShown(sent, own) {
    if (own.row || typeof sent.kind !== "string") return;
    if (sent.kind === "gift") {
      const { gift, n } = giftOf(sent.data);
      this.#line(`You ${words.giftLine(gift, n)}`, "tip");
      return;
    }
    own.row = messageRow({ ...sentEntry(sent), ...this.acts.self() });
    own.row.classList.add("own");
    this.#append(own.row);
  }

  /** A card that only its author sees, where no flood can sweep it away. @param {Sent} sent */
  #explain(sent) {
    const word = words.own(sent, this.acts.now());
    if (!word) return;
    const { pending } = this.places;
    const card = element("li", `row own failed ${word.tone}`);
    const head = words.fate(sent);
    card.append(element("span", "failed-head", head), element("span", "words", ownText(sent)));
    card.append(wordElement(word), this.#offers(sent, word, card));
    pending.append(card);
    const failed = pending.querySelectorAll(".failed");
    if (failed.length > MAX_FAILED) failed[0].remove();
    card.scrollIntoView({ block: "nearest" });
    this.acts.alert(`${head}. ${word.text} ${word.help ?? ""}`);
  }

  /** @param {Sent} sent @param {Word} word @param {HTMLElement} row */
  #offers(sent, word, row) {
    const offers = element("span", "offers");
    /** @param {string} label @param {() => void} act */
    const offer = (label, act) => {
      const button = element("button", "quiet", label);
      button.setAttribute("type", "button");
      button.addEventListener("click", () => {
        row.remove();
        act();
        this.#settle();
      });
      offers.append(button);
    };
    if (word.offer === "again") offer(words.offers.again, () => this.acts.sendAgain(sent));
    if (word.offer && sent.kind === "text") offer(words.offers.edit, () => this.acts.edit(sent.text));
    offer("×", () => this.places.log.focus({ preventScroll: true }));
    offers.lastElementChild?.classList.add("dismiss");
    offers.lastElementChild?.setAttribute("aria-label", words.offers.dismiss);
    return offers;
  }

  // -- Scrolling and hearing ------------------------------------------------------------------

  #scrolled() {
    const { log } = this.places;
    const below = log.scrollHeight - log.clientHeight - log.scrollTop;
    this.#following = below < 40;
    if (this.#following) this.#fresh = 0;
    this.#showNewer();
  }

  #settle() {
    const { log } = this.places;
    if (this.#following) {
      this.#fresh = 0;
      log.scrollTop = log.scrollHeight;
    }
    this.#showNewer();
  }

  #showNewer() {
    const { newer } = this.places;
    newer.hidden = this.#fresh === 0;
    newer.textContent = words.newer(this.#fresh);
  }

  /** @param {string} text */
  #hear(text) {
    this.#unheardCount += 1;
    this.#unheard.push(text);
    if (this.#unheard.length > 2) this.#unheard.shift();
  }

  /** A few are read out; of a flood only its size and its last one. */
  #announce() {
    if (this.#unheardCount === 0) return;
    const { announcer } = this.places;
    announcer.textContent =
      this.#unheardCount <= this.#unheard.length
        ? this.#unheard.join(". ")
        : words.flood(this.#unheardCount, this.#unheard[this.#unheard.length - 1]);
    this.#unheardCount = 0;
    this.#unheard = [];
  }
}

/** @param {Entry} entry */
function messageRow(entry) {
  const row = element("li", `row said ${entry.role ?? "app"}`);
  row.dataset.id = String(entry.id ?? "");
  row.dataset.user = entry.user ?? "";
  const body = element("p", "line");
  body.append(nickElement(entry));
  const role = words.ROLES[entry.role ?? ""];
  if (role) body.append(element("span", "badge", role));
  if (entry.user == null) body.append(element("span", "badge", words.official));
  body.append(element("bdi", "words", entry.text || words.unreadable));
  row.append(face(entry), body);
  return row;
}

/** A disc with the first character of the nick; pictures come from this page's own host alone. @param {Entry} entry */
function face(entry) {
  const address = entry.avatar ?? "";
  if (/^\/[\w.-][\w./-]*$/.test(address)) {
    const picture = document.createElement("img");
    picture.className = "face";
    picture.src = address;
    picture.alt = "";
    picture.loading = "lazy";
    return picture;
  }
  const [initial = "·"] = nickOf(entry).trim().toUpperCase();
  const disc = element("span", `face ${hue(entry.user ?? "")}`, initial);
  disc.setAttribute("aria-hidden", "true");
  return disc;
}

/** @param {Entry} entry */
function nickElement(entry) {
  return element("bdi", `nick ${hue(entry.user ?? "")}`, nickOf(entry));
}

function emptiedRow() {
  const row = element("li", "row emptied");
  row.append(element("span", "words", words.emptied));
  return row;
}

/** @param {Word|null} word */
function wordElement(word) {
  const made = element("span", `word ${word?.tone ?? "wait"}`, word?.text ?? "");
  if (word?.help) made.append(" ", element("span", "help", word.help));
  return made;
}

/** @param {Sent} sent */
function ownText(sent) {
  if (sent.kind !== "gift") return sent.text;
  const { gift, n } = giftOf(sent.data);
  return `You ${words.giftLine(gift, n)}`;
}

/** @param {Sent} sent @returns {Entry} */
function sentEntry(sent) {
  return { seq: 0, at: 0, class: "normal", type: "message", kind: sent.kind, text: sent.text, id: sent.message };
}
