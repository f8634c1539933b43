/**
 * A client of the live room's wire protocol, version 1: see PROTOCOL.md beside this folder.
 *
 * It knows the socket, the frames, coming back, and what became of one's own messages. It knows no
 * page: whoever shows the room listens to its events.
 *
 * ```js
 * const room = new LiveRoom("wss://example.org/ws", { nick: "Ann" });
 * room.addEventListener("batch", ({ detail }) => detail.entries.forEach(show));
 * room.addEventListener("sent", ({ detail }) => tell(detail.state));
 * room.connect();
 * room.send("text", { text: "hello" });
 * ```
 *
 * | event | detail |
 * |---|---|
 * | `state` | {@link StateChange}: connecting, live, offline, … |
 * | `welcome`, `refused`, `online`, `direct`, `order`, `bye`, `error` | the frame |
 * | `batch` | {@link Batch}: entries never shown before, and what was missed |
 * | `sent` | the {@link Sent} whose state changed |
 */

/**
 * @typedef {"high"|"normal"|"low"|"lowest"|"tip"|"notice"} Class
 * @typedef {"guest"|"member"|"admin"|"owner"} Role
 * @typedef {"text"|"gift"|"like"|"follow"|"control"|number} Kind
 * @typedef {number|"forever"} Until
 * @typedef {{user: string, nick: string, avatar?: string, until?: Until}} Named
 *
 * @typedef {object} Entry One place in the history; which fields it has depends on its `type`.
 * @property {number} seq
 * @property {number} at
 * @property {Class} class
 * @property {"message"|"tip"|"notice"|"emptied"} type
 * @property {number} [id]
 * @property {string|null} [user]
 * @property {string} [nick]
 * @property {string} [avatar]
 * @property {Role|null} [role]
 * @property {any} [kind] a {@link Kind}, or the kind of a tip or notice
 * @property {string} [text]
 * @property {string} [data]
 * @property {number|null} [random]
 * @property {Named[]} [names]
 * @property {number} [count]
 * @property {number} [online]
 * @property {Record<string, any>} [changes]
 * @property {string} [field]
 * @property {string|null} [author]
 * @property {number|null} [message]
 * @property {Sent} [sent] added here: the own message that came back in this entry
 *
 * @typedef {{entries: Entry[], missed: Partial<Record<Class, number>>}} Batch
 *
 * @typedef {"queued"|"sent"|"waiting"|"held"|"delivered"|"rejected"|"discarded"|"refused"|"unknown"} SentState
 * `queued` until it is on the wire, `sent` until its receipt; `unknown` when the connection was lost
 * and the answer with it.
 *
 * @typedef {object} Sent One message of one's own.
 * @property {Kind} kind
 * @property {string} text
 * @property {string} data
 * @property {number} random
 * @property {number} born when it was made, by this machine's clock
 * @property {number} turn its place among all sends
 * @property {number} id of the frame that last carried it
 * @property {SentState} state
 * @property {Entry|null} entry where it came back
 * @property {boolean} changed whether its words came back otherwise
 * @property {number} [message]
 * @property {number} [expires]
 * @property {string} [reason]
 * @property {number|string} [code]
 * @property {string} [why]
 * @property {Record<string, any>} [detail]
 *
 * @typedef {"idle"|"connecting"|"joining"|"applied"|"live"|"offline"|"refused"|"over"} State
 * `applied` waits for the staff's yes; `offline` comes back by itself; `refused` and `over` do not.
 * @typedef {{state: State, retryAt: number|null}} StateChange
 *
 * @typedef {object} Options
 * @property {string} [nick]
 * @property {string} [avatar]
 * @property {boolean} [guest]
 * @property {string} [group]
 * @property {string} [key]
 * @property {string|null} [token] of an earlier session
 * @property {any} [cursor] of an earlier session
 */

const VERSION = 1;

/** A group remembers 32 randoms of a user: more sends without an end could be delivered twice. */
const MAX_OPEN = 32;
/** It remembers them for 5 minutes; one less, since clocks differ. */
const RESEND_WITHIN_MS = 4 * 60_000;

/** Half of the 20 frames a second that the host takes, so that it never has to complain. */
const SEND_EVERY_MS = 100;
const SEND_BURST = 10;

/** The host may take its time to answer a ping, but a dead link must not look alive for long. */
const PING_AFTER_MS = 20_000;
const LOST_AFTER_MS = 30_000;

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 15_000;
/** A connection that held so long was a good one: the next loss begins again with a short pause. */
const GOOD_AFTER_MS = 5_000;

/** @type {ReadonlySet<SentState>} */
const ENDS = new Set(["delivered", "rejected", "discarded", "refused", "unknown"]);

/** @param {Sent} sent */
export const hasEnded = (sent) => ENDS.has(sent.state);

export class LiveRoom extends EventTarget {
  /** @type {Options} */ #options;
  /** @type {string} */ #url;
  /** @type {WebSocket|null} */ #socket = null;
  /** @type {State} */ #state = "idle";
  /** @type {any} */ #welcome = null;
  /** @type {string|null} */ #token;
  /** @type {any} */ #cursor;
  #lastSeq = 0;
  #clockOffset = 0;

  /** @type {Sent[]} */ #outbox = [];
  /** By random: those without an end, and the last ones with one. @type {Map<number, Sent>} */
  #mine = new Map();
  #turns = 0;
  #frames = 0;
  #allowance = SEND_BURST;
  #allowanceAt = 0;

  #attempts = 0;
  #liveSince = 0;
  #heardAt = 0;
  #pinged = false;
  /** @type {number|undefined} */ #retryTimer;
  /** @type {number|undefined} */ #flushTimer;
  /** @type {number|undefined} */ #watchTimer;

  /**
   * @param {string|URL} url of the host's WebSocket
   * @param {Options} [options]
   */
  constructor(url, options = {}) {
    super();
    this.#url = String(url);
    this.#options = { ...options };
    this.#token = options.token ?? null;
    this.#cursor = options.cursor ?? null;
  }

  /** @returns {State} */
  get state() {
    return this.#state;
  }

  /** The last welcome, or null before the first. */
  get welcome() {
    return this.#welcome;
  }

  /** The own user id, or null for a guest. @returns {string|null} */
  get user() {
    return this.#welcome?.me?.user ?? null;
  }

  /** What to keep over a reload, so that it goes on where it was. */
  get session() {
    return { token: this.#token, cursor: this.#cursor };
  }

  /** The host's time, in milliseconds since the Unix epoch. */
  now() {
    return Date.now() + this.#clockOffset;
  }

  /** Connects and joins; also the way to try at once while offline, or again after an end. */
  connect() {
    clearTimeout(this.#retryTimer);
    this.#drop();
    this.#become("connecting");
    let socket;
    try {
      socket = new WebSocket(this.#url);
    } catch {
      this.#lost();
      return;
    }
    this.#socket = socket;
    this.#heardAt = Date.now();
    this.#pinged = false;
    const ours = () => socket === this.#socket;
    socket.onopen = () => ours() && this.#join();
    socket.onmessage = (event) => ours() && this.#hear(event.data);
    socket.onclose = () => ours() && this.#lost();
    clearInterval(this.#watchTimer);
    this.#watchTimer = setInterval(() => this.#watch(), 1_000);
  }

  /** Joins otherwise than before, say with a better nick after a refusal. @param {Options} options */
  rejoin(options) {
    this.#options = { ...this.#options, ...options };
    if (this.#state === "refused" && this.#socket?.readyState === WebSocket.OPEN) this.#join();
    else this.connect();
  }

  /** Leaves for good. */
  quit() {
    const asked = this.#write({ t: "quit" });
    // An owner's quit is refused, and the room goes on; so the host's answer decides.
    if (!asked) this.#finish();
  }

  /** Closes without leaving: the membership stays, for as long as the host's grace time. */
  disconnect() {
    this.#finish();
  }

  /**
   * Sends a message, at once or as soon as there is a connection. What becomes of it is told by
   * `sent` events; the returned object is the same in all of them.
   * @param {Kind} kind
   * @param {{text?: string, data?: string}} content
   * @returns {Sent}
   */
  send(kind, { text = "", data = "" }) {
    /** @type {Sent} */
    const sent = {
      kind,
      text,
      data,
      random: this.#freshRandom(),
      born: Date.now(),
      turn: ++this.#turns,
      id: 0,
      state: "queued",
      entry: null,
      changed: false,
    };
    if (this.#open().length >= MAX_OPEN) {
      this.#settle(sent, { state: "refused", code: "too_many_open" });
      return sent;
    }
    this.#mine.set(sent.random, sent);
    this.#outbox.push(sent);
    this.#flush();
    return sent;
  }

  // -- Coming and going ---------------------------------------------------------------------

  #join() {
    const { group, nick, avatar, guest = false, key } = this.#options;
    const token = guest ? null : this.#token;
    this.#become("joining");
    this.#write({ t: "join", group, nick, avatar, guest, key, token, cursor: this.#cursor });
  }

  /** @param {any} frame */
  #welcomed(frame) {
    const before = this.user;
    const first = this.#welcome === null;
    this.#welcome = frame;
    this.#clockOffset = Number.isFinite(frame.now) ? frame.now - Date.now() : 0;
    this.#token = frame.token ?? this.#token;
    if (!frame.resumed) this.#lastSeq = 0;
    if (frame.cursor !== undefined) this.#cursor = frame.cursor;
    this.#liveSince = Date.now();
    this.#tell("welcome", frame);
    this.#become(frame.status === "waiting" ? "applied" : "live");
    this.#sendAgain(first || before === this.user);
    this.#flush();
  }

  /**
   * After a lost connection: what has no end is offered again with the same random, which cannot
   * deliver it twice while the host still knows the user and the random.
   * @param {boolean} sameUser
   */
  #sendAgain(sameUser) {
    const known = (/** @type {Sent} */ sent) =>
      sameUser && sent.turn > this.#turns - MAX_OPEN && Date.now() - sent.born < RESEND_WITHIN_MS;
    const onTheWay = this.#open().filter((sent) => sent.state !== "queued");
    for (const sent of onTheWay) {
      if (!known(sent)) this.#settle(sent, { state: "unknown" });
    }
    const again = onTheWay.filter((sent) => !hasEnded(sent) && !this.#outbox.includes(sent));
    this.#outbox = [...again, ...this.#outbox].sort((a, b) => a.turn - b.turn);
  }

  /** The connection is gone without a goodbye, or with one that allows to come back. */
  #lost(afterMs = 0) {
    this.#drop();
    const wasGood = this.#liveSince > 0 && Date.now() - this.#liveSince > GOOD_AFTER_MS;
    this.#attempts = wasGood ? 0 : this.#attempts;
    this.#liveSince = 0;
    const ceiling = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    // Between half and all of it, by chance: a whole audience must not come back in one instant.
    const pause = Math.max(afterMs, ceiling / 2) + (Math.random() * ceiling) / 2;
    this.#retryTimer = setTimeout(() => this.connect(), pause);
    this.#become("offline", Date.now() + pause);
  }

  #finish() {
    this.#drop();
    clearTimeout(this.#retryTimer);
    for (const sent of this.#open()) this.#settle(sent, { state: "unknown" });
    this.#outbox = [];
    this.#become("over");
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    clearInterval(this.#watchTimer);
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close();
  }

  #watch() {
    const silent = Date.now() - this.#heardAt;
    if (silent > LOST_AFTER_MS) this.#lost();
    else if (silent > PING_AFTER_MS && !this.#pinged) this.#pinged = this.#write({ t: "ping" });
  }

  // -- What the host says -------------------------------------------------------------------

  /** @param {unknown} data */
  #hear(data) {
    this.#heardAt = Date.now();
    this.#pinged = false;
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return;
    }
    if (frame?.v !== VERSION) return;
    switch (frame.t) {
      case "welcome":
        return this.#welcomed(frame);
      case "batch":
        return this.#batch(frame);
      case "receipt":
      case "ended":
        return this.#answered(frame);
      case "refused":
        this.#tell("refused", frame);
        if (frame.of === "join") this.#become("refused");
        return;
      case "order":
        this.#tell("order", frame);
        if (frame.do === "leave") this.quit();
        return;
      case "bye":
        this.#tell("bye", frame);
        return frame.may_reconnect ? this.#lost(frame.after_ms ?? 0) : this.#finish();
      case "error":
        this.#tell("error", frame);
        return frame.fatal ? this.#finish() : undefined;
      case "online":
      case "direct":
        return this.#tell(frame.t, frame);
    }
  }

  /** @param {any} frame */
  #batch(frame) {
    const all = Array.isArray(frame.entries) ? frame.entries : [];
    const entries = all.filter((/** @type {any} */ entry) => entry?.seq > this.#lastSeq);
    if (entries.length > 0) this.#lastSeq = entries[entries.length - 1].seq;
    this.#cursor = frame.cursor ?? this.#cursor;
    /** @type {Sent[]} */
    const back = [];
    for (const entry of entries) {
      const sent = this.#ownOf(entry);
      if (!sent) continue;
      entry.sent = sent;
      sent.entry = entry;
      sent.message ??= entry.id;
      sent.changed = (entry.text ?? "") !== sent.text;
      back.push(sent);
    }
    this.#tell("batch", { entries, missed: frame.missed ?? {} });
    for (const sent of back) {
      // One that was delivered already tells again: now it is there for all to see.
      if (hasEnded(sent)) this.#tell("sent", sent);
      else this.#settle(sent, { state: "delivered" });
    }
  }

  /** @param {Entry} entry @returns {Sent|undefined} */
  #ownOf(entry) {
    const mine = entry.type === "message" && entry.user != null && entry.user === this.user;
    return mine && entry.random != null ? this.#mine.get(entry.random) : undefined;
  }

  /** @param {any} frame */
  #answered(frame) {
    const byId = () => this.#open().find((sent) => sent.id === frame.id);
    const sent = frame.random == null ? byId() : this.#mine.get(frame.random);
    // The entry, the receipt and the end may overtake each other: the first end stands.
    if (sent && !hasEnded(sent)) this.#settle(sent, frame);
  }

  // -- One's own messages -------------------------------------------------------------------

  /** @param {Sent} sent @param {any} answer */
  #settle(sent, answer) {
    for (const name of /** @type {const} */ (["message", "expires", "reason", "code", "why", "detail"])) {
      if (answer[name] != null) sent[name] = answer[name];
    }
    sent.changed ||= answer.changed === true;
    sent.state = answer.state;
    this.#forget();
    this.#tell("sent", sent);
  }

  /** @returns {Sent[]} */
  #open() {
    return [...this.#mine.values()].filter((sent) => !hasEnded(sent));
  }

  /** Keeps as many ended ones as can still come back in a batch. */
  #forget() {
    if (this.#mine.size <= 4 * MAX_OPEN) return;
    for (const [random, sent] of this.#mine) {
      if (this.#mine.size <= 3 * MAX_OPEN) return;
      if (hasEnded(sent)) this.#mine.delete(random);
    }
  }

  /** @returns {number} */
  #freshRandom() {
    const [random] = crypto.getRandomValues(new Uint32Array(1));
    return this.#mine.has(random) ? this.#freshRandom() : random;
  }

  /** Puts on the wire what the allowance lets through, and comes back for the rest. */
  #flush() {
    if (this.#state !== "live") return;
    const now = Date.now();
    const earned = (now - this.#allowanceAt) / SEND_EVERY_MS;
    this.#allowance = Math.min(SEND_BURST, this.#allowance + Math.max(0, earned));
    this.#allowanceAt = now;
    while (this.#outbox.length > 0 && this.#allowance >= 1) {
      const sent = /** @type {Sent} */ (this.#outbox.shift());
      if (hasEnded(sent)) continue;
      this.#allowance -= 1;
      this.#put(sent);
    }
    if (this.#outbox.length > 0 && this.#flushTimer === undefined) {
      this.#flushTimer = setTimeout(() => {
        this.#flushTimer = undefined;
        this.#flush();
      }, SEND_EVERY_MS);
    }
  }

  /** @param {Sent} sent */
  #put(sent) {
    const { kind, text, data, random } = sent;
    sent.id = ++this.#frames;
    this.#write({ t: "send", id: sent.id, kind, text, data: data || undefined, random });
    if (sent.state === "queued") this.#settle(sent, { state: "sent" });
  }

  // -- The ground ---------------------------------------------------------------------------

  /** @param {object} frame @returns {boolean} whether it is on its way */
  #write(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ v: VERSION, ...frame }));
    return true;
  }

  /** @param {State} state @param {number|null} retryAt */
  #become(state, retryAt = null) {
    this.#state = state;
    this.#tell("state", { state, retryAt });
  }

  /** @param {string} type @param {any} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
