/**
 * The console: applications and their groups, made, looked at and deleted by whoever has its token. Every word that
 * comes from the host gets into the page as text.
 */

import { at, button, element, showText } from "../common/dom.js";
import { Nav } from "../common/nav.js";
import { tab } from "../common/store.js";
import { say } from "../common/words.js";
import { onWords, words } from "./words.js";

/** @typedef {{id: number, name: string, enabled: boolean, created: number, expires: number|null, key: string|null, groups: number, keeps: boolean}} App */
/** @typedef {{id: string, name: string, owner: string|null, created: number, members: number, ended: boolean}} Group */

new Nav(at("nav"), { current: "" });

/** @type {App[]} */ let apps = [];
/** @type {{all: number, groups: Group[]}} */ let groups = { all: 0, groups: [] };
/** @type {number|null} */ let chosen = null;
/** @type {"none"|"wrong"|"gone"|null} */ let closed = null;
let [version, keyShown] = ["", false];

const app = () => apps.find((one) => one.id === chosen);

// -- The token ----------------------------------------------------------------------------------

/** It comes in the fragment, which browsers do not send, and leaves the address bar at once. */
function givenToken() {
  const place = new URL(location.href);
  const given = new URLSearchParams(place.hash.slice(1)).get("token");
  if (given === null) return tab.read("token");
  tab.write("token", given);
  place.hash = "";
  history.replaceState(history.state, "", place);
  return given;
}

/** @type {string|null} */ let token = givenToken();

/** @param {"none"|"wrong"|"gone"} why */
function shut(why) {
  closed = why;
  at("desk").hidden = true;
  at("shut").hidden = false;
  showShut();
}

function showShut() {
  if (closed === null) return;
  at("shut-title").textContent = words.shut[closed].title;
  at("shut-text").textContent = words.shut[closed].text;
}

at("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (at("token"));
  // Whoever pastes the whole address means the token in it.
  const given = field.value.trim().replace(/^.*[#&?]token=/, "");
  if (given === "") return field.focus();
  token = given;
  tab.write("token", given);
  field.value = "";
  refresh();
});

// -- The host -----------------------------------------------------------------------------------

/** Something that the host did not do, in its own words. */
class Failed extends Error {
  /** @param {{code: number, info: string}} failure */
  constructor(failure) {
    super(failure.info);
    this.failure = failure;
  }
}

/**
 * @param {string} path @param {string} [method] @param {object} [body]
 * @returns {Promise<any>}
 */
async function ask(path, method = "GET", body) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(new URL(`console/${path}`, location.href), { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (response.status === 401) {
    tab.write("token", null);
    shut("wrong");
  }
  if (!response.ok) throw new Failed(answer);
  return answer;
}

/** Does something, and says how it went. @param {string} where @param {() => Promise<string>} act */
async function doing(where, act) {
  const answer = at(where);
  try {
    answer.textContent = await act();
    answer.dataset.tone = "good";
  } catch (problem) {
    if (!(problem instanceof Failed)) return shut("gone");
    answer.textContent = words.failed(problem.failure);
    answer.dataset.tone = "bad";
  }
}

async function refresh() {
  if (token === null) return shut("none");
  try {
    ({ apps, version } = await ask("apps"));
    if (!app()) chosen = apps[0]?.id ?? null;
    groups = chosen === null ? { all: 0, groups: [] } : await ask(`apps/${chosen}/groups`);
  } catch (problem) {
    if (problem instanceof Failed) return;
    return shut("gone");
  }
  closed = null;
  at("shut").hidden = true;
  at("desk").hidden = false;
  show();
}

// -- What is shown ------------------------------------------------------------------------------

function show() {
  at("app-count").textContent = String(apps.length);
  const now = Date.now() / 1_000;
  at("apps").replaceChildren(
    ...apps.map((one) => {
      const entry = button("app", "", () => choose(one.id));
      entry.setAttribute("aria-current", String(one.id === chosen));
      entry.append(element("strong", "", one.name), element("small", "", `${one.id} · ${words.status(one.enabled, one.expires, now)}`));
      const item = element("li", "");
      item.append(entry);
      return item;
    }),
  );
  const one = app();
  at("overview").hidden = one === undefined;
  if (one) showOverview(one, now);
}

/** @param {App} one @param {number} now */
function showOverview(one, now) {
  at("overview-title").textContent = one.name;
  at("status").textContent = words.status(one.enabled, one.expires, now);
  at("status").dataset.on = String(one.enabled && (one.expires === null || one.expires > now));
  at("version").textContent = version;
  at("app-id").textContent = String(one.id);
  at("created").textContent = words.moment(one.created);
  at("expires").textContent = one.expires === null ? words.never : words.moment(one.expires);
  at("app-key").textContent = one.key === null ? words.nobody : keyShown ? one.key : words.hidden;
  showText(at("show-key"), one.key === null ? null : words.keyButton(keyShown));
  at("switch").textContent = words.switchButton(one.enabled);
  /** @type {HTMLButtonElement} */ (at("delete")).disabled = one.enabled || one.keeps;
  at("delete-help").textContent = words.deleteHelp(one);
  at("group-count").textContent = String(groups.all);
  at("groups").replaceChildren(...groups.groups.map(row));
  at("groups-more").textContent = words.more(groups.groups.length, groups.all);
}

/** @param {Group} group */
function row(group) {
  const made = element("tr", "");
  if (group.ended) made.dataset.ended = "";
  const id = element("td", "");
  id.append(element("code", "", group.id));
  made.append(
    id,
    element("td", "", group.name),
    element("td", "", group.owner ?? words.nobody),
    element("td", "number", String(group.members)),
    element("td", "number", words.moment(group.created)),
  );
  return made;
}

/** @param {number} id */
function choose(id) {
  [chosen, keyShown] = [id, false];
  for (const answer of ["overview-answer", "groups-answer"]) at(answer).textContent = "";
  return refresh();
}

// -- What is done -------------------------------------------------------------------------------

/** @param {string} id */
const field = (id) => /** @type {HTMLInputElement} */ (at(id));

at("app-form").addEventListener("submit", (event) => {
  event.preventDefault();
  doing("apps-answer", async () => {
    const days = field("app-days").value;
    const made = await ask("apps", "POST", { name: field("app-name").value, days: days === "" ? null : Number(days) });
    /** @type {HTMLFormElement} */ (at("app-form")).reset();
    await choose(made.id);
    return words.madeApp(made.name);
  });
});

at("group-form").addEventListener("submit", (event) => {
  event.preventDefault();
  doing("groups-answer", async () => {
    const form = { name: field("group-name").value, owner: field("group-owner").value.trim(), type: field("group-type").value };
    const { id } = await ask(`apps/${chosen}/groups`, "POST", form);
    /** @type {HTMLFormElement} */ (at("group-form")).reset();
    await refresh();
    return words.madeGroup(id);
  });
});

at("show-key").addEventListener("click", () => {
  keyShown = !keyShown;
  show();
});

at("switch").addEventListener("click", () =>
  doing("overview-answer", async () => {
    await ask(`apps/${chosen}`, "POST", { enabled: !app()?.enabled });
    await refresh();
    return "";
  }),
);

const sure = /** @type {HTMLDialogElement} */ (at("sure"));
at("delete").addEventListener("click", () => {
  at("sure-title").textContent = words.sure(app()?.name ?? "");
  sure.showModal();
});
at("sure-no").addEventListener("click", () => sure.close());
at("sure-yes").addEventListener("click", () => {
  sure.close();
  const gone = app();
  doing("apps-answer", async () => {
    await ask(`apps/${gone?.id}`, "DELETE");
    await refresh();
    return words.deletedApp(gone?.name ?? "");
  });
});

onWords(() => {
  say(document, words.page);
  document.title = words.page.title;
  showShut();
  if (closed === null && apps.length > 0) show();
});
refresh();
