/**
 * The page of a show: puts the client, the chat, the stage and the buttons together.
 */

import { Announcer } from "../common/announce.js";
import { Chat } from "../common/chat.js";
import { Composer } from "../common/composer.js";
import { showConnection } from "../common/connection.js";
import { INQUIRY, readNotice } from "../common/custom.js";
import { at, each, showText } from "../common/dom.js";
import { Door } from "../common/door.js";
import { giftOf, timesOf } from "../common/fold.js";
import { Gaps } from "./gap.js";
import { Gifts } from "./gifts.js";
import { listenToKeys } from "./keys.js";
import { ownersKey, socketAddress, withoutWrongKey } from "../common/key.js";
import { LiveRoom, hasEnded } from "../liveroom.js";
import { Nav } from "../common/nav.js";
import { Notices } from "./notices.js";
import { OfferCard, willBeServed } from "./offer.js";
import { pausing } from "./pause.js";
import { Personal, isPersonal } from "../common/personal.js";
import { Reactions } from "./react.js";
import { Stage } from "./stage.js";
import { browser, tab } from "../common/store.js";
import { onSpeak, say, words } from "../common/words.js";

/**
 * @typedef {import("../liveroom.js").Entry} Entry
 * @typedef {import("../liveroom.js").Sent} Sent
 */

/** Older entries, read after a pause, belong into the chat and not over a picture that has moved on. */
const FLY_WITHIN_MS = 5_000;
/** Long enough to read it twice; its row in the chat stays. */
const GAP_SHOWN_MS = 12_000;
/** The batches of one gap come at once, and its word is said when they have. */
const GAP_SUMMED_MS = 250;
/** So many new likes are one heart, since a great room has thousands. */
const LIKES_PER_HEART = 3;

const group = new URL(location.href).searchParams.get("group") ?? undefined;
const key = ownersKey();

/** Who one was before a reload. @type {{nick?: string, token?: string|null, cursor?: any}} */
const kept = tab.read(`show ${group ?? ""}`) ?? {};
const keep = () => tab.write(`show ${group ?? ""}`, { nick: kept.nick, ...room.session });

// -- The parts ----------------------------------------------------------------------------------

const room = new LiveRoom(socketAddress(), { ...kept, guest: !kept.nick, group, key });
const announcer = new Announcer(at("announcer"), at("alerts"));
const stage = new Stage({ scene: at("scene"), flight: at("flight"), hearts: at("hearts") });
const gifts = new Gifts(at("gifts"));
const notices = new Notices(at("notices"));
const personal = new Personal(() => (room.user === null ? at("nick") : at("message")).focus());
const gaps = new Gaps(tellGap);
const composer = new Composer(room, (text) => {
  room.send("text", { text });
  chat.follow();
});
const chat = new Chat(
  { log: at("log"), rows: at("rows"), pending: at("pending"), newer: at("newer"), empty: at("empty") },
  {
    now: () => room.now(),
    self: () => ({ ...room.welcome?.me }),
    role: (role) => words.ROLES[role] ?? "",
    again: (sent) => void room.send(sent.kind, sent),
    edit: (text) => composer.edit(text),
    hear: (text) => announcer.hear(text),
    alert: (text) => announcer.alert(text),
    proclaim: (text) => notices.show(text),
  },
);
const door = new Door((nick) => {
  kept.nick = nick;
  room.rejoin({ nick, guest: false });
});
const reactions = new Reactions(room, {
  may: mayTakePart,
  burst: () => stage.hearts.burst(),
  note: (text, tone) => chat.note(text, tone),
});
const offer = new OfferCard((id) => (mayTakePart() ? room.send(INQUIRY, { data: JSON.stringify({ offer: id }) }).outcome : null));
const turnPause = pausing(room, {
  stop: () => stage.comments.pause(),
  start: (went) => {
    stage.comments.resume();
    gaps.goOn(room.now(), went);
  },
});
const connection = showConnection(room, () => room.rejoin({ guest: !kept.nick }));
const help = listenToKeys((act) => {
  if (act === "write") (room.user === null ? at("nick") : at("message")).focus();
  else if (act === "pause") turnPause();
  else at(act === "comments" ? "density" : act).click();
});
const nav = new Nav(at("nav"), { current: group ?? "live", help });

/** @returns {boolean} whether one may take part; a guest is shown the door instead */
function mayTakePart() {
  if (room.user === null) door.invite();
  return room.user !== null;
}

// -- Entries ------------------------------------------------------------------------------------

room.addEventListener("batch", (event) => {
  const batch = /** @type {CustomEvent} */ (event).detail;
  const { entries } = batch;
  gaps.take(room.now(), batch);
  chat.add(entries);
  each(entries, (entry) => {
    if (entry.type === "message") onStage(entry);
    else if (entry.type === "tip") takeTip(entry);
    else if (entry.kind === "purged") stage.comments.clear();
    else if (entry.kind === "raid") composer.bar({ raid: typeof entry.until === "number" ? entry.until : null });
    else if (entry.kind === "disbanded") connection.endsWith(() => words.notice(entry, room.now()));
  });
});

/** @type {number|undefined} */ let gapTimer;

/** A gap has its row where it is, and a word where it is seen: the row may be far above at once. @param {import("./gap.js").Gap} gap */
function tellGap(gap) {
  const text = () => [gap.about(), gap.came === null ? words.missed(gap.missed) : words.caughtUp(gap.came)].filter(Boolean).join(" ") || null;
  const tone = gap.came === null ? "" : "good";
  if (gap.row === undefined) gap.row = chat.mark(text, `gap ${tone}`);
  else chat.renew(gap.row);
  clearTimeout(gapTimer);
  gapTimer = setTimeout(() => {
    showText(at("gap"), text());
    at("gap").className = `gap-word ${tone}`;
    gapTimer = setTimeout(() => showText(at("gap"), null), GAP_SHOWN_MS);
  }, GAP_SUMMED_MS);
}

/** @param {Entry} entry */
function onStage(entry) {
  if (entry.kind === "gift") reactions.gift(giftOf(entry.data, words.GIFTS).n * timesOf(entry).count);
  if (room.now() - entry.at > FLY_WITHIN_MS) return;
  if (entry.kind === "like" && !entry.sent) stage.hearts.rise(1);
  if (entry.kind === "gift") gifts.show(entry);
  if (entry.kind !== "text" || timesOf(entry).count === 0) return;
  const staff = entry.role === "owner" || entry.role === "admin" || entry.user == null;
  stage.comments.fly(entry.text ?? "", entry.sent ? "own" : staff ? "staff" : "plain");
}

/** @param {Entry} entry */
function takeTip(entry) {
  const changed = entry.changes ?? {};
  if (entry.online != null) showOnline(entry.online);
  stage.hearts.rise(Math.floor(reactions.take({ likes: changed.likes, follows: changed.follows }) / LIKES_PER_HEART));
  if (changed.name != null) showTitle(changed.name);
  if (changed.notification != null) showText(at("pinned"), changed.notification || null);
  if (changed.mute_all != null) composer.bar({ muteAll: changed.mute_all });
  if (changed.custom != null) offer.take(changed.custom);
  const me = entry.names?.find((one) => one.user === room.user);
  if (me && entry.kind === "member_profile") composer.mute(me.until ?? null);
}

let online = 0;

/** @param {number} now */
function showOnline(now) {
  online = now;
  at("online").textContent = words.number(now);
}

/** @param {string} name */
function showTitle(name) {
  showText(at("title"), name);
  document.title = name;
}

room.addEventListener("online", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  showOnline(frame.online);
  reactions.take({ gifts: frame.gifts });
});

// -- Coming, going, coming back -----------------------------------------------------------------

/** @type {number|null} */ let lostAt = null;
/** As what one was here before. @type {"guest"|"member"|null} */
let cameAs = kept.cursor == null ? null : kept.nick && kept.token ? "member" : "guest";

room.addEventListener("welcome", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  const { group: about = {}, me = {} } = frame;
  const away = lostAt === null ? null : Date.now() - lostAt;
  const name = about.name || about.id || document.title;
  // Who waits to be let in is no member yet.
  const comesAs = me.guest || frame.status === "waiting" ? "guest" : "member";
  if (cameAs !== comesAs) chat.note(() => words.hello(name, me.guest === true));
  else if (comesAs === "member" && !frame.resumed) gaps.back(room.now(), () => words.newEpoch);
  else if (away !== null) gaps.back(room.now(), () => words.back(away));
  [cameAs, lostAt] = [comesAs, null];
  showTitle(name);
  showText(at("pinned"), about.notification || null);
  showOnline(frame.online ?? 0);
  reactions.take({ likes: frame.likes ?? 0, follows: frame.follows ?? 0, gifts: frame.gifts });
  offer.begin(frame.token ?? null, about.custom ?? {});
  composer.bar({ muteAll: about.mute_all === true, applied: frame.status === "waiting", raid: about.raid ?? null });
  composer.mute(me.muted ?? null);
  nav.showRooms(frame.rooms ?? []);
  showMe(me);
  keep();
});

/** @param {{nick?: string, user?: string|null, role?: string, guest?: boolean}} me */
function showMe(me) {
  const wasGuest = at("composer").hidden && document.activeElement === at("nick");
  door.show(me.guest === true);
  showText(at("me"), me.guest ? null : me.nick || me.user || "");
  showText(at("my-role"), words.ROLES[me.role ?? ""] || null);
  at("my-role").classList.toggle("mild", me.guest === true);
  at("leave").hidden = me.guest === true;
  // Whoever came in by the door goes on writing.
  if (wasGuest && !me.guest) composer.focus();
}

room.addEventListener("refused", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  const text = () => {
    const word = words.refusal(frame, room.now());
    return [word.text, word.help].filter(Boolean).join(" ");
  };
  if (frame.of === "join") door.problem(text());
  else chat.note(text, "bad");
});

room.addEventListener("direct", (event) => {
  const { notice = {} } = /** @type {CustomEvent} */ (event).detail;
  const meant = readNotice(notice);
  if (meant && "voucher" in meant) {
    if (offer.give(meant.voucher)) chat.note(() => words.offer.announced(meant.voucher.title), "direct");
  }
  if (meant && "soldOut" in meant) offer.sellOut(meant.soldOut);
  if (meant) return;
  if (notice.kind === "role" && room.welcome) showMe({ ...room.welcome.me, role: notice.role });
  const text = () => words.notice(notice, room.now());
  if (text() === null) return;
  if (isPersonal(notice)) {
    personal.tell(text);
    chat.mark(text, "direct");
  } else {
    chat.note(text, "direct");
  }
  if (["kicked", "banned", "declined", "quit_elsewhere"].includes(notice.kind)) connection.endsWith(text);
});

room.addEventListener("order", () => connection.endsWith(() => words.ordered));
room.addEventListener("bye", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  connection.endsWith(() => words.bye(frame));
});
room.addEventListener("error", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (frame.fatal) connection.endsWith(() => words.fault(frame));
  console.warn("the host reports", frame.code, frame.why);
});
room.addEventListener("state", (event) => {
  const { state, heardAt } = /** @type {CustomEvent} */ (event).detail;
  if (state === "offline") lostAt ??= heardAt;
});
withoutWrongKey(room, () => ({ guest: !kept.nick }));
addEventListener("pagehide", keep);

at("leave").addEventListener("click", () => {
  delete kept.nick;
  room.quit();
});

room.addEventListener("sent", (event) => {
  const sent = /** @type {CustomEvent<Sent>} */ (event).detail;
  if (sent.state === "refused" && sent.code === 2004) composer.mute(sent.detail?.until ?? null);
  if (sent.kind === "like" || sent.kind === "follow") reactions.tell(sent);
  // Asking for a voucher is worth a word only if it was turned away: whoever asked in time gets one.
  else if (sent.kind !== INQUIRY || (hasEnded(sent) && !willBeServed(sent))) chat.tell(sent);
});

// -- Comments over the picture ------------------------------------------------------------------

function showDensity() {
  at("density-name").textContent = words.density(stage.comments.density);
  at("density").dataset.density = stage.comments.density;
}

at("density").addEventListener("click", () => {
  const next = /** @type {const} */ ({ calm: "full", full: "off", off: "calm" });
  stage.comments.density = next[stage.comments.density];
  browser.write("comments", stage.comments.density);
  showDensity();
});

// -- Begin --------------------------------------------------------------------------------------

const density = browser.read("comments");
if (["calm", "full", "off"].includes(density)) stage.comments.density = density;
onSpeak(() => {
  say(document);
  chat.redraw();
  showDensity();
  showOnline(online);
  if (room.welcome) showMe(room.welcome.me ?? {});
});
door.show(!kept.nick);
room.connect();
