/** The page of a show, as people use it. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PHONE, startBrowser, visitor } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";
import { enter, nothingWentWrong, present, row, rows, say, until, visitTo } from "./support/show.mjs";

let browser;
let host;
before(async () => {
  browser = await startBrowser();
  host = await startHost();
});
after(async () => {
  await browser?.close();
  assert.equal(await host?.stop(), 0, host?.said.err);
});

/** @param {object} [options] */
const visit = async (options) => present(await visitor(browser, host.url, options));

test("two people talk, and both see the same history", async () => {
  const [ann, bo] = await Promise.all([visit(), visit()]);
  await enter(ann.page, "Ann");
  await enter(bo.page, "Bo");
  for (const [who, text] of [[ann, "hello from Ann"], [bo, "hello from Bo"], [ann, "how are you"]]) {
    await say(who.page, text);
    await row(ann.page, text).waitFor();
    await row(bo.page, text).waitFor();
  }
  const said = async ({ page }) => (await page.locator("#rows .said .words").allInnerTexts()).slice(-3);
  assert.deepEqual(await said(ann), ["hello from Ann", "hello from Bo", "how are you"]);
  assert.deepEqual(await said(bo), await said(ann));
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("a guest watches and reads, and is shown the door when it wants to do more", async () => {
  const [guest, ann] = await Promise.all([visit(), visit()]);
  await enter(ann.page, "Ann");
  await say(ann.page, "can you read this");
  await row(guest.page, "can you read this").waitFor();
  assert.equal(await guest.page.getByRole("textbox", { name: "Your message" }).isVisible(), false);
  await guest.page.getByRole("button", { name: /^Like/ }).click();
  await until(() => guest.page.evaluate(() => document.activeElement?.id === "nick"), "the door");
  nothingWentWrong([guest, ann]);
  await Promise.all([guest.context.close(), ann.context.close()]);
});

test("a guest who takes a name is welcomed, and was nowhere", async () => {
  const ann = await visit();
  await row(ann.page, "You are watching").waitFor();
  await enter(ann.page, "Ann");
  await row(ann.page, "Say hello!").waitFor();
  assert.equal(await row(ann.page, /You are back/).count(), 0);
  assert.equal(await ann.page.locator("#gap").isVisible(), false);
  nothingWentWrong([ann]);
  await ann.context.close();
});

test("a notice of the owner's stands over the picture for a while, takes no focus, and is heard once", async () => {
  const ann = await visit();
  await enter(ann.page, "Ann");
  await ann.page.locator("#message").focus();
  await visitTo(ann.page, { key: host.key }, { do: "notice", text: "The raffle is open." });
  const told = ann.page.locator("#notices[role=status] > *", { hasText: "The raffle is open." });
  await told.waitFor();
  assert.equal(await told.count(), 1);
  await row(ann.page, "The raffle is open.").waitFor();
  assert.equal(await ann.page.evaluate(() => document.activeElement?.id), "message");
  await ann.page.waitForTimeout(6_000);
  assert.equal(await told.isVisible(), true, "it can be read");
  assert.doesNotMatch(await ann.page.locator("#announcer").innerText(), /raffle/, "it was said where it stands");
  await until(async () => (await told.count()) === 0, "its end");
  nothingWentWrong([ann]);
  await ann.context.close();
});

test("a voucher is told once, and its card stays closed when the page comes back", async () => {
  const [ann, bo] = await Promise.all([visit(), visit()]);
  await enter(ann.page, "Ann");
  await enter(bo.page, "Bo");
  await visitTo(ann.page, { key: host.key }, { do: "offer", title: "Spring tea", text: "", stock: 5 });
  await ann.page.locator("#offer-get").click();
  await ann.page.locator("#offer-code:not([hidden])").waitFor();
  const announced = () => row(ann.page, "A voucher for you").count();
  await until(async () => (await announced()) === 1, "the word about it");
  await ann.page.locator("#offer-close").click();
  await ann.page.getByRole("button", { name: "Pause" }).click();
  await say(bo.page, "said in the pause");
  await row(bo.page, "said in the pause").waitFor();
  await ann.page.locator("#paused-text", { hasText: /\d/ }).waitFor();
  await ann.page.locator("#go-on").click();
  await row(ann.page, "said in the pause").waitFor();
  await ann.page.waitForTimeout(500);
  assert.equal(await ann.page.locator("#offer").isVisible(), false);
  assert.equal(await announced(), 1);
  await ann.page.reload();
  await ann.page.locator("#offer-code:not([hidden])").waitFor();
  await visitTo(ann.page, { key: host.key }, { do: "offer_end" });
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("a host that was started anew knows nobody: an old voucher is not theirs, and the wait is not counted aloud", async () => {
  const first = await startHost();
  const ann = await present(await visitor(browser, first.url));
  const offer = (/** @type {string} */ key, /** @type {string} */ title) => visitTo(ann.page, { key }, { do: "offer", title, text: "", stock: 5 });
  await enter(ann.page, "Ann");
  await offer(first.key, "Spring tea");
  await ann.page.locator("#offer-get").click();
  await ann.page.locator("#offer-code:not([hidden])").waitFor();
  await first.kill();
  await ann.page.locator("#connection", { hasText: "The connection is lost." }).waitFor();
  const heard = await ann.page.evaluate(async () => {
    let changes = 0;
    const watch = new MutationObserver((all) => {
      const isHeard = ({ target }) => !(target instanceof Element ? target : target.parentElement).closest("[aria-hidden=true]");
      changes += all.filter(isHeard).length;
    });
    watch.observe(document.getElementById("connection"), { subtree: true, childList: true, characterData: true });
    const before = document.querySelector("#connection .countdown").textContent;
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    return { changes, before, after: document.querySelector("#connection .countdown").textContent };
  });
  assert.equal(heard.changes, 0, "a screen reader says it once");
  assert.match(heard.before + heard.after, /second/);
  const second = await startHost([], Number(first.url.port));
  await ann.page.locator("#live:not(.lost)").waitFor({ timeout: 30_000 });
  await row(ann.page, "You are back, but the room does not know any more where you were").waitFor();
  await offer(second.key, "Autumn cake");
  await ann.page.locator("#offer-title", { hasText: "Autumn cake" }).waitFor();
  assert.equal(await ann.page.locator("#offer-code").isVisible(), false);
  assert.equal(await ann.page.locator("#offer-get").isVisible(), true);
  nothingWentWrong([ann], /WebSocket|ERR_CONNECTION/);
  await ann.context.close();
  await second.stop();
});

test("likes and follows are counted, and gifts are summed exactly when givers alternate", async () => {
  const [ann, bo] = await Promise.all([visit(), visit()]);
  await enter(ann.page, "Ann");
  await enter(bo.page, "Bo");
  await ann.page.getByRole("button", { name: /^Like/ }).click();
  await ann.page.getByRole("button", { name: /^Follow/ }).click();
  for (let turn = 0; turn < 3; turn += 1) {
    await ann.page.getByRole("button", { name: "Rose" }).click();
    await bo.page.getByRole("button", { name: "Rose" }).click();
    await ann.page.waitForTimeout(450);
  }
  for (const { page } of [ann, bo]) {
    await until(async () => (await page.locator("#given").innerText()) === "6", "six gifts");
    await until(async () => (await page.locator("#likes").innerText()) === "1", "one like");
    await until(async () => (await page.locator("#follows").innerText()) === "1", "one follow");
    await row(page, /Ann.*3 roses/s).waitFor();
    await row(page, /Bo.*3 roses/s).waitFor();
  }
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("an author is told in plain words when a message is masked, or turned away", async () => {
  const [ann, bo] = await Promise.all([visit(), visit()]);
  await enter(ann.page, "Ann");
  await say(ann.page, "a s-t-u-p-i-d song, and more");
  await row(bo.page, /a \*+ song, and more/).waitFor();
  await row(ann.page, /a \*+ song, and more/).locator(".word").waitFor();
  await say(ann.page, "zorgblatt to you");
  await ann.page.locator("#pending .failed", { hasText: "zorgblatt to you" }).waitFor();
  assert.equal(await row(bo.page, "zorgblatt").count(), 0);
  assert.match(await ann.page.locator("#alerts").innerText(), /\w/, "it is told to those who hear the page too");
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("hostile names and texts are shown as text, and do nothing", async () => {
  const [eve, bo] = await Promise.all([visit(), visit()]);
  const nick = '<img src=x onerror=1>';
  /** @type {string[]} */ const fetched = [];
  bo.page.on("request", (request) => fetched.push(request.url()));
  const profile = { name: `${nick} name`, introduction: nick, notification: `${nick} "><script>globalThis.broken = 1</script>` };
  await visitTo(eve.page, { key: host.key }, { do: "profile", ...profile });
  await bo.page.locator("#title", { hasText: profile.name }).waitFor();
  await bo.page.locator("#pinned", { hasText: profile.notification }).waitFor();
  for (const avatar of ["/healthz", "/any/path", "//evil.example/x", "data:image/png;base64,AA==", '"><img src=x onerror=1>']) {
    await visitTo(eve.page, { nick: "Mal", avatar }, { say: `I am ${avatar}` });
    await row(bo.page, `I am ${avatar}`).waitFor();
  }
  assert.deepEqual(fetched, [], "nobody makes another's page ask for anything");
  await enter(eve.page, nick);
  const texts = [
    '<script>globalThis.broken = 1</script>',
    '"><img src=x onerror="globalThis.broken = 1">',
    "javascript:globalThis.broken=1 {{constructor.constructor('broken=1')()}}",
    "\u202Eright to left \u0000\u0007 Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F\u0334\u0319\u0324\u031E\u0349\u035A\u032F\u031E\u0320\u034Da\u0333l\u0335g\u0321o",
    "x".repeat(4_000),
  ];
  for (const text of texts) {
    await say(eve.page, text);
    await until(async () => (await rows(bo.page)).some((shown) => shown.includes(text.slice(0, 20))), text.slice(0, 20));
  }
  const shown = (await rows(bo.page)).join("\n");
  assert.ok(shown.includes(nick) && shown.includes(texts[0]) && shown.includes(texts[1]));
  for (const { page } of [eve, bo]) {
    assert.equal(await page.evaluate(() => globalThis.broken), undefined);
    assert.equal(await page.locator("#rows img, #rows script, .top img, .top script, #pinned *, #flight script, #flight img").count(), 0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
  }
  await visitTo(eve.page, { key: host.key }, { do: "profile", name: "Live", introduction: "", notification: "Be kind." });
  nothingWentWrong([eve, bo]);
  await Promise.all([eve.context.close(), bo.context.close()]);
});

test("after a lost connection the page goes on where it was", async () => {
  const [ann, bo] = await Promise.all([visit(), visit()]);
  await enter(ann.page, "Ann");
  await enter(bo.page, "Bo");
  await say(bo.page, "before the loss");
  await row(ann.page, "before the loss").waitFor();
  // A WebSocket outlives the offline switch, so it is cut as a dead link would be.
  await ann.context.setOffline(true);
  await ann.page.evaluate(() => dispatchEvent(new Event("offline")));
  await ann.page.locator("#live.lost").waitFor({ timeout: 45_000 });
  for (const text of ["said meanwhile, one", "said meanwhile, two"]) await say(bo.page, text);
  await row(bo.page, "said meanwhile, two").waitFor();
  await ann.context.setOffline(false);
  await row(ann.page, "said meanwhile, two").waitFor({ timeout: 45_000 });
  const all = (await rows(ann.page)).join("\n");
  for (const text of ["before the loss", "said meanwhile, one", "said meanwhile, two"]) {
    assert.equal(all.split(text).length - 1, 1, `${text}, once`);
  }
  const [, seconds] = /You are back, after (\d+) second/.exec(all) ?? [];
  assert.ok(Number(seconds) >= 25, `away for ${seconds} seconds, since the host was last heard`);
  nothingWentWrong([ann, bo], /ERR_INTERNET_DISCONNECTED|WebSocket/);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("a reload is the same person, and begins where they were", async () => {
  const ann = await visit();
  await enter(ann.page, "Ann");
  await say(ann.page, "I was here");
  await row(ann.page, "I was here").waitFor();
  await ann.page.reload();
  await ann.page.getByRole("textbox", { name: "Your message" }).waitFor();
  assert.equal(await ann.page.locator("#me").innerText(), "Ann");
  await say(ann.page, "and I am back");
  await row(ann.page, "and I am back").waitFor();
  nothingWentWrong([ann]);
  await ann.context.close();
});

test("who pauses stops what moves, and is told exactly what went by", async () => {
  const [ann, bo] = await Promise.all([visit(), visit()]);
  await enter(ann.page, "Ann");
  await enter(bo.page, "Bo");
  await bo.page.locator(".hill").first().waitFor();
  await bo.page.getByRole("button", { name: "Pause" }).click();
  const moving = () =>
    bo.page.evaluate(() => {
      const running = document.getAnimations().filter(({ playState }) => playState === "running");
      return running.map(({ effect }) => effect.target.className).filter((name) => name !== "heart");
    });
  assert.deepEqual(await moving(), []);
  for (const text of ["one", "two", "three"]) {
    await say(ann.page, `comment ${text}`);
    await row(ann.page, `comment ${text}`).waitFor();
  }
  assert.equal(await row(bo.page, "comment").count(), 0);
  await bo.page.locator("#go-on").click();
  await row(bo.page, "comment three").waitFor();
  await row(bo.page, "Nothing was missed: 3 messages").waitFor();
  await bo.page.locator("#gap", { hasText: "3 messages" }).waitFor();
  assert.ok((await moving()).length > 5, "the picture goes on too");
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

test("it speaks Chinese, and remembers", async () => {
  const visitorOf = (locale) => visit({ locale });
  const wei = await visitorOf("zh-CN");
  await wei.page.locator("html[lang^=zh]").waitFor();
  assert.match(await wei.page.locator("#like").innerText(), /[\u4e00-\u9fff]/);
  await wei.page.locator("#nav").getByRole("button", { name: "English" }).click();
  await wei.page.locator("html[lang^=en]").waitFor();
  await wei.page.reload();
  await wei.page.locator("html[lang^=en]").waitFor();
  nothingWentWrong([wei]);
  await wei.context.close();
});

test("on a phone everything is within reach", async () => {
  const ann = await visit(PHONE);
  await enter(ann.page, "Ann");
  await say(ann.page, "from my phone");
  await row(ann.page, "from my phone").waitFor();
  const small = await ann.page.evaluate(() =>
    [...document.querySelectorAll("button, input, a")]
      .filter((one) => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !one.classList.contains("skip"))
      .map((one) => ({ id: one.id || one.textContent, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 40 || box.right > innerWidth + 1))
      .map(({ id, box }) => `${id} ${Math.round(box.width)}x${Math.round(box.height)}`),
  );
  assert.deepEqual(small, []);
  nothingWentWrong([ann]);
  await ann.context.close();
});

test("the owner's key makes the owner and leaves the address bar; another is forgotten", async () => {
  const at = async (key) => present(await visitor(browser, new URL(`/#key=${key}`, host.url)));
  const [owner, stranger] = [await at(host.key), await at("0".repeat(32))];
  await say(owner.page, "welcome to my show");
  assert.equal(await row(owner.page, "welcome to my show").locator(".badge").innerText(), "Streamer");
  await row(stranger.page, "welcome to my show").waitFor();
  for (const { page } of [owner, stranger]) assert.doesNotMatch(page.url(), /key=/);
  await enter(stranger.page, "Sam");
  await stranger.page.reload();
  await say(stranger.page, "just watching");
  assert.equal(await row(owner.page, "just watching").locator(".badge").count(), 0);
  nothingWentWrong([owner, stranger]);
  await Promise.all([owner.context.close(), stranger.context.close()]);
});
