/**
 * The page of a class: the whiteboard, who may draw, and the chat beside it.
 */

import { Announcer } from "../common/announce.js";
import { ClassList } from "./class.js";
import { BoardModel } from "./model.js";
import { picture } from "./paint.js";
import { listenToPens } from "./pen.js";
import { CLEAR, STROKE } from "./queue.js";
import { Sender } from "./send.js";
import { Sheet } from "./sheet.js";
import { standingOf } from "./standing.js";
import { Tools } from "./tools.js";
import { onWords, words } from "./words.js";
import { Chat } from "../common/chat.js";
import { Composer } from "../common/composer.js";
import { showConnection } from "../common/connection.js";
import { readNotice } from "../common/custom.js";
import { at, each, element, nickElement, showText } from "../common/dom.js";
import { Door } from "../common/door.js";
import { LiveRoom } from "../liveroom.js";
import { Nav } from "../common/nav.js";
import { Personal, isPersonal } from "../common/personal.js";
import { ownersKey, socketAddress, withoutWrongKey } from "../common/key.js";
import { Seen } from "../common/seen.js";
import { saveAs } from "../common/save.js";
import { tab } from "../common/store.js";
import { say, words as common } from "../common/words.js";

/**
 * @typedef {import("../liveroom.js").Entry} Entry
 * @typedef {import("../liveroom.js").Sent} Sent
 */

/** The host takes one raised hand of a user in so long. */
const HAND_EVERY_MS = 5_000;

const group = new URL(location.href).searchParams.get("group") ?? "class";
const key = ownersKey();
const store = `board ${group}`;
/** Who one was before a reload. The cursor is not kept: the drawing is in this page's memory and comes anew. @type {{nick?: string, token?: string|null}} */
const kept = tab.read(store) ?? {};
const keep = () => tab.write(store, { nick: kept.nick, token: room.session.token });

// -- The parts ----------------------------------------------------------------------------------

// The key alone makes the owner, who need not give a name.
const nick = kept.nick ?? (key === undefined ? undefined : words.teacher);
const room = new LiveRoom(socketAddress(), { nick, token: kept.token, guest: nick === undefined, group, key });
const board = new BoardModel();
const seen = new Seen();
const personal = new Personal(() => (room.user === null ? at("nick") : at("message")).focus());
const announcer = new Announcer(at("announcer"), at("alerts"));
const sender = new Sender(room, {
  changed: () => {
    sheet.changed();
    showSending();
    showHint();
  },
  lost: (sent) => {
    chat.note(() => [words.lost, common.own(sent, room.now())?.text].filter(Boolean).join(" "), "bad");
    announcer.alert(words.lost);
  },
});
const sheet = new Sheet(
  { frame: at("sheet"), paper: at("paper"), pen: at("pen") },
  { sure: () => board.pieces, unsure: () => sender.marks },
);
const tools = new Tools({ clear: () => sender.clear() });
listenToPens(at("pen"), { may: () => now.may, width: () => tools.width }, {
  begin: () => sender.begin(tools.colour),
  move: (x, y, w) => sender.move(x, y, w),
  end: () => sender.end(),
});
const pupils = new ClassList(room);
const composer = new Composer(room, (text) => {
  room.send("text", { text });
  chat.follow();
});
const chat = new Chat(
  { log: at("log"), rows: at("rows"), pending: at("pending"), newer: at("newer"), empty: at("empty") },
  {
    now: () => room.now(),
    self: () => ({ ...room.welcome?.me }),
    role: roleName,
    again: (sent) => void room.send(sent.kind, sent),
    edit: (text) => composer.edit(text),
    hear: (text) => announcer.hear(text),
    alert: (text) => announcer.alert(text),
  },
);

/** @param {string} role */
function roleName(role) {
  return role === "owner" ? words.teacher : (common.ROLES[role] ?? "");
}

const door = new Door((name) => {
  kept.nick = name;
  room.rejoin({ nick: name, guest: false });
});
const connection = showConnection(room, () => room.rejoin({ guest: !kept.nick && key === undefined }));
const nav = new Nav(at("nav"), { current: group });

// -- Who may do what ----------------------------------------------------------------------------

/** @type {import("./standing.js").Circumstances & {may: boolean}} */
const now = { speakers: "all", role: "guest", guest: true, called: false, muted: false, muteAll: false, may: false };

/** @param {Partial<typeof now>} change */
function become(change) {
  Object.assign(now, change);
  const { standing, may } = standingOf(now);
  now.may = may;
  at("standing").dataset.standing = standing;
  if (at("standing").textContent !== words.standing[standing]) at("standing").textContent = words.standing[standing];
  const listens = standing === "listen" || standing === "muteAll";
  at("pens").hidden = !may;
  at("sheet").classList.toggle("may", may);
  at("composer").hidden = now.guest || listens;
  at("hand").hidden = now.speakers !== "called" || now.guest || standing === "owner" || standing === "called";
  at("class-list").hidden = standing !== "owner" || now.speakers !== "called";
  tools.allowClear(now.role === "owner");
  showHint();
}

/** An empty board says whose it is, until somebody draws. */
function showHint() {
  const empty = board.whole && board.pieces.length === 0 && sender.marks.length === 0;
  const hint = now.may ? words.hint.draw : now.speakers === "called" ? words.hint.teacher : words.hint.everybody;
  showText(at("hint"), empty ? hint : null);
}

/** @type {any} */ let handTimer;

function showHand(raised = false) {
  at("hand").textContent = raised ? words.hand.raised : words.hand.raise;
  at("hand").setAttribute("aria-pressed", String(raised));
}

at("hand").addEventListener("click", async () => {
  if (handTimer !== undefined) return;
  showHand(true);
  handTimer = setTimeout(() => {
    handTimer = undefined;
    showHand();
  }, HAND_EVERY_MS);
  try {
    await room.do("raise_hand");
  } catch {
    announcer.alert(words.hand.failed);
    showHand();
  }
});

// -- The drawing --------------------------------------------------------------------------------

/** @param {import("./model.js").Change} change */
function draw({ fresh, anew }) {
  if (anew) sheet.again();
  else sheet.add(fresh);
  showHint();
  if (anew || fresh.length > 0) describe();
}

/** @type {any} */ let describing;

/** In words, a little later: a stroke that is being drawn changes it many times a second. */
function describe() {
  describing ??= setTimeout(() => {
    describing = undefined;
    const authors = board.authors.map(({ user, strokes }) => ({ user, nick: seen.nickOf(user), strokes }));
    at("paper").setAttribute("aria-label", words.drawing(authors));
    const rows = authors.slice(0, 100).map((author) => {
      const row = element("li", "");
      row.append(nickElement(author), element("span", "strokes", words.strokes(author.strokes)));
      return row;
    });
    if (board.trimmed > 0) rows.push(element("li", "none", words.trimmed(board.trimmed)));
    at("drawn").replaceChildren(...rows);
  }, 500);
}

function showSending() {
  const waits = sender.open > 0 && (sender.slow || room.state !== "live");
  const text = waits ? words.onTheWay(sender.open, room.state === "live") : "";
  if (at("sending").textContent !== text) at("sending").textContent = text;
}

at("save").addEventListener("click", async () => {
  const blob = await picture(board.pieces);
  if (blob) saveAs(blob, words.fileName(document.title, new Date()));
});

room.addEventListener("board", (event) => draw(board.board(/** @type {CustomEvent} */ (event).detail)));

// -- Entries ------------------------------------------------------------------------------------

/** Pieces of strokes are no words for the chat. @param {Entry} entry */
const isDrawing = (entry) => entry.type === "message" && (entry.kind === STROKE || entry.kind === CLEAR);

room.addEventListener("batch", (event) => {
  const { entries, missed } = /** @type {CustomEvent<import("../liveroom.js").Batch>} */ (event).detail;
  each(entries, (entry) => {
    seen.see(entry);
    for (const one of entry.names ?? []) seen.see(one);
    if (entry.type === "tip") takeTip(entry);
    else if (entry.kind === "disbanded") connection.endsWith(() => common.notice(entry, room.now()));
    else if (entry.type === "message" && entry.kind === CLEAR) chat.note(() => words.cleared, "tip");
  });
  draw(board.entries(entries));
  const gap = common.missed(missed, "class");
  if (gap) chat.note(() => common.missed(missed, "class"), "gap");
  chat.add(entries.filter((entry) => !isDrawing(entry)));
});

/** @param {Entry} entry */
function takeTip(entry) {
  const changed = entry.changes ?? {};
  if (entry.online != null) showOnline(entry.online);
  if (changed.name != null) showTitle(changed.name);
  if (changed.notification != null) showText(at("pinned"), changed.notification || null);
  if (changed.mute_all != null) {
    composer.bar({ muteAll: changed.mute_all });
    become({ muteAll: changed.mute_all });
  }
  if (entry.kind === "quit" || entry.kind === "kick") entry.names?.forEach(({ user }) => pupils.forget(user));
  const me = entry.names?.find((one) => one.user === room.user);
  if (me && entry.kind === "member_profile") takeMuted(me.until ?? null);
}

/** @type {any} */ let mutedTimer;

/** @param {import("../liveroom.js").Until|null} until */
function takeMuted(until) {
  clearTimeout(mutedTimer);
  composer.mute(until);
  become({ muted: until !== null });
  if (typeof until === "number") mutedTimer = setTimeout(() => become({ muted: false }), Math.max(0, until - room.now()));
}

let online = 0;

/** @param {number} count */
function showOnline(count) {
  online = count;
  at("online").textContent = words.number(count);
}

/** @param {string} name */
function showTitle(name) {
  showText(at("title"), name);
  document.title = name;
}

room.addEventListener("online", (event) => showOnline(/** @type {CustomEvent} */ (event).detail.online));

// -- Coming, going, coming back -----------------------------------------------------------------

/** @type {number|null} */ let lostAt = null;
let cameBefore = false;

room.addEventListener("welcome", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  const { group: about = {}, me = {}, room: kind = {} } = frame;
  if (!frame.resumed) {
    board.begin();
    sheet.again();
    showHint();
  }
  const away = lostAt === null ? null : Date.now() - lostAt;
  if (away !== null && frame.resumed) chat.note(() => common.back(away), "gap");
  if (!cameBefore) chat.note(() => common.hello(about.name ?? group, me.guest === true));
  [cameBefore, lostAt] = [true, null];
  seen.see(me);
  showTitle(about.name || group);
  showText(at("pinned"), about.notification || null);
  showOnline(frame.online ?? 0);
  nav.showRooms(frame.rooms ?? []);
  composer.bar({ muteAll: about.mute_all === true, applied: frame.status === "waiting" });
  door.show(me.guest === true);
  showText(at("me"), me.guest ? null : me.nick || me.user || "");
  showText(at("my-role"), roleName(me.role ?? "") || null);
  at("leave").hidden = me.guest === true || me.role === "owner";
  become({ speakers: kind.speakers ?? "all", role: me.role ?? "guest", guest: me.guest === true, called: me.called === true, muteAll: about.mute_all === true });
  takeMuted(me.muted ?? null);
  if (frame.called) pupils.showCalled(frame.called);
  describe();
  keep();
});

room.addEventListener("direct", (event) => {
  const { notice = {} } = /** @type {CustomEvent} */ (event).detail;
  const meant = readNotice(notice);
  if (meant !== null && "called" in meant) {
    become({ called: meant.called });
    announcer.alert(meant.called ? words.standing.called : words.standing.listen);
  } else if (meant !== null && "hand" in meant) {
    seen.see(meant.hand);
    if (pupils.raise(meant.hand)) announcer.alert(words.hand.heard(meant.hand.nick));
  } else if (meant === null) {
    const text = () => common.notice(notice, room.now());
    if (text() === null) return;
    if (isPersonal(notice)) {
      personal.tell(text);
      chat.mark(text, "direct");
    } else {
      chat.note(text, "direct");
    }
    if (["kicked", "banned", "declined", "quit_elsewhere"].includes(notice.kind)) connection.endsWith(text);
  }
});

room.addEventListener("refused", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  const text = () => {
    const word = common.refusal(frame, room.now());
    return [word.text, word.help].filter(Boolean).join(" ");
  };
  if (frame.of === "join") door.problem(text());
  else chat.note(text, "bad");
});
room.addEventListener("order", () => connection.endsWith(() => common.ordered));
room.addEventListener("bye", (event) => connection.endsWith(() => common.bye(/** @type {CustomEvent} */ (event).detail)));
room.addEventListener("error", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (frame.fatal) connection.endsWith(() => common.fault(frame));
});
room.addEventListener("state", (event) => {
  const { state, heardAt } = /** @type {CustomEvent} */ (event).detail;
  if (state === "offline") lostAt ??= heardAt;
  showSending();
});
room.addEventListener("sent", (event) => {
  const sent = /** @type {CustomEvent<Sent>} */ (event).detail;
  if (sent.state === "refused" && sent.code === 2004) takeMuted(sent.detail?.until ?? null);
  if (sent.kind === "text") chat.tell(sent);
});
withoutWrongKey(room, () => ({ nick: kept.nick, guest: kept.nick === undefined }));
addEventListener("pagehide", keep);
at("leave").addEventListener("click", () => {
  delete kept.nick;
  room.quit();
});

// -- Begin --------------------------------------------------------------------------------------

onWords(() => {
  say(document, words.page);
  chat.redraw();
  tools.show();
  pupils.show();
  showHand();
  become({});
  showOnline(online);
  describe();
});
door.show(nick === undefined);
room.connect();
