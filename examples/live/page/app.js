/**
 * The page: puts the client, the chat, the stage and the buttons together.
 */

import { Chat, each, giftOf } from "./chat.js";
import { Gifts } from "./gifts.js";
import { LiveRoom } from "./liveroom.js";
import { Stage } from "./stage.js";
import * as words from "./words.js";

/**
 * @typedef {import("./liveroom.js").Entry} Entry
 * @typedef {import("./liveroom.js").Sent} Sent
 * @typedef {import("./liveroom.js").Until} Until
 */

/** Older entries, read after a pause, belong into the chat and not over a picture that has moved on. */
const FLY_WITHIN_MS = 5_000;
/** Taps on one gift so close together are one message of several. */
const GIFT_TAPS_MS = 350;
/** The same word about likes is not said again so soon. */
const HINT_EVERY_MS = 10_000;
/** A connection that is made faster needs no word about it. */
const CONNECTING_AFTER_MS = 600;
/** Until the host says otherwise: 8,000 bytes, the engine's default. */
const MESSAGE_BYTES = 8_000;

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
const at = (id) => /** @type {T} */ (document.getElementById(id));

const place = new URL(location.href);
const group = place.searchParams.get("group") ?? undefined;
const key = new URLSearchParams(place.hash.slice(1)).get("key") ?? undefined;
const socketUrl = new URL("ws", place);
socketUrl.protocol = place.protocol === "https:" ? "wss:" : "ws:";
socketUrl.search = "";
socketUrl.hash = "";

// -- What is kept over a reload: in this tab alone, so that another tab is another person ---------

const STORE = `liveroom ${group ?? ""}`;

/** @returns {{nick?: string, guest?: boolean, token?: string|null, cursor?: any, followed?: boolean}} */
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? "{}");
  } catch {
    return {};
  }
}

const kept = recall();

function keep() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ ...kept, ...room.session }));
  } catch {
    // Storage may be forbidden or full; then a reload begins anew, and nothing else is lost.
  }
}

// -- The parts ----------------------------------------------------------------------------------

const room = new LiveRoom(socketUrl, { ...kept, group, key });
const stage = new Stage(at("stage"), at("scene"), at("flight"));
const gifts = new Gifts(at("gifts"));
const chat = new Chat(
  {
    log: at("log"),
    rows: at("rows"),
    pending: at("pending"),
    newer: at("newer"),
    announcer: at("announcer"),
  },
  {
    now: () => room.now(),
    self: () => ({ ...room.welcome?.me }),
    sendAgain: (sent) => room.send(sent.kind, sent),
    edit: (text) => {
      message.value = text;
      message.focus();
      measure();
    },
    alert,
  },
);

/** @type {HTMLInputElement} */ const message = at("message");
/** @type {HTMLDialogElement} */ const door = at("door");
/** @type {HTMLInputElement} */ const nick = at("nick");

/** Said at once to those who hear the page. @param {string} text */
function alert(text) {
  at("alerts").textContent = text;
}

/** @param {HTMLElement} where @param {string|null} text */
function showText(where, text) {
  where.hidden = text === null;
  where.textContent = text ?? "";
}

// -- Entries ------------------------------------------------------------------------------------

/** @type {{likes: number, follows: number, gifts: number, counted: boolean, plus: number}} */
const totals = { likes: 0, follows: 0, gifts: 0, counted: false, plus: 0 };

room.addEventListener("batch", (event) => {
  const { entries, missed } = /** @type {CustomEvent} */ (event).detail;
  const gap = words.missed(missed);
  if (gap) chat.note(gap, "gap");
  chat.add(entries);
  each(entries, (entry) => {
    if (entry.type === "message") onStage(entry);
    else if (entry.type === "tip") takeTip(entry);
    else if (entry.kind === "disbanded") farewell = words.notice(entry, room.now());
  });
  showTotals();
});

/** @param {Entry} entry */
function onStage(entry) {
  if (entry.kind === "gift") totals.gifts += totals.counted ? 0 : giftOf(entry.data).n;
  if (room.now() - entry.at > FLY_WITHIN_MS) return;
  if (entry.kind === "like" && !entry.sent) stage.hearts();
  if (entry.kind === "gift") gifts.show(entry);
  if (entry.kind !== "text" && typeof entry.kind !== "number") return;
  const staff = entry.role === "owner" || entry.role === "admin" || entry.user == null;
  stage.fly(entry.text ?? "", entry.sent ? "own" : staff ? "staff" : "plain");
}

/** @param {Entry} entry */
function takeTip(entry) {
  if (entry.online != null) showOnline(entry.online);
  const changed = entry.changes ?? {};
  if (changed.likes != null) [totals.likes, totals.plus] = [changed.likes, 0];
  if (changed.follows != null) totals.follows = changed.follows;
  if (changed.name != null) showTitle(changed.name);
  if (changed.notification != null) showText(at("pinned"), changed.notification || null);
  if (changed.mute_all != null) bars.muteAll = changed.mute_all;
  const me = entry.names?.find((one) => one.user === room.user);
  if (me && entry.kind === "member_profile") setMuted(me.until ?? null);
  showBars();
}

function showTotals() {
  for (const [id, n] of [["likes", totals.likes], ["follows", totals.follows], ["given", totals.gifts]]) {
    const where = at(String(id));
    where.textContent = words.total(Number(n));
    where.title = words.number(Number(n));
  }
  at("given-name").textContent = totals.counted ? words.gifts.all : words.gifts.seen;
  showText(at("likes-plus"), totals.plus > 0 ? `+${words.number(totals.plus)}` : null);
}

/** @param {number} online */
function showOnline(online) {
  at("online").textContent = words.number(online);
}

/** @param {string} name */
function showTitle(name) {
  const title = /** @type {HTMLElement} */ (at("title").firstElementChild);
  title.textContent = name;
  document.title = name;
}

room.addEventListener("online", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  showOnline(frame.online);
  if (frame.gifts != null) [totals.gifts, totals.counted] = [frame.gifts, true];
  showTotals();
});

// -- Coming, going, coming back -----------------------------------------------------------------

/** @type {string|null} */ let farewell = null;
/** @type {number|null} */ let lostAt = null;
let cameBefore = kept.cursor != null;

room.addEventListener("welcome", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (lostAt !== null && frame.resumed) chat.note(words.back(Date.now() - lostAt), "gap");
  if (cameBefore && !frame.resumed) chat.note(words.newEpoch, "gap");
  const name = frame.group?.name || frame.group?.id || document.title;
  if (!cameBefore) chat.note(words.hello(name, frame.me?.guest === true));
  cameBefore = true;
  [lostAt, farewell] = [null, null];
  door.close();
  showTitle(name);
  showText(at("pinned"), frame.group?.notification || null);
  showOnline(frame.online ?? 0);
  Object.assign(totals, {
    likes: frame.likes ?? 0,
    follows: frame.follows ?? 0,
    gifts: frame.gifts ?? totals.gifts,
    counted: frame.gifts != null,
    plus: 0,
  });
  showTotals();
  bars.muteAll = frame.group?.mute_all === true;
  bars.applied = frame.status === "waiting";
  setMuted(frame.me?.muted ?? null);
  showMe(frame.me ?? {});
  keep();
});

/** @param {{nick?: string, user?: string|null, role?: string, guest?: boolean}} me */
function showMe(me) {
  const guest = me.guest === true;
  at("me").textContent = guest ? "" : me.nick || me.user || "";
  showText(at("my-role"), words.ROLES[me.role ?? ""] || null);
  at("leave").hidden = false;
  at("composer").hidden = guest;
  at("take-part").hidden = !guest;
  showFollow();
}

room.addEventListener("refused", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  const word = words.refusal(frame, room.now());
  const text = [word.text, word.help].filter(Boolean).join(" ");
  if (frame.of === "join") openDoor(text);
  else chat.note(text, "bad");
});

room.addEventListener("direct", (event) => {
  const { notice } = /** @type {CustomEvent} */ (event).detail;
  const text = words.notice(notice ?? {}, room.now());
  if (notice?.kind === "role" && room.welcome) showMe({ ...room.welcome.me, role: notice.role });
  if (text === null) return;
  chat.note(text, "direct");
  if (["kicked", "banned", "declined", "quit_elsewhere"].includes(notice.kind)) farewell = text;
});

room.addEventListener("order", () => {
  farewell = words.ordered;
});

room.addEventListener("bye", (event) => {
  farewell ??= words.bye(/** @type {CustomEvent} */ (event).detail);
});

room.addEventListener("error", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (frame.fatal) farewell = words.fault(frame);
  console.warn("the host reports", frame.code, frame.why);
});

/** @type {number|undefined} */ let connectionTimer;

room.addEventListener("state", (event) => {
  const { state, retryAt } = /** @type {CustomEvent} */ (event).detail;
  clearInterval(connectionTimer);
  if (state === "offline") lostAt ??= Date.now();
  const show = () => {
    const seconds = Math.ceil(((retryAt ?? 0) - Date.now()) / 1_000);
    const text = words.connection(state, seconds, farewell);
    showText(at("connection-text"), text);
    at("connection").hidden = text === null;
    showText(at("retry"), words.retry(state));
  };
  at("live").classList.toggle("lost", state !== "live");
  if (state === "connecting" || state === "joining") {
    connectionTimer = setTimeout(show, lostAt === null ? CONNECTING_AFTER_MS : 0);
  } else {
    show();
    if (state === "offline") connectionTimer = setInterval(show, 1_000);
  }
});

at("retry").addEventListener("click", () => room.connect());
addEventListener("online", () => room.state === "offline" && room.connect());
addEventListener("pagehide", keep);

at("leave").addEventListener("click", () => {
  delete kept.nick;
  delete kept.guest;
  room.quit();
});

// -- The door -----------------------------------------------------------------------------------

/** @param {string|null} problem @param {string} text */
function openDoor(problem = null, text = words.door.first) {
  at("door-text").textContent = text;
  showText(at("door-problem"), problem);
  nick.value ||= kept.nick ?? "";
  if (!door.open) door.showModal();
  nick.focus();
}

/** @param {{nick?: string, guest: boolean}} as */
function enter(as) {
  Object.assign(kept, as);
  showText(at("door-problem"), null);
  room.rejoin(as);
}

at("door-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = nick.value.trim();
  if (name === "") openDoor(words.door.nameless);
  else enter({ nick: name, guest: false });
});
at("watch").addEventListener("click", () => enter({ guest: true }));
door.addEventListener("cancel", (event) => {
  // Escape goes back to the room; for whoever is not in it yet, that is watching.
  event.preventDefault();
  if (room.state === "live") door.close();
  else enter({ guest: true });
});
at("take-part").addEventListener("click", () => openDoor(null, words.door.guest));

// -- Writing ------------------------------------------------------------------------------------

/** @type {{muted: Until|null, muteAll: boolean, applied: boolean}} */
const bars = { muted: null, muteAll: false, applied: false };
/** @type {number|undefined} */ let muteTimer;

/** @param {Until|null} until */
function setMuted(until) {
  bars.muted = until;
  clearInterval(muteTimer);
  if (typeof until === "number") {
    muteTimer = setInterval(() => (room.now() >= until ? setMuted(null) : showBars()), 1_000);
  }
  showBars();
}

function showBars() {
  const staff = ["owner", "admin"].includes(room.welcome?.me?.role);
  const text = words.bars({ ...bars, muteAll: bars.muteAll && !staff }, room.now());
  if (at("banner").textContent !== (text ?? "")) showText(at("banner"), text);
}

const encoder = new TextEncoder();

/** @returns {boolean} whether the message is short enough */
function measure() {
  const most = room.welcome?.limits?.message_bytes ?? MESSAGE_BYTES;
  const over = encoder.encode(message.value).length - most;
  showText(at("over"), over > 0 ? words.tooLongBy(over) : null);
  return over <= 0;
}

message.addEventListener("input", measure);
at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = message.value.trim();
  if (text === "" || !measure()) return;
  room.send("text", { text });
  message.value = "";
  chat.follow();
});

room.addEventListener("sent", (event) => {
  const sent = /** @type {CustomEvent<Sent>} */ (event).detail;
  if (sent.state === "refused" && sent.code === 2004) setMuted(sent.detail?.until ?? null);
  if (sent.kind === "like" || sent.kind === "follow") tellLike(sent);
  else chat.tell(sent);
});

// -- Likes, follows, gifts ----------------------------------------------------------------------

let hintedAt = 0;

/** A like is counted when it is accepted; only trouble is worth a line. @param {Sent} sent */
function tellLike(sent) {
  const accepted = sent.message != null && !counted.has(sent);
  if (accepted && sent.kind === "like" && sent.state !== "rejected") {
    counted.add(sent);
    totals.plus += 1;
    showTotals();
  }
  if (sent.kind === "follow" && ["refused", "rejected", "unknown"].includes(sent.state)) {
    kept.followed = false;
    showFollow();
  }
  const word = words.ownLike(sent, room.now());
  if (!word || Date.now() - hintedAt < HINT_EVERY_MS) return;
  hintedAt = Date.now();
  chat.note([word.text, word.help].filter(Boolean).join(" "), word.tone);
}

/** @type {WeakSet<Sent>} */ const counted = new WeakSet();

/** @returns {boolean} whether one may react; a guest is shown the door instead */
function mayReact() {
  if (room.user !== null) return true;
  if (room.state === "live") openDoor(null, words.door.guest);
  return false;
}

at("like").addEventListener("click", () => {
  if (!mayReact()) return;
  room.send("like", { data: "1" });
  stage.hearts();
});

function showFollow() {
  const followed = kept.followed === true;
  at("follow").setAttribute("aria-pressed", String(followed));
  at("follow-name").textContent = followed ? words.follow.yes : words.follow.no;
}

at("follow").addEventListener("click", () => {
  if (!mayReact() || kept.followed) return;
  kept.followed = true;
  room.send("follow", { data: "1" });
  showFollow();
});

for (const button of document.querySelectorAll("button[data-gift]")) {
  const gift = /** @type {HTMLElement} */ (button).dataset.gift;
  let taps = 0;
  button.addEventListener("click", () => {
    if (!mayReact()) return;
    taps += 1;
    if (taps > 1) return;
    setTimeout(() => {
      room.send("gift", { data: JSON.stringify({ gift, n: Math.min(99, taps) }) });
      taps = 0;
    }, GIFT_TAPS_MS);
  });
}

function showDensity() {
  at("density-name").textContent = words.density(stage.density);
  at("density").dataset.density = stage.density;
}

at("density").addEventListener("click", () => {
  const next = /** @type {const} */ ({ calm: "full", full: "off", off: "calm" });
  stage.density = next[stage.density];
  showDensity();
});

// -- Begin --------------------------------------------------------------------------------------

showDensity();
showTotals();
if (kept.guest || kept.nick) room.connect();
else openDoor();
