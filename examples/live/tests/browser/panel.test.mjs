/** The owner's panel: what it takes to get in, and what it does to the room. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, visitor } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";
import { enter, nothingWentWrong, present, row, say, until } from "./support/show.mjs";

let browser;
let host;
let owner;
before(async () => {
  browser = await startBrowser();
  host = await startHost();
  owner = await visitor(browser, host.ownerUrl);
  await owner.page.locator("#panel:not([hidden])").waitFor();
});
after(async () => {
  nothingWentWrong([owner]);
  await browser?.close();
  await host?.stop();
});

/** Opens one group of controls. @param {string} id */
async function open(id) {
  const card = owner.page.locator(`#${id}`);
  if (!(await card.evaluate((one) => one.open))) await card.locator("summary").first().click();
}

async function viewer(nick) {
  const made = await visitor(browser, host.url);
  await enter(made.page, nick);
  return made;
}

test("without the key, or with another, the panel shows nothing", async () => {
  for (const fragment of ["", `#key=${"0".repeat(32)}`]) {
    const stranger = await visitor(browser, new URL(`/panel${fragment}`, host.url));
    await stranger.page.locator("#shut:not([hidden])").waitFor();
    assert.equal(await stranger.page.locator("#panel").isVisible(), false);
    assert.doesNotMatch(await stranger.page.locator("body").innerText(), /Offered|Accepted/);
    nothingWentWrong([stranger]);
    await stranger.context.close();
  }
});

test("the key is gone from the address bar as soon as it is read", async () => {
  assert.equal(new URL(owner.page.url()).hash, "");
  assert.doesNotMatch(await owner.page.content(), new RegExp(host.key));
});

test("the books balance while people talk, and each message has its life", async () => {
  const ann = await viewer("Ann");
  for (const text of ["plain words", "a stupid song", "zorgblatt"]) await say(ann.page, text);
  await owner.page.locator("#lives li", { hasText: "plain words" }).waitFor();
  await until(async () => /balance/i.test(await owner.page.locator("#verdict").innerText()), "the balance");
  await owner.page.locator("#lives li", { hasText: "zorgblatt" }).click();
  const life = owner.page.locator("#life[open]");
  await life.waitFor();
  assert.match(await life.innerText(), /zorgblatt/);
  assert.match(await life.innerText(), /filter|word/i);
  await owner.page.locator("#life-close").click();
  nothingWentWrong([ann]);
  await ann.context.close();
});

test("a muted viewer cannot speak until they are unmuted", async () => {
  const zed = await viewer("Zed");
  await say(zed.page, "I will be muted");
  await row(zed.page, "I will be muted").waitFor();
  await open("act-people");
  await owner.page.locator("#find").fill("Zed");
  await owner.page.locator("#found").getByText("Zed").first().click();
  await owner.page.locator("#mute").click();
  await zed.page.locator("#banner", { hasText: /mute/i }).waitFor();
  await say(zed.page, "let me speak");
  await zed.page.locator("#pending .failed", { hasText: "let me speak" }).waitFor();
  await owner.page.locator("#unmute").click();
  await until(async () => !(await zed.page.locator("#banner").isVisible()), "the end of the mute");
  await say(zed.page, "thank you");
  await row(zed.page, "thank you").waitFor();
  nothingWentWrong([zed]);
  await zed.context.close();
});

test("a viewer whom the owner removes leaves, and is told why", async () => {
  const [zoe, ann] = [await viewer("Zoe"), await viewer("Ann")];
  await say(zoe.page, "I will be removed");
  await row(ann.page, "I will be removed").waitFor();
  await open("act-people");
  await owner.page.locator("#find").fill("Zoe");
  await owner.page.locator("#found").getByText("Zoe").first().click();
  await owner.page.locator("#remove").click();
  await owner.page.locator("#remove-sure").click();
  await zoe.page.locator("#connection", { hasText: /asked you to leave/i }).waitFor();
  await row(ann.page, /Zoe.*left/).waitFor();
  nothingWentWrong([zoe, ann]);
  await Promise.all([zoe.context.close(), ann.context.close()]);
});

test("everybody is muted, and the owner is not", async () => {
  const ann = await viewer("Ann");
  await open("act-room");
  await owner.page.locator("#mute-all").click();
  await ann.page.locator("#banner:not([hidden])").waitFor();
  await say(ann.page, "nobody hears me");
  await ann.page.locator("#pending .failed", { hasText: "nobody hears me" }).waitFor();
  await owner.page.locator("#mute-all").click();
  await until(async () => !(await ann.page.locator("#banner").isVisible()), "the end of it");
  nothingWentWrong([ann]);
  await ann.context.close();
});

test("a notice and a new profile reach everybody", async () => {
  const guest = await present(await visitor(browser, host.url));
  await open("act-room");
  await owner.page.locator("#notice").fill("The raffle is open.");
  await owner.page.locator("#notice-form button[type=submit]").click();
  await row(guest.page, "The raffle is open.").waitFor();
  await open("act-profile");
  await owner.page.locator("#name").fill("Night show");
  await owner.page.locator("#notification").fill("Songs until dawn.");
  await owner.page.locator("#profile-form button[type=submit]").click();
  await until(async () => (await guest.page.locator("#title").innerText()) === "Night show", "the new name");
  await until(async () => (await guest.page.locator("#pinned").innerText()) === "Songs until dawn.", "the new notification");
  nothingWentWrong([guest]);
  await guest.context.close();
});

test("a new word list is in force at once, and a bad one says where it is bad", async () => {
  const [ann, bo] = await Promise.all([viewer("Ann"), viewer("Bo")]);
  await open("act-words");
  const list = await owner.page.locator("#words").inputValue();
  assert.match(list, /zorgblatt/, "the list in force is shown");
  await owner.page.locator("#words").fill(`${list}\nquokka`);
  await owner.page.locator("#words-form button[type=submit]").click();
  await until(async () => /\d/.test(await owner.page.locator("#words-answer").innerText()), "the answer");
  await say(ann.page, "what a quokka");
  await until(async () => (await row(bo.page, /what a \*+/).count()) + (await ann.page.locator("#pending .failed").count()) > 0, "the word's treatment");
  assert.equal(await row(bo.page, "quokka").count(), 0);
  const lines = [list, "# the next one is of no such treatment", "[abuse swallow]", "wombat"].join("\n").split("\n");
  const wrong = lines.indexOf("[abuse swallow]") + 1;
  await owner.page.locator("#words").fill(lines.join("\n"));
  await owner.page.locator("#words-form button[type=submit]").click();
  await owner.page.locator("#words-answer[data-tone=bad]", { hasText: new RegExp(`line ${wrong}\\b`) }).waitFor();
  const chosen = await owner.page.locator("#words").evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
  assert.equal(chosen, "[abuse swallow]", "the line is pointed at");
  await say(ann.page, "one more quokka");
  await until(async () => (await row(bo.page, /one more \*+/).count()) + (await ann.page.locator("#pending .failed", { hasText: "one more" }).count()) > 0, "the list before, still in force");
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("a list is tried on what was said, as it was said, before it is in force", async () => {
  const [ann, bo] = await Promise.all([viewer("Ann"), viewer("Bo")]);
  await say(ann.page, "marzipan for all");
  await row(bo.page, "marzipan for all").waitFor();
  await open("act-words");
  // The editor has what was written last, which need not be what is in force.
  await owner.page.reload();
  await until(async () => (await owner.page.locator("#words").inputValue()) !== "", "the list in force");
  await open("act-words");
  const inForce = await owner.page.locator("#words").inputValue();
  await say(ann.page, "what a stupid question");
  await row(bo.page, /what a \*+ question/).waitFor();
  // What the list in force masks anyway is no news.
  await owner.page.locator("#words").fill(`${inForce}\n[custom:1 block]\nmarzipan`);
  await owner.page.locator("#words-preview").click();
  await owner.page.locator("#preview-says", { hasText: /New against the list in force: 1 turned away\./ }).waitFor();
  assert.equal(await owner.page.locator("#preview-list li", { hasText: "stupid" }).count(), 0);
  await owner.page.locator("#words").fill("[custom:1 block]\nmarzipan");
  await owner.page.locator("#words-preview").click();
  await owner.page.locator("#preview-says", { hasText: /1 turned away/ }).waitFor();
  await owner.page.locator("#preview-list li", { hasText: /stupid.*No longer masked/ }).first().waitFor();
  const met = owner.page.locator("#preview-list li", { hasText: "marzipan for all" });
  assert.equal(await met.locator("mark").innerText(), "marzipan");
  assert.match(await met.innerText(), /Ann/);
  await say(ann.page, "marzipan once more");
  await row(bo.page, "marzipan once more").waitFor();
  await owner.page.locator("#words").fill("[abuse swallow]\nmarzipan");
  assert.equal(await owner.page.locator("#preview").isVisible(), false, "what is shown is of the list as it was");
  await owner.page.locator("#words-preview").click();
  await owner.page.locator("#words-answer[data-tone=bad]").waitFor();
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("a held message waits for the owner, who lets it through", async () => {
  const [ann, bo] = await Promise.all([viewer("Ann"), viewer("Bo")]);
  await say(ann.page, "free coins, says the quiz");
  const card = owner.page.locator("#held > li", { hasText: "free coins, says the quiz" });
  await card.waitFor();
  assert.equal(await row(bo.page, "says the quiz").count(), 0);
  await card.getByRole("button", { name: /allow/i }).click();
  await row(bo.page, "says the quiz").waitFor();
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("a voucher goes to each who asks, and to none twice", async () => {
  const [ann, bo] = await Promise.all([viewer("Ann"), viewer("Bo")]);
  await open("act-offer");
  await owner.page.locator("#new-title").fill("Half price tea");
  await owner.page.locator("#new-text").fill("Tonight only.");
  await owner.page.locator("#stock").fill("5");
  await owner.page.locator("#offer-form button[type=submit]").click();
  const codes = [];
  for (const { page } of [ann, bo]) {
    await page.getByRole("button", { name: "Get the voucher" }).click();
    await page.locator("#offer-code", { hasText: /\w/ }).waitFor();
    codes.push(await page.locator("#offer-code").innerText());
  }
  assert.equal(new Set(codes).size, 2, "each has a code of their own");
  await ann.page.reload();
  await ann.page.locator("#offer-code", { hasText: /\w/ }).waitFor();
  assert.equal(await ann.page.locator("#offer-code").innerText(), codes[0]);
  const guest = await visitor(browser, host.url);
  await until(async () => /\b3\b/.test(await guest.page.locator("#offer-left").innerText()), "three left");
  await guest.context.close();
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("the rate and the reserve change while people talk", async () => {
  await open("act-traffic");
  await owner.page.locator("#rate").fill("60");
  await owner.page.locator("#burst").fill("6");
  await owner.page.locator("#reserve").fill("2");
  await owner.page.locator("#traffic-form button[type=submit]").click();
  await until(async () => /60/.test(await owner.page.locator("#traffic-now").innerText()), "the new rate");
});

test("what another rate would have done is drawn, and nothing is changed by asking", async () => {
  const ann = await viewer("Ann");
  for (let number = 0; number < 4; number += 1) await say(ann.page, `hello, number ${number}`);
  await open("act-traffic");
  const before = await owner.page.locator("#traffic-now").innerText();
  await owner.page.locator("#rate").fill("1");
  await owner.page.locator("#burst").fill("1");
  await owner.page.locator("#reserve").fill("0");
  await owner.page.locator("#what-if-ask").click();
  await owner.page.locator("#what-if-says", { hasText: /^At 1\/s .* instead of / }).waitFor();
  assert.ok((await owner.page.locator("#what-if-chart rect").count()) >= 4, "a bar for each rate");
  assert.equal(await owner.page.locator("#what-if-chart .wanted").textContent(), "1/s");
  await owner.page.locator("#what-if-more > summary").click();
  await owner.page.locator("#what-if-list li", { hasText: "→" }).first().waitFor();
  assert.equal(await owner.page.locator("#traffic-now").innerText(), before);
  await owner.page.locator("#traffic-reset").click();
  nothingWentWrong([ann]);
  await ann.context.close();
});

test("after a reload the panel knows by name who is muted and who was called on, and lets them sit down", async () => {
  const teacher = await visitor(browser, new URL(`/panel?group=class#key=${host.key}`, host.url));
  const [pia, noor] = [await visitor(browser, new URL("/board?group=class", host.url)), await visitor(browser, new URL("/board?group=class", host.url))];
  await enter(pia.page, "Pia");
  await enter(noor.page, "Noor");
  const { page } = teacher;
  for (const [nick, act] of [["Pia", "#call-on"], ["Noor", "#mute"]]) {
    await page.locator("#find").fill(nick);
    await page.locator("#found .person", { hasText: nick }).click();
    await page.locator(act).click();
  }
  await pia.page.locator("#pens:not([hidden])").waitFor();
  await page.locator("#muted li", { hasText: "Noor" }).waitFor();
  await page.reload();
  await page.locator("#muted li", { hasText: "Noor" }).waitFor();
  const called = page.locator("#called li", { hasText: "Pia" });
  await called.getByRole("button", { name: "Let them sit down: Pia" }).click();
  await until(async () => !(await pia.page.locator("#pens").isVisible()), "the end of the pupil's turn");
  assert.equal(await called.count(), 0);
  nothingWentWrong([teacher, pia, noor]);
  await Promise.all([teacher, pia, noor].map(({ context }) => context.close()));
});

test("a lost connection is said once, and how long until the next attempt is not read out", async () => {
  const lost = await visitor(browser, host.ownerUrl);
  const { page } = lost;
  const sockets = [];
  let cut = false;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    if (cut) return void socket.close();
    sockets.push(socket);
    socket.connectToServer();
  });
  await page.reload();
  await page.locator("#standing[data-state=live]").waitFor();
  await page.evaluate(() => {
    const [said, counted] = document.querySelectorAll("#standing > span");
    for (const [name, place] of Object.entries({ said, counted })) {
      const texts = (globalThis[name] = []);
      new MutationObserver(() => texts.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
    }
  });
  assert.equal(await page.locator("#standing[role=status] > [aria-hidden=true]").count(), 1);
  cut = true;
  for (const socket of sockets) socket.close();
  await until(() => page.evaluate(() => /\b2\b/.test(globalThis.counted.join()) && globalThis.counted.length > 5), "a countdown");
  const heard = await page.evaluate(() => globalThis.said);
  assert.match(heard[0], /^Connection lost/);
  heard.forEach((text, i) => assert.ok(!/\d/.test(text) && text !== heard[i - 1], heard.join(" ")));
  nothingWentWrong([lost]);
  await lost.context.close();
});

test("the panel of a class leads to its board, with the pens", async () => {
  const teacher = await visitor(browser, new URL(`/panel?group=seminar#key=${host.key}`, host.url));
  await teacher.page.getByRole("link", { name: /whiteboard/i }).click();
  await teacher.page.locator("#pens:not([hidden])").waitFor();
  await teacher.page.locator("#clear:not([hidden])").waitFor();
  assert.equal(await owner.page.locator("#to-board").isVisible(), false, "a show has no board");
  nothingWentWrong([teacher]);
  await teacher.context.close();
});

test("the owner ends a class from its panel, and its pupils are told", async () => {
  const teacher = await visitor(browser, new URL(`/panel?group=class#key=${host.key}`, host.url));
  const pupil = await visitor(browser, new URL("/board?group=class", host.url));
  await enter(pupil.page, "Pia");
  const end = teacher.page.locator("details", { has: teacher.page.locator("#end-form") });
  await end.locator("summary").click();
  await teacher.page.locator("#end-name").fill((await teacher.page.locator("#title").innerText()).trim());
  await teacher.page.locator("#end-sure").click();
  await pupil.page.locator("#connection:not([hidden])", { hasText: /\w/ }).waitFor();
  const why = teacher.page.locator("#shut-text");
  await why.filter({ hasText: /\w/ }).waitFor();
  await teacher.page.locator(".language").click();
  await why.filter({ hasText: /\p{Script=Han}/u }).waitFor();
  assert.doesNotMatch(await why.innerText(), /[a-z]/i, "the reason is told in the other language");
  nothingWentWrong([teacher, pupil]);
  await Promise.all([teacher.context.close(), pupil.context.close()]);
});

test("the owner ends the room, and everybody is told", async () => {
  const ann = await viewer("Ann");
  const name = await owner.page.locator("#title").innerText();
  await open("act-profile");
  await open("act-end").catch(() => {});
  const end = owner.page.locator("details", { has: owner.page.locator("#end-form") });
  if (!(await end.evaluate((one) => one.open))) await end.locator("summary").click();
  assert.equal(await owner.page.locator("#end-sure").isDisabled(), true);
  await owner.page.locator("#end-name").fill(name.trim());
  await owner.page.locator("#end-sure").click();
  await ann.page.locator("#connection:not([hidden])", { hasText: /\w/ }).waitFor();
  nothingWentWrong([ann]);
  await ann.context.close();
});
