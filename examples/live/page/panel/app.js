/**
 * The owner's panel: it joins with the key, asks for the feed, and hands what comes to its parts.
 */

import { at, each, element, showCounted } from "../common/dom.js";
import { LiveRoom } from "../liveroom.js";
import { Nav, addressOf } from "../common/nav.js";
import { sayAgain } from "./act.js";
import { Authors } from "./authors.js";
import { showBooks, showFigures } from "./books.js";
import { FlowChart } from "./chart.js";
import { FilterActs } from "./filter.js";
import { Flow } from "./flow.js";
import { Held } from "./held.js";
import { dryInks } from "./ink.js";
import { keepKey, ownersKey, socketAddress } from "../common/key.js";
import { LifeDialog } from "./life.js";
import { Lives } from "./lives.js";
import { OfferActs } from "./offer.js";
import { RaidActs } from "./raid.js";
import { People } from "./people.js";
import { RoomActs } from "./room.js";
import { Seen } from "../common/seen.js";
import { Soon } from "./soon.js";
import { Stream } from "./stream.js";
import { Trail } from "./trail.js";
import { TrafficActs } from "./traffic.js";
import { WaitCharts } from "./waits.js";
import { Waiting } from "./waiting.js";
import { onWords, words } from "./words.js";
import { say, words as common } from "../common/words.js";

/** @typedef {import("../liveroom.js").Entry} Entry */

const group = new URL(location.href).searchParams.get("group") ?? "live";
const key = ownersKey();
const room = new LiveRoom(socketAddress(), { group, key });

const [flow, waiting, lives, seen] = [new Flow(), new Waiting(), new Lives(), new Seen()];
const choose = (/** @type {string} */ user, /** @type {number|undefined} */ message) => {
  people.choose(user, message);
  showView("act");
};
const onlyTheirs = (/** @type {string} */ author) => {
  stream.only(author);
  showView("stream");
};
const people = new People(room, seen, { onlyTheirs });
const dialog = new LifeDialog(room, choose);
const stream = new Stream(lives, (life) => dialog.open(life));
const held = new Held(room, choose);
const soon = new Soon(room, choose);
const trail = new Trail(room, { choose, explain: (message) => dialog.open({ message }) });
const raid = new RaidActs(room);
const chart = new FlowChart(flow);
const waits = new WaitCharts(waiting);
const authors = new Authors(choose);
const acts = new RoomActs(room);
const filter = new FilterActs(room);
const traffic = new TrafficActs(room, () => filter.written);
const offer = new OfferActs(room);
people.marked = () => {
  stream.show();
  held.name();
  soon.name();
  trail.name();
};
new Nav(at("nav"), { current: "" });

// -- The door -----------------------------------------------------------------------------------

/** Why there is nothing to show, in the language of the moment. @type {{why: "none"|"wrong"|"over", say: () => string}|null} */
let closed = null;

/** Shows nothing but why there is nothing to show. @param {"none"|"wrong"|"over"} why @param {() => string} [say] */
function shut(why, say = () => words.shut[why].text) {
  closed = { why, say };
  at("panel").hidden = at("figures").hidden = at("rooms").hidden = true;
  raid.take(null);
  at("shut").hidden = false;
  at("shut").dataset.why = why;
  showShut();
}

function showShut() {
  if (closed === null) return;
  at("shut-title").textContent = words.shut[closed.why].title;
  at("shut-text").textContent = closed.say();
}

function open() {
  closed = null;
  at("panel").hidden = at("figures").hidden = at("rooms").hidden = false;
  at("shut").hidden = true;
  delete at("shut").dataset.why;
}

at("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (at("key"));
  // Whoever pastes the whole address means the key in it.
  const given = field.value.trim().replace(/^.*[#&?]key=/, "");
  if (given === "") return field.focus();
  keepKey(given);
  field.value = "";
  room.rejoin({ key: given, token: null });
});

room.addEventListener("refused", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (frame.of !== "join") return;
  if (frame.code !== "key") return shut("over", () => words.problem(frame, room.now()));
  keepKey(null);
  shut("wrong");
});

room.addEventListener("bye", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (!frame.may_reconnect) shut("over", () => common.bye(frame));
});
room.addEventListener("error", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  if (frame.fatal) shut("over", () => common.fault(frame));
});

/** @type {any} */ let standingTimer;
/** @type {import("../liveroom.js").StateChange|null} */ let standing = null;

function showStanding() {
  if (standing === null) return;
  const { state, retryAt } = standing;
  const seconds = Math.ceil(((retryAt ?? 0) - Date.now()) / 1_000);
  at("standing").dataset.state = state;
  showCounted(at("standing"), words.standing(state), state === "offline" ? common.countdown(seconds) : null);
}

room.addEventListener("state", (event) => {
  const { state } = (standing = /** @type {CustomEvent<import("../liveroom.js").StateChange>} */ (event).detail);
  clearInterval(standingTimer);
  showStanding();
  if (state === "live") watch();
  if (state === "offline") standingTimer = setInterval(showStanding, 1_000);
});
addEventListener("online", () => room.state === "offline" && room.connect());

room.addEventListener("welcome", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  const { group: profile, me, room: kind, rooms = [], called = [] } = frame;
  // A host that takes somebody without the key for a plain member says so here.
  if (me?.role !== "owner") return shut(key === undefined ? "none" : "wrong");
  open();
  showRooms(rooms);
  showTitle(profile?.name || group);
  acts.profile(profile ?? {});
  acts.muteAll(profile?.mute_all === true);
  raid.take(profile?.raid);
  raid.name();
  offer.take(profile?.custom);
  held.clear();
  if (!frame.resumed) trail.clear();
  people.showCalled(called);
  people.name();
  const board = /** @type {HTMLAnchorElement} */ (at("to-board"));
  board.hidden = kind?.kind !== "class";
  // The key is kept for this tab, so the board is opened in it.
  board.href = addressOf({ id: group, name: "", kind: "class" });
});

/** Asks for the feed, which belongs to the connection and not to the session. */
async function watch() {
  if (room.welcome?.me?.role !== "owner") return;
  try {
    await room.do("watch", { on: true });
    await filter.load();
  } catch (problem) {
    const { code } = /** @type {any} */ (problem);
    // A connection that is lost again is made again, and asks again.
    if (code !== "lost" && code !== "not_connected") shut("over", () => words.problem(/** @type {any} */ (problem), room.now()));
  }
}

// -- What comes ---------------------------------------------------------------------------------

room.addEventListener("past", (event) => {
  for (const totals of /** @type {CustomEvent} */ (event).detail.totals ?? []) flow.take(totals);
});

let shownAt = 0;

room.addEventListener("panel", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  flow.take(frame);
  waiting.take(frame);
  for (const author of frame.authors ?? []) seen.see(author);
  showFigures(frame, flow);
  showBooks(frame);
  chart.show(frame.traffic?.rate ?? 0);
  // Both look back over many seconds: twice a second they would only cost more.
  if (frame.now - shownAt >= 950 || frame.now < shownAt) {
    shownAt = frame.now;
    waits.show();
    authors.show(frame);
  }
  people.take(frame);
  traffic.take(frame);
  filter.take(frame);
  raid.take(frame.raid);
  soon.allow(frame.preview_ms);
  acts.muteAll(frame.mute_all === true);
});

room.addEventListener("lives", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  for (const life of frame.lives ?? []) seen.see(life);
  lives.take(frame);
  stream.show();
});

room.addEventListener("ask", (event) => {
  const ask = /** @type {CustomEvent} */ (event).detail;
  seen.see(ask.message ?? {});
  held.ask(ask);
});
room.addEventListener("asked", (event) => held.asked(/** @type {CustomEvent} */ (event).detail));

room.addEventListener("audit", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  for (const record of frame.records ?? []) record.whom?.forEach((/** @type {import("./records.js").Person} */ one) => people.learn(one));
  trail.take(frame);
});
room.addEventListener("previews", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  for (const one of frame.previews ?? []) seen.see(one);
  soon.take(frame);
});

room.addEventListener("batch", (event) => {
  const { entries } = /** @type {CustomEvent<{entries: Entry[]}>} */ (event).detail;
  each(entries, (entry) => {
    if (entry.type === "message") seen.see(entry);
    for (const one of entry.names ?? []) seen.see(one);
    if (entry.kind === "quit" || entry.kind === "kick") entry.names?.forEach(({ user }) => people.forget(user));
    if (entry.kind === "group_profile") takeChanges(entry.changes ?? {});
    if (entry.type === "notice" && entry.kind === "raid") raid.take(typeof entry.until === "number" ? entry.until : null);
    if (entry.type === "notice" && entry.kind === "disbanded") at("alerts").textContent = words.acts.ended;
  });
});

/** @param {Record<string, any>} changes */
function takeChanges(changes) {
  acts.profile(changes);
  if (changes.name != null) showTitle(changes.name);
  if (changes.mute_all != null) acts.muteAll(changes.mute_all);
  if (changes.custom != null) offer.take(changes.custom);
}

// -- The head, and the views of a narrow screen -------------------------------------------------

let title = "";

/** @param {string} name */
function showTitle(name) {
  title = name;
  /** @type {HTMLElement} */ (at("title").firstElementChild).textContent = name;
  document.title = words.title(name);
}

/** @type {{id: string, name: string}[]} */ let known = [];

/** @param {{id: string, name: string}[]} rooms */
function showRooms(rooms) {
  known = rooms;
  const items = rooms.map(({ id, name }) => {
    const link = element("a", "tab", words.rooms[id] ?? name);
    link.setAttribute("href", `panel?group=${encodeURIComponent(id)}`);
    if (id === group) link.setAttribute("aria-current", "page");
    const item = element("li", "");
    item.append(link);
    return item;
  });
  at("rooms").querySelector("ul")?.replaceChildren(...items);
}

/** On a narrow screen one part is seen at a time; on a wide one all are. @param {string} view */
function showView(view) {
  at("panel").dataset.view = view;
  for (const tab of /** @type {NodeListOf<HTMLElement>} */ (at("panel").querySelectorAll("[role=tab]"))) {
    const chosen = tab.dataset.view === view;
    tab.setAttribute("aria-selected", String(chosen));
    tab.setAttribute("aria-controls", `view-${tab.dataset.view}`);
    tab.tabIndex = chosen ? 0 : -1;
  }
}

const tabs = /** @type {HTMLElement[]} */ ([...at("panel").querySelectorAll("[role=tab]")]);
tabs.forEach((tab, i) => {
  tab.addEventListener("click", () => showView(tab.dataset.view ?? "watch"));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(i + step + tabs.length) % tabs.length];
    showView(next.dataset.view ?? "watch");
    next.focus();
  });
});

// -- Begin --------------------------------------------------------------------------------------

onWords(() => {
  say(document, words.page);
  showShut();
  showStanding();
  if (title) showTitle(title);
  else document.title = words.title(words.rooms[group] ?? group);
  showRooms(known);
  sayAgain();
  // It was said, and is not to be said again.
  at("alerts").textContent = "";
  for (const part of [people, stream, held, soon, trail, raid, chart, acts, traffic, filter, offer]) part.name();
  waits.show();
});
showView("watch");
// A change of light or dark changes the inks; the legend's samples are made of them.
const relight = () => {
  dryInks();
  chart.name();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", relight);
new MutationObserver(relight).observe(document.documentElement, { attributeFilter: ["data-theme"] });

if (key === undefined) shut("none");
else room.connect();
