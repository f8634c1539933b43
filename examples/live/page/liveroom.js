/**
 * A client of the live room's wire protocol, version 1 (PROTOCOL.md), in one module without dependencies.
 *
 * It knows the socket, the frames, coming back, and what became of one's own messages. It knows no
 * page: whoever shows the room listens to its events.
 *
 * ```js
 * const room = new LiveRoom("wss://example.org/ws", { nick: "Ann" });
 * room.addEventListener("batch", ({ detail }) => detail.entries.forEach(show));
 * room.connect();
 * const { state, reason } = await room.send("text", { text: "hello" }).outcome;
 * await room.do("mute", { user: "u7", seconds: 600 });
 * ```
 *
 * | event | detail |
 * |---|---|
 * | `state` | {@link StateChange}: connecting, live, offline, … |
 * | `batch` | {@link Batch}: entries never shown before, and what was missed before them |
 * | `sent` | the {@link Sent} whose state changed |
 * | `skipped` | how many of each class went by since {@link LiveRoom#pause} |
 * | `welcome`, `refused`, `online`, `direct`, `order`, `bye`, `error` | the frame |
 * | `board`, `panel`, `lives`, `ask`, `asked`, `audit`, `previews` | the frame |
 *
 * A lost connection is made again after a pause that grows, by chance, and goes on at the cursor; the
 * next `batch` tells what was missed. Commands are not repeated: do `watch` again at each `live`.
 */

/**
 * @typedef {"high"|"normal"|"low"|"lowest"|"tip"|"notice"} Class
 * @typedef {"guest"|"member"|"admin"|"owner"} Role
 * @typedef {"text"|"gift"|"like"|"follow"|"control"|number} Kind
 * @typedef {number|"forever"} Until
 * @typedef {{user: string, nick: string, avatar?: string, until?: Until}} Named
 * @typedef {Partial<Record<Class, number>>} Counts
 * @typedef {{count: number, total: number, authors: number, names: Named[]}} Folded what a message stands for beside itself
 *
 * @typedef {{seq: number, at: number, class: Class, type: "message"|"tip"|"notice"|"emptied", kind?: any,
 *   id?: number, user?: string|null, nick?: string, avatar?: string, role?: Role|null, text?: string, data?: string,
 *   random?: number|null, folded?: Folded, names?: Named[], count?: number, online?: number, changes?: Record<string, any>,
 *   field?: string, author?: string|null, message?: number|null, until?: Until, sent?: Sent, echo?: boolean}} Entry
 * One place in the history; which fields it has depends on its `type`. `sent` is added here: the own
 * message that came back in this entry; and `echo`, where it has no place of its own.
 * @typedef {{entries: Entry[], missed: Counts}} Batch
 *
 * @typedef {"queued"|"sent"|"waiting"|"held"|"delivered"|"rejected"|"discarded"|"refused"|"unknown"} SentState
 * `queued` until it is on the wire, `sent` until its receipt; `unknown` when the connection was lost
 * and the answer with it. The last five are ends.
 *
 * @typedef {{kind: Kind, text: string, data: string, random: number, born: number, turn: number, id: number,
 *   state: SentState, outcome: Promise<Sent>, entry: Entry|null, changed: boolean, message?: number, expires?: number,
 *   seq?: number, reason?: string, code?: number|string, why?: string, detail?: Record<string, any>}} Sent
 * One message of one's own. `outcome` resolves with this object once `state` is an end, and never rejects.
 * `entry` is where it came back, `changed` whether with other words, `born` when it was made by this machine's
 * clock, `turn` its place among all sends, `id` the last frame that carried it; the rest is the host's answer.
 * Codes of this module's own are `not_connected` and `too_many_open`.
 *
 * @typedef {"idle"|"connecting"|"joining"|"applied"|"live"|"offline"|"refused"|"over"} State
 * `applied` waits for the staff's yes; `offline` comes back by itself; `refused` and `over` do not.
 * @typedef {{state: State, retryAt: number|null, heardAt: number}} StateChange when it tries again, and when it heard the host, or called it, last
 *
 * @typedef {{nick?: string, avatar?: string, guest?: boolean, group?: string, key?: string, token?: string|null, cursor?: any}} Options
 * `token` and `cursor` are those of an earlier session, see {@link LiveRoom#session}.
 */

const VERSION = 1;

/** A group remembers 32 randoms of a user: more sends without an end could be delivered twice. */
const MAX_OPEN = 32;
/** It remembers them for 5 minutes; one less, since clocks differ. */
const RESEND_WITHIN_MS = 4 * 60_000;
/** More commands without an answer than a person gives. */
const MAX_ASKED = 64;

/** Half of the 20 frames a second that the host takes, so that it never has to complain. */
const SEND_EVERY_MS = 100;
const SEND_BURST = 10;

/** The host may take its time to answer a ping, but a dead link must not look alive for long. */
const PING_AFTER_MS = 20_000;
const ANSWER_WITHIN_MS = 10_000;

const BACKOFF_FIRST_MS = 500;
const BACKOFF_MOST_MS = 15_000;
/** A connection that held so long was a good one: the next loss begins again with a short pause. */
const GOOD_AFTER_MS = 5_000;

const HANDED_ON = new Set(["online", "direct", "board", "panel", "past", "lives", "ask", "asked", "audit", "previews"]);
const ENDS = new Set(["delivered", "rejected", "discarded", "refused", "unknown"]);

/** @param {Sent} sent */
export const hasEnded = (sent) => ENDS.has(sent.state);

/** Why a command was not done. `code` is the host's, or `not_connected`, `lost` or `too_many_open`. */
export class RoomError extends Error {
  /** @param {{code?: number|string, why?: string, detail?: Record<string, any>}} answer */
  constructor({ code = "unknown", why = String(code), detail = {} }) {
    super(why);
    this.name = "RoomError";
    this.code = code;
    this.why = why;
    this.detail = detail;
  }
}

export class LiveRoom extends EventTarget {
  #url;
  /** @type {Options} */ #options;
  /** @type {WebSocket|null} */ #socket = null;
  /** @type {State} */ #state = "idle";
  /** @type {any} */ #welcome = null;
  /** @type {string|null} */ #token;
  /** @type {any} */ #cursor;
  #lastSeq = 0;
  #clockOffset = 0;
  #paused = false;
  /** @type {Record<string, number>} */ #skipped = {};
  /** @type {Sent[]} */ #outbox = [];
  /** By random: those without an end, and the last ones with one. @type {Map<number, Sent>} */
  #mine = new Map();
  /** @type {WeakMap<Sent, (sent: Sent) => void>} */ #resolvers = new WeakMap();
  /** Commands without an answer, by frame. @type {Map<number, {resolve: (frame: any) => void, reject: (why: RoomError) => void}>} */
  #asked = new Map();
  /** The last entries that stand for several messages. @type {Map<number, Entry>} */ #shared = new Map();
  #turns = 0;
  #frames = 0;
  #allowance = SEND_BURST;
  #allowanceAt = 0;
  #attempts = 0;
  #liveSince = 0;
  #heardAt = 0;
  /** Since when an answer is awaited. @type {number|null} */ #askedAt = null;
  /** Whether the drawing of a class is still to come, or the rest of it: no cursor has what a client lacks of it. */ #undrawn = false;
  /** @type {any} */ #retryTimer;
  /** @type {any} */ #flushTimer;
  /** @type {any} */ #watchTimer;

  /** @param {string|URL} url of the host's WebSocket @param {Options} [options] */
  constructor(url, options = {}) {
    super();
    this.#url = String(url);
    this.#options = { ...options };
    [this.#token, this.#cursor] = [options.token ?? null, options.cursor ?? null];
  }

  get state() { return this.#state; }
  get paused() { return this.#paused; }
  /** The last welcome, or null before the first. */
  get welcome() { return this.#welcome; }
  /** The own user id, or null for a guest. @returns {string|null} */
  get user() { return this.#welcome?.me?.user ?? null; }
  /** What to keep over a reload, so that it goes on where it was. */
  get session() { return { token: this.#token, cursor: this.#undrawn ? null : this.#cursor }; }

  /** The host's time, in milliseconds since the Unix epoch. */
  now() { return Date.now() + this.#clockOffset; }

  /** Connects and joins; also the way to try at once while offline, or again after an end. Throws for what is no WebSocket's address. */
  connect() {
    clearTimeout(this.#retryTimer);
    this.#drop();
    this.#become("connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    [this.#heardAt, this.#askedAt] = [Date.now(), null];
    const ours = () => socket === this.#socket;
    socket.onopen = () => ours() && this.#join();
    socket.onmessage = (event) => ours() && this.#hear(event.data);
    socket.onclose = () => ours() && this.#lost();
    this.#watchTimer = setInterval(() => this.#watch(), 1_000);
  }

  /** Joins otherwise than before, say with a better nick after a refusal. @param {Options} options */
  rejoin(options) {
    this.#options = { ...this.#options, ...options };
    if (this.#state === "refused" && this.#socket?.readyState === WebSocket.OPEN) this.#join();
    else this.connect();
  }

  /** Leaves for good. An owner's quit is refused and the room goes on, so the host's answer decides. */
  quit() {
    if (!this.#write({ t: "quit" })) this.#finish();
  }

  /** Closes without leaving: the membership stays, for as long as the host's grace time. */
  disconnect() { this.#finish(); }

  /** Stands still: entries go by, only counted, and the cursor stays. One's own sends go on. */
  pause() { this.#paused = true; }

  /** Goes on at the cursor of {@link pause}: what the log still has comes, the rest is told as missed; a guest, whom the log does not know, goes on at the present. */
  resume() {
    if (!this.#paused) return;
    this.#paused = false;
    // Where nothing went by, the connection is where the reader is.
    if (Object.keys(this.#skipped).length === 0) return;
    if (this.user === null) this.#tellSkipped();
    else this.connect();
  }

  /**
   * Sends a message, at once or as soon as there is a connection. Its `outcome` tells what became of
   * it, `sent` events tell each step.
   * @param {Kind} kind
   * @param {{text?: string, data?: string}} content
   * @returns {Sent}
   */
  send(kind, { text = "", data = "" }) {
    let resolver = (/** @type {Sent} */ _sent) => {};
    /** @type {Promise<Sent>} */
    const outcome = new Promise((resolve) => (resolver = resolve));
    const [random, born, turn] = [this.#freshRandom(), Date.now(), ++this.#turns];
    /** @type {Sent} */
    const sent = { kind, text, data, random, born, turn, id: 0, state: "queued", outcome, entry: null, changed: false };
    this.#resolvers.set(sent, resolver);
    const code = this.#state === "over" ? "not_connected" : this.#open().length >= MAX_OPEN && "too_many_open";
    if (code) {
      this.#settle(sent, { state: "refused", code });
      return sent;
    }
    this.#mine.set(sent.random, sent);
    this.#outbox.push(sent);
    this.#flush();
    return sent;
  }

  /**
   * Gives a command. The promise resolves with the host's `done` frame and rejects with a
   * {@link RoomError} when the host refuses, or when there is no connection or it is lost before the answer.
   * @param {string} name
   * @param {Record<string, any>} [fields]
   * @returns {Promise<any>}
   */
  do(name, fields = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#frames;
      const full = this.#asked.size >= MAX_ASKED;
      const written = !full && this.#state === "live" && this.#write({ ...fields, t: "do", id, do: name });
      if (!written) return reject(new RoomError({ code: full ? "too_many_open" : "not_connected" }));
      this.#allowance -= 1;
      this.#asked.set(id, { resolve, reject });
    });
  }

  // -- Coming and going ---------------------------------------------------------------------

  #join() {
    const { group, nick, avatar, guest = false, key } = this.#options;
    const { token, cursor } = this.session;
    this.#become("joining");
    this.#write({ t: "join", group, nick, avatar, guest, key, token: guest ? null : token, cursor });
  }

  /** @param {any} frame */
  #welcomed(frame) {
    const [first, before] = [this.#welcome === null, this.user];
    this.#welcome = frame;
    this.#clockOffset = Number.isFinite(frame.now) ? frame.now - Date.now() : 0;
    this.#token = frame.token ?? this.#token;
    if (!frame.resumed) [this.#lastSeq, this.#undrawn] = [0, frame.room?.kind === "class"];
    if (frame.cursor !== undefined) this.#cursor = frame.cursor;
    this.#liveSince = Date.now();
    this.#tell("welcome", frame);
    // What was skipped comes again where it goes on at the cursor; else its number is all there is to know.
    if (!frame.resumed) this.#tellSkipped();
    this.#skipped = {};
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
    const since = this.#turns - MAX_OPEN;
    for (const sent of this.#open().filter(({ state }) => state !== "queued")) {
      const known = sameUser && sent.turn > since && Date.now() - sent.born < RESEND_WITHIN_MS;
      if (!known) this.#settle(sent, { state: "unknown" });
    }
    this.#outbox = this.#open().sort((a, b) => a.turn - b.turn);
  }

  /** The connection is gone without a goodbye, or with one that allows to come back. */
  #lost(afterMs = 0) {
    this.#drop();
    const wasGood = this.#liveSince > 0 && Date.now() - this.#liveSince > GOOD_AFTER_MS;
    const attempts = wasGood ? 0 : this.#attempts;
    const ceiling = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** attempts);
    [this.#attempts, this.#liveSince] = [attempts + 1, 0];
    // Between half and all of it, by chance: a whole audience must not come back in one instant.
    const pause = Math.max(afterMs, ceiling / 2) + (Math.random() * ceiling) / 2;
    this.#retryTimer = setTimeout(() => this.connect(), pause);
    this.#become("offline", Date.now() + pause);
  }

  #finish() {
    this.#drop();
    clearTimeout(this.#retryTimer);
    for (const sent of this.#open()) {
      // Of what was never on the wire it is known what happened: nothing.
      const code = sent.state === "queued" ? "not_connected" : null;
      this.#settle(sent, { state: code ? "refused" : "unknown", code });
    }
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
    this.#asked.forEach(({ reject }) => reject(new RoomError({ code: "lost" })));
    this.#asked.clear();
  }

  /** Silence alone proves nothing: a hidden tab may look once a minute. A socket that is not open yet has as long to open. */
  #watch() {
    const now = Date.now();
    if (this.#askedAt !== null && now - this.#askedAt >= ANSWER_WITHIN_MS) return this.#lost();
    if (this.#askedAt !== null || now - this.#heardAt < PING_AFTER_MS) return;
    this.#askedAt = now;
    this.#write({ t: "ping" });
  }

  // -- What the host says -------------------------------------------------------------------

  /** @param {unknown} data */
  #hear(data) {
    [this.#heardAt, this.#askedAt] = [Date.now(), null];
    let frame;
    try {
      frame = JSON.parse(String(data));
    } catch {
      return;
    }
    if (frame?.v !== VERSION) return;
    switch (frame.t) {
      case "welcome": return this.#welcomed(frame);
      case "batch": return this.#batch(frame);
      case "echo": return this.#echo(frame);
      case "receipt":
      case "ended": return this.#answered(frame);
      case "done": return this.#done(frame);
      case "refused":
        if (frame.of === "join") this.#become("refused");
        return this.#tell("refused", frame);
      case "order":
        this.#tell("order", frame);
        return frame.do === "leave" ? this.quit() : undefined;
      case "bye":
        this.#tell("bye", frame);
        return frame.may_reconnect ? this.#lost(frame.after_ms ?? 0) : this.#finish();
      case "error":
        this.#tell("error", frame);
        return frame.fatal ? this.#finish() : undefined;
      default:
        if (frame.t === "board") this.#undrawn = frame.more === true;
        if (HANDED_ON.has(frame.t)) this.#tell(frame.t, frame);
    }
  }

  /** @param {any} frame */
  #batch(frame) {
    const all = Array.isArray(frame.entries) ? frame.entries : [];
    const entries = all.filter((/** @type {any} */ entry) => entry?.seq > this.#lastSeq);
    // Whoever missed strokes is given the whole drawing after this batch.
    if (frame.missed?.high > 0 || frame.missed?.normal > 0) this.#undrawn = this.#welcome?.room?.kind === "class";
    if (this.#paused) return this.#skip(entries, frame.missed ?? {});
    if (entries.length > 0) this.#lastSeq = entries[entries.length - 1].seq;
    this.#cursor = frame.cursor ?? this.#cursor;
    this.#show(entries, frame.missed ?? {});
  }

  /** One's own, which nobody else is shown: entries like any other, and no place to go on from. @param {any} frame */
  #echo(frame) {
    const entries = Array.isArray(frame.entries) ? frame.entries : [];
    if (!this.#paused) this.#show(entries.map((/** @type {Entry} */ entry) => ({ ...entry, echo: true })), {});
  }

  /** @param {Entry[]} entries @param {Counts} missed */
  #show(entries, missed) {
    for (const entry of entries) {
      if (entry.folded) this.#share(entry);
      const sent = (entry.sent = this.#ownOf(entry));
      if (sent) Object.assign(sent, { entry, message: sent.message ?? entry.id, changed: (entry.text ?? "") !== sent.text });
    }
    this.#tell("batch", { entries, missed });
    for (const { sent } of entries) {
      // One that was delivered already tells again: now it is there for all to see.
      if (sent && hasEnded(sent)) this.#tell("sent", sent);
      else if (sent) this.#settle(sent, { state: "delivered" });
    }
  }

  /** @param {Entry[]} entries @param {Counts} missed */
  #skip(entries, missed) {
    const passed = [...entries.map((entry) => /** @type {const} */ ([entry.class, 1])), ...Object.entries(missed)];
    for (const [name, n] of passed) this.#skipped[name] = (this.#skipped[name] ?? 0) + n;
    this.#tell("skipped", { ...this.#skipped });
  }

  #tellSkipped() {
    const missed = this.#skipped;
    this.#skipped = {};
    if (Object.keys(missed).length > 0) this.#tell("batch", { entries: [], missed });
  }

  /** @param {Entry} entry @returns {Sent|undefined} */
  #ownOf(entry) {
    const mine = entry.type === "message" && entry.user != null && entry.user === this.user;
    return mine && entry.random != null ? this.#mine.get(entry.random) : undefined;
  }

  /** An entry that may have brought back one's own without its random. @param {Entry} entry */
  #share(entry) {
    this.#shared.set(entry.seq, entry);
    if (this.#shared.size > MAX_OPEN) this.#shared.delete([...this.#shared.keys()][0]);
    for (const sent of this.#mine.values()) if (sent.seq === entry.seq) sent.entry ??= entry;
  }

  /** @param {any} frame */
  #answered(frame) {
    const sent = this.#mine.get(frame.random) ?? this.#open().find(({ id }) => id === frame.id);
    // On many machines nothing may be known for a while: another receipt follows.
    if (frame.state === "refused" && frame.code === "unknown") return;
    // The entry, the receipt and the end may overtake each other: the first end stands.
    if (sent && !hasEnded(sent)) this.#settle(sent, frame);
  }

  /** @param {any} frame */
  #done(frame) {
    const asked = this.#asked.get(frame.id);
    this.#asked.delete(frame.id);
    if (frame.state === "done") asked?.resolve(frame);
    else asked?.reject(new RoomError(frame));
  }

  // -- One's own messages -------------------------------------------------------------------

  /** @param {Sent} sent @param {any} answer */
  #settle(sent, answer) {
    for (const name of /** @type {const} */ (["message", "expires", "seq", "reason", "code", "why", "detail"])) {
      if (answer[name] != null) sent[name] = answer[name];
    }
    sent.changed ||= answer.changed === true;
    sent.state = answer.state;
    if (sent.seq !== undefined) sent.entry ??= this.#shared.get(sent.seq) ?? null;
    this.#forget();
    if (hasEnded(sent)) this.#resolvers.get(sent)?.(sent);
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
      if (!this.#put(sent)) return void this.#outbox.unshift(sent);
      this.#allowance -= 1;
    }
    if (this.#outbox.length === 0) return;
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      this.#flush();
    }, SEND_EVERY_MS);
  }

  /** @param {Sent} sent @returns {boolean} whether it is on the wire */
  #put(sent) {
    const { kind, text, data, random } = sent;
    sent.id = ++this.#frames;
    const written = this.#write({ t: "send", id: sent.id, kind, text, data: data || undefined, random });
    if (written && sent.state === "queued") this.#settle(sent, { state: "sent" });
    return written;
  }

  /** @param {object} frame @returns {boolean} whether it is on its way */
  #write(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ v: VERSION, ...frame }));
    return true;
  }

  /** @param {State} state @param {number|null} retryAt */
  #become(state, retryAt = null) {
    this.#state = state;
    this.#tell("state", { state, retryAt, heardAt: this.#heardAt });
  }

  /** @param {string} type @param {any} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
