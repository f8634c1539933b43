/** Moderation from the owner's panel: raids, people, what the audience does not see yet, and the audit trail. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { against } from "./support/axe.mjs";
import { DESKTOP, PHONE, startBrowser, visitor } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";
import { enter, nothingWentWrong, present, row, say, until } from "./support/show.mjs";

let browser;
let host;
let owner;
before(async () => {
  browser = await startBrowser();
  host = await startHost();
  owner = await panel(host);
});
after(async () => {
  nothingWentWrong([owner]);
  await browser?.close();
  await host?.stop();
});

/** @param {any} of @param {object} [options] */
async function panel(of, options) {
  const made = await visitor(browser, of.ownerUrl, options);
  await made.page.locator("#panel:not([hidden])").waitFor();
  return made;
}

async function viewer(nick, of = host) {
  const made = await visitor(browser, of.url);
  await enter(made.page, nick);
  return made;
}

const close = (...people) => Promise.all(people.map(({ context }) => context.close()));

/** Opens one group of controls. @param {import("playwright-core").Page} page @param {string} id */
async function open(page, id) {
  const card = page.locator(`#${id}`);
  if (!(await card.evaluate((one) => one.open))) await card.locator("summary").first().click();
}

/** @param {import("playwright-core").Page} page @param {string} nick */
async function choose(page, nick) {
  await open(page, "act-people");
  await page.locator("#find").fill(nick);
  await page.locator("#found .person", { hasText: nick }).first().click();
}

const acts = (page) => page.locator("#trail-list > li");

test("a raid is on for so long, everybody is told, and it ends when the owner says so", async () => {
  const { page } = owner;
  const ann = await viewer("Ann");
  await open(page, "act-room");
  // By the keyboard alone.
  await page.getByRole("button", { name: "5 min of raid mode", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#raid-strip", { hasText: /^\s*Raid mode is on\s+(5:00|4:5\d) left/ }).waitFor();
  await ann.page.locator("#banner", { hasText: /Raid mode: .*no links/ }).waitFor();
  await row(ann.page, /Raid mode is on until/).waitFor();
  const guest = await present(await visitor(browser, host.url, { ...PHONE, locale: "zh-CN" }));
  await guest.page.locator("#banner", { hasText: "防冲场模式" }).waitFor();
  await say(ann.page, "see https://example.org/free");
  await ann.page.locator("#pending .failed", { hasText: /Links are not taken/ }).waitFor();
  const second = await panel(host);
  await second.page.locator("#raid-strip:not([hidden])").waitFor();
  await page.locator("#raid-end").focus();
  await page.keyboard.press("Enter");
  await until(async () => !(await page.locator("#raid-strip").isVisible()) && !(await second.page.locator("#raid-strip").isVisible()), "the end of it");
  await until(async () => !(await ann.page.locator("#banner").isVisible()) && !(await guest.page.locator("#banner").isVisible()), "the end of the sign");
  assert.equal(await page.evaluate(() => document.activeElement?.parentElement?.id), "raid-minutes", "the focus is not lost with the button");
  nothingWentWrong([ann, guest, second]);
  await close(ann, guest, second);
});

test("a raid ends by itself, for the staff and for viewers", async () => {
  const { page } = owner;
  const ann = await viewer("Ann");
  const ends = page.evaluate(async (key) => {
    const { LiveRoom } = await import("/liveroom.js");
    const room = new LiveRoom(new URL("/ws", location.href.replace(/^http/, "ws")), { group: "live", key });
    const live = new Promise((resolve) => room.addEventListener("state", ({ detail }) => detail.state === "live" && resolve(null)));
    room.connect();
    await live;
    await room.do("raid", { seconds: 3 });
    room.disconnect();
  }, host.key);
  await ends;
  await page.locator("#raid-strip:not([hidden])").waitFor();
  await ann.page.locator("#banner", { hasText: /Raid mode/ }).waitFor();
  await row(ann.page, "Raid mode is over.").waitFor();
  assert.equal(await ann.page.locator("#banner").isVisible(), false);
  await until(async () => !(await page.locator("#raid-strip").isVisible()), "the end of it");
  nothingWentWrong([ann]);
  await close(ann);
});

test("who is muted unseen sees what they write and others do not, and the staff alone see the mark", async () => {
  const { page } = owner;
  const [zed, bo] = [await viewer("Zed"), await viewer("Bo")];
  await say(zed.page, "before it");
  await row(bo.page, "before it").waitFor();
  await choose(page, "Zed");
  await page.locator("#shadow").click();
  await page.locator("#chosen-shadow", { hasText: /seen by nobody else/ }).waitFor();
  await page.locator("#shadowed li", { hasText: "Zed" }).waitFor();
  await say(zed.page, "is anybody there");
  const own = row(zed.page, "is anybody there");
  await own.waitFor();
  const looks = (one) => one.evaluate((made) => [made.className, made.querySelector(".word")?.textContent ?? null]);
  assert.deepEqual(await looks(own), await looks(row(zed.page, "before it")), "as any other of their own");
  assert.equal(await zed.page.locator("#pending .failed, #banner:not([hidden])").count(), 0);
  const life = page.locator("#lives li", { hasText: "is anybody there" });
  await life.locator(".shadow-mark").waitFor();
  assert.match(await life.innerText(), /Muted unseen/);
  await page.locator("#shadowed li", { hasText: "Zed" }).getByRole("button", { name: "Let all see them: Zed" }).click();
  await until(async () => !(await page.locator("#unshadow").isVisible()) && (await page.locator(".shadow-mark").count()) === 0, "the end of it");
  await say(zed.page, "and after it");
  await row(bo.page, "and after it").waitFor();
  assert.equal(await row(bo.page, "is anybody there").count(), 0);
  assert.equal(await row(zed.page, "is anybody there").count(), 1, "once, and it stays");
  assert.doesNotMatch(await bo.page.locator("body").innerText(), /unseen|nobody else/);
  nothingWentWrong([zed, bo]);
  await close(zed, bo);
});

test("a warning is counted, tells why, and the second one mutes", async () => {
  const { page } = owner;
  const ann = await viewer("Wanda");
  await say(ann.page, "buy my tea");
  await page.locator("#lives li", { hasText: "buy my tea" }).click();
  await page.locator("#life[open]").getByRole("button", { name: "Find the author" }).click();
  await page.locator("#why").fill("No adverts, please.");
  await page.locator("#warn").click();
  await page.locator("#chosen-strikes", { hasText: /^1 warning$/ }).waitFor();
  await row(ann.page, /The staff warned you \(1 warning so far\): “No adverts, please\.”/).waitFor();
  // Its row goes by in a busy room; this stays until it is dismissed.
  const told = ann.page.getByRole("alert").filter({ hasText: /The staff warned you \(1 warning so far\)/ });
  await told.waitFor();
  await ann.page.locator("#nav").getByRole("button", { name: "中文" }).click();
  await ann.page.locator("#personal", { hasText: "工作人员警告了你" }).waitFor();
  await ann.page.locator("#nav").getByRole("button", { name: "English" }).click();
  await told.waitFor();
  assert.deepEqual(await against(ann.page), []);
  await ann.page.locator("#personal-close").click();
  assert.equal(await ann.page.locator("#personal").isVisible(), false);
  assert.equal(await ann.page.evaluate(() => document.activeElement?.id), "message", "the focus is not lost with the button");
  await page.locator("#warn").click();
  await page.locator("#chosen-strikes", { hasText: /^2 warnings$/ }).waitFor();
  await ann.page.locator("#personal", { hasText: /2 warnings so far/ }).waitFor();
  await ann.page.locator("#banner", { hasText: /muted/ }).waitFor();
  await page.locator("#forgive").click();
  await until(async () => !(await page.locator("#chosen-strikes").isVisible()), "the end of the warnings");
  await page.locator("[data-list=trail]").click();
  const warned = acts(page).filter({ hasText: "Warning 2 for Wanda" });
  assert.match(await warned.innerText(), /by \w+, owner .*“No adverts, please\.”.*message \d/s);
  await acts(page).filter({ hasText: /^Muted Wanda/ }).filter({ hasText: "by the table of warnings" }).first().waitFor();
  await warned.getByRole("button", { name: /^message/ }).click();
  await page.locator("#life[open]", { hasText: /Wanda/ }).waitFor();
  assert.match(await page.locator("#life .timeline").innerText(), /accepted/);
  await page.locator("#life-close").click();
  await page.locator("[data-list=lives]").click();
  nothingWentWrong([ann]);
  await close(ann);
});

test("who spoke before the panel was opened, and left, is found by name and muted", async () => {
  const [tess, lou] = [await viewer("Tess"), await viewer("Lou")];
  await say(tess.page, "and away");
  await row(lou.page, "and away").waitFor();
  await tess.page.locator("#leave").click();
  await row(lou.page, /Tess.*left/).waitFor();
  const late = await panel(host);
  await open(late.page, "act-people");
  await late.page.locator("#find").fill("tes");
  await late.page.locator("#found .person", { hasText: /Tess.*has left/ }).click();
  await late.page.locator("#mute").click();
  await late.page.locator("#muted li", { hasText: "Tess" }).waitFor();
  // Who is there and never said a word is found as well; an id from elsewhere can be acted on too.
  await late.page.locator("#find").fill("Lou");
  await late.page.locator("#found .person", { hasText: "Lou" }).waitFor();
  await late.page.locator("#find").fill("u987654");
  await late.page.locator("#found-note", { hasText: /^Nobody of that name/ }).waitFor();
  await late.page.locator("#found .person", { hasText: "u987654" }).click();
  assert.equal(await late.page.locator("#chosen-user").innerText(), "u987654");
  // The chart has what was before it was opened.
  assert.ok(!/Nothing to show/.test(await late.page.locator("#flow-readout").innerText()));
  nothingWentWrong([tess, lou, late]);
  await close(tess, lou, late);
});

test("one step mutes, clears and tells, after one was asked whether to", async () => {
  const { page } = owner;
  const [flo, bo] = [await viewer("Flo"), await viewer("Bo")];
  await say(flo.page, "flooding, one");
  await say(flo.page, "flooding, two");
  await row(bo.page, "flooding, two").waitFor();
  await choose(page, "Flo");
  await page.locator("#step").click();
  assert.equal(await row(bo.page, "flooding").count(), 2, "nothing is done yet");
  await page.getByRole("button", { name: "Yes, clear all that Flo wrote" }).click();
  await until(async () => (await row(bo.page, "flooding").count()) === 0, "the clearing");
  await row(flo.page, "The staff muted you and cleared your messages.").waitFor();
  await flo.page.locator("#banner", { hasText: /muted/ }).waitFor();
  await page.locator("#muted li", { hasText: "Flo" }).waitFor();
  nothingWentWrong([flo, bo]);
  await close(flo, bo);
});

test("the audit trail tells every act, says that it is a chain, and can be taken away", async () => {
  const { page } = owner;
  const vi = await viewer("Vi");
  await say(vi.page, "hello from Vi");
  await choose(page, "Vi");
  await page.locator("#mute").click();
  await page.locator("#trail-fresh", { hasText: /\d/ }).waitFor();
  await page.locator("[data-list=trail]").click();
  assert.equal(await page.locator("#trail-fresh").isVisible(), false, "what is looked at is not new");
  await acts(page).first().filter({ hasText: /^Muted Vi/ }).waitFor();
  await page.locator("#unmute").click();
  await acts(page).first().filter({ hasText: /^Unmuted Vi/ }).waitFor();
  const [, records] = /Chain verified: (\d+) records\./.exec(await page.locator("#trail-chain").innerText());
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#trail-save").click()]);
  assert.match(download.suggestedFilename(), /^audit-live-\d{4}-\d\d-\d\d\.jsonl$/);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, Number(records));
  lines.forEach((line, i) => assert.ok(line.no === i + 1 && (i === 0 || line.former === lines[i - 1].hash)));
  assert.equal(lines.at(-1).act, "Unmute");
  const other = await panel(host);
  await other.page.locator("[data-list=trail]").click();
  await acts(other.page).first().filter({ hasText: /^Unmuted Vi/ }).waitFor();
  await other.page.locator("#trail-all").click();
  assert.equal(await acts(other.page).count(), Math.min(50, lines.length));
  await page.locator("[data-list=lives]").click();
  nothingWentWrong([vi, other]);
  await close(vi, other);
});

test("what nobody decided in time is one line among all, and none among the acts of people", async () => {
  const early = await startHost();
  const mia = await panel(early);
  const { page } = mia;
  await page.locator("[data-list=trail]").click();
  const [kim, lee] = [await viewer("Kim", early), await viewer("Lee", early)];
  await page.locator("#trail-all").click();
  // Each waits its 20 seconds.
  await say(kim.page, "free coins, one");
  await page.waitForTimeout(4_000);
  await say(kim.page, "free coins, two");
  await say(lee.page, "free coins, three");
  await acts(page).filter({ hasText: /Turned down a message of\s+Kim: nobody decided in time/ }).waitFor({ timeout: 40_000 });
  await acts(page).filter({ hasText: /^3 messages turned down since nobody decided in time, of\s+Lee\s+Kim/ }).waitFor();
  await page.locator("#nav").getByRole("button", { name: "中文" }).click();
  await acts(page).filter({ hasText: /没有人及时处理，退回 3 条消息/ }).waitFor();
  await page.locator("#nav").getByRole("button", { name: "English" }).click();
  await page.locator("#trail-people").click();
  await until(async () => (await acts(page).filter({ hasText: /turned down/i }).count()) === 0, "the acts of people alone");
  // Whoever has left is still called by name.
  await kim.page.locator("#leave").click();
  await choose(page, "Kim");
  await page.locator("#mute").click();
  await acts(page).first().filter({ hasText: /^Muted Kim/ }).waitFor();
  await page.locator("#muted li", { hasText: "Kim" }).waitFor();
  nothingWentWrong([kim, lee, mia]);
  await close(kim, lee, mia);
  await early.stop();
});

test("several held messages are decided at once, and one by a key; what was said follows the language", async () => {
  const { page } = owner;
  const [pat, quin] = [await viewer("Pat"), await viewer("Quin")];
  for (const n of ["one", "two", "three"]) await say(pat.page, `free coins by ${n}`);
  await until(async () => (await page.locator("#held > li").count()) === 3, "the cards");
  await page.locator("#held > li button", { hasText: "Allow" }).first().focus();
  await page.keyboard.press("r");
  await pat.page.locator("#pending .failed", { hasText: "free coins by one" }).waitFor();
  await page.waitForTimeout(1_200);
  await page.getByRole("button", { name: "Allow 2" }).click();
  await row(quin.page, "free coins by three").waitFor();
  assert.equal(await row(quin.page, "free coins by two").count(), 1);
  assert.equal(await page.locator("#held-all").isVisible(), false);
  await choose(page, "Pat");
  await page.locator("#mute").click();
  await page.locator("#people-answer", { hasText: "Pat is muted" }).waitFor();
  await page.locator("#nav").getByRole("button", { name: "中文" }).click();
  await page.locator("#people-answer", { hasText: "Pat 已被禁言" }).waitFor();
  await page.locator("#nav").getByRole("button", { name: "English" }).click();
  await page.locator("#unmute").click();
  nothingWentWrong([pat, quin]);
  await close(pat, quin);
});

test("a chain that does not hold is said to be broken, and where", async () => {
  const context = await browser.newContext({ locale: "en-GB", ...DESKTOP });
  const page = await context.newPage();
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      const frame = JSON.parse(String(text));
      if (frame.t === "audit") frame.chain = { records: 3, from: 1, broken: "record 2 was altered" };
      socket.send(JSON.stringify(frame));
    });
  });
  await page.goto(String(host.ownerUrl));
  await page.locator("[data-list=trail]").click();
  await page.locator("#trail-chain[data-tone=bad]", { hasText: "Chain broken: record 2 was altered." }).waitFor();
  await context.close();
});

test("a word list is tried on what was said, beside what was, and nothing is changed by it", async () => {
  const { page } = owner;
  const [ann, bo] = [await viewer("Ann"), await viewer("Bo")];
  for (const text of ["a marzipan song", "marzipan again", "nothing sweet"]) {
    await say(ann.page, text);
    await row(bo.page, text).waitFor();
  }
  await open(page, "act-words");
  await page.locator("#words").fill("[custom:1 block]\nmarzipan");
  await open(page, "act-traffic");
  await page.getByLabel("and by the word list as it stands in the editor below").check();
  await page.locator("#what-if-ask").click();
  await page.locator("#what-if-says", { hasText: /^With that list, at 40\/s .* 2 fewer/ }).waitFor();
  assert.equal(await page.locator("#what-if-chart .bar-rate").first().textContent(), "Was");
  assert.ok((await page.locator("#what-if-chart .bar-tick").count()) >= 2, "its axis has numbers");
  assert.ok((await page.locator("#what-if-chart .ink-rejected").count()) >= 4, "what would be turned away is drawn");
  await page.locator("#what-if-more > summary").click();
  await page.locator("#what-if-list li", { hasText: "marzipan again" }).filter({ hasText: "Word filter" }).waitFor();
  await say(ann.page, "still marzipan");
  await row(bo.page, "still marzipan").waitFor();
  await open(page, "act-words");
  await page.locator("#words").fill("[abuse swallow]\nmarzipan");
  await open(page, "act-traffic");
  await page.locator("#what-if-ask").click();
  await page.locator("#what-if-answer[data-tone=bad]", { hasText: "line 1" }).waitFor();
  assert.equal(await page.locator("#what-if").isVisible(), false);
  await page.locator("#what-if-words").uncheck();
  nothingWentWrong([ann, bo]);
  await close(ann, bo);
});

test("where there is a preview the owner sees messages first, and withdraws them by hand or keyboard", async () => {
  const early = await startHost(["--preview", "5"]);
  const mia = await panel(early);
  const [ann, bo] = [await viewer("Ann", early), await viewer("Bo", early)];
  const soon = (text) => mia.page.locator("#soon > li", { hasText: text });
  await mia.page.locator("#soon-box:not([hidden])", { hasText: "5.0 s before everybody else" }).waitFor();
  await say(ann.page, "the end of the film");
  await soon("the end of the film").waitFor();
  assert.equal(await row(bo.page, "the end of the film").count(), 0);
  await mia.page.getByRole("button", { name: "Withdraw Ann: the end of the film" }).click();
  await soon("the end of the film").and(mia.page.locator(".spent")).waitFor();
  await mia.page.mouse.move(0, 0);
  await until(async () => (await mia.page.locator("#soon > li").count()) === 0, "the end of the row");
  await say(ann.page, "and the butler");
  await soon("and the butler").getByRole("button", { name: /^Withdraw/ }).focus();
  await mia.page.keyboard.press("Enter");
  await mia.page.locator("#soon-answer", { hasText: "Nobody else will see it." }).waitFor();
  await say(ann.page, "a fine evening");
  await row(bo.page, "a fine evening").waitFor();
  assert.equal(await row(bo.page, /the end of the film|and the butler/).count(), 0);
  // Its author is told of success, and sees it as if it had been shown.
  await row(ann.page, "the end of the film").waitFor();
  assert.equal(await ann.page.locator("#pending .failed").count(), 0);
  nothingWentWrong([mia, ann, bo]);
  await close(mia, ann, bo);
  await early.stop();
});

test("a host without a preview shows no place for it, and takes no other span", async () => {
  assert.equal(await owner.page.locator("#soon-box").isVisible(), false);
  await assert.rejects(startHost(["--preview", "9"]), /9/);
});

const LOOKS = {
  "desktop, light": { ...DESKTOP, colorScheme: "light" },
  "desktop, dark": { ...DESKTOP, colorScheme: "dark" },
  "phone, Chinese": { ...PHONE, locale: "zh-CN" },
};

for (const [look, options] of Object.entries(LOOKS)) {
  test(`moderation keeps the rules, and its place, on a ${look}`, async () => {
    const busy = await startHost(["--crowd", "30", "--preview", "4"]);
    const made = await panel(busy, options);
    const { page } = made;
    const narrow = look.startsWith("phone");
    const view = async (name) => narrow && (await page.locator(`[role=tab][data-view=${name}]`).click());
    await view("stream");
    await page.locator("#soon > li").first().waitFor();
    await page.locator("#soon .link").first().click();
    await page.locator("#chosen:not([hidden])").waitFor();
    await page.locator("#shadow").click();
    await page.locator("#chosen-shadow:not([hidden])").waitFor();
    await page.locator("#warn").click();
    await page.locator("#chosen-strikes:not([hidden])").waitFor();
    await page.locator("#step").click();
    await open(page, "act-room");
    await page.locator("#raid-minutes button").first().click();
    await page.locator("#raid-strip:not([hidden])").waitFor();
    assert.deepEqual(await against(page), []);
    await view("stream");
    await page.locator("[data-list=trail]").click();
    await acts(page).nth(2).waitFor();
    assert.deepEqual(await against(page), []);
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= seen, `${wide} in ${seen}`);
    nothingWentWrong([made]);
    await close(made);
    await busy.stop();
  });
}
