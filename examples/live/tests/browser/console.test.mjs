/** The console: steps 1 and 2 of the modelled service's guide, by hand. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { PHONE, startBrowser, visitor } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";
import { nothingWentWrong } from "./support/show.mjs";

let browser;
let host;
let admin;
before(async () => {
  browser = await startBrowser();
  host = await startHost(["--app", "1400000000:key"]);
  admin = await visitor(browser, host.consoleUrl);
  await admin.page.locator("#desk:not([hidden])").waitFor();
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

const shown = (id) => admin.page.locator(`#${id}`).innerText();

test("without the token, or with another, the console shows nothing", async () => {
  for (const fragment of ["", `#token=${"0".repeat(32)}`, `#token=${host.key}`]) {
    const stranger = await visitor(browser, new URL(`/console${fragment}`, host.url));
    await stranger.page.locator("#shut:not([hidden])").waitFor();
    assert.equal(await stranger.page.locator("#desk").isVisible(), false);
    assert.doesNotMatch(await stranger.page.content(), /1400000000/);
    // That the token is wrong is an answer of the host, which the browser calls an error.
    nothingWentWrong([stranger], /401/);
    await stranger.context.close();
  }
  assert.equal(new URL(admin.page.url()).hash, "", "the token is gone from the address bar");
});

test("an application is made, and its overview shows status, version, id, creation and expiry", async () => {
  const { page } = admin;
  await page.locator("#app-name").fill("My <b>first</b> app");
  await page.locator("#app-days").fill("30");
  await page.locator("#app-form button").click();
  await page.locator("#apps-answer", { hasText: "is there" }).waitFor();
  assert.equal(await shown("overview-title"), "My <b>first</b> app");
  assert.equal(await shown("status"), "Enabled");
  assert.match(await shown("version"), /^\d+\.\d+\.\d+$/);
  assert.match(await shown("app-id"), /^14\d{8}$/);
  for (const when of ["created", "expires"]) assert.match(await shown(when), /\d{4}, \d{2}:\d{2}/);
  assert.equal(await shown("app-key"), "••••••••");
  await page.locator("#show-key").click();
  assert.match(await shown("app-key"), /^[0-9a-f]{32}$/);
  assert.equal(await page.locator("#apps li").count(), 2);
});

test("a group is made by the form, and its id is shown", async () => {
  const { page } = admin;
  await page.locator("#group-name").fill("Friday");
  await page.locator("#group-owner").fill("ann");
  assert.equal(await page.locator("#group-type").inputValue(), "AVChatRoom");
  await page.locator("#group-form button").click();
  await page.locator("#groups-answer", { hasText: "@TGS#" }).waitFor();
  const id = (await shown("groups-answer")).match(/@TGS#\w+/)[0];
  const row = page.locator("#groups tr", { hasText: id });
  assert.match(await row.innerText(), /Friday\s+ann\s+0/);

  await page.locator("#group-name").fill("Nobody’s");
  await page.locator("#group-owner").fill("no id");
  await page.locator("#group-form button").click();
  await page.locator("#groups-answer[data-tone=bad]", { hasText: "10012" }).waitFor();
  assert.equal(await page.locator("#groups tr").count(), 1);
});

test("an application is disabled, and only then deleted, with a warning that all goes", async () => {
  const { page } = admin;
  const remove = page.locator("#delete");
  assert.equal(await remove.isDisabled(), true);
  await page.locator("#switch").click();
  await page.locator("#status", { hasText: "Disabled" }).waitFor();
  await page.locator("#group-name").fill("Too late");
  await page.locator("#group-owner").fill("");
  await page.locator("#group-form button").click();
  await page.locator("#groups-answer[data-tone=bad]", { hasText: "60016" }).waitFor();

  await remove.click();
  assert.match(await page.locator("#sure").innerText(), /groups, users and messages go with it/);
  await page.locator("#sure-no").click();
  assert.equal(await page.locator("#apps li").count(), 2);
  await remove.click();
  await page.locator("#sure-yes").click();
  await page.locator("#apps-answer", { hasText: "is deleted" }).waitFor();
  assert.equal(await page.locator("#apps li").count(), 1);
});

test("the application of the page's rooms stays", async () => {
  const { page } = admin;
  assert.equal(await shown("app-id"), "1400000000");
  await page.locator("#switch").click();
  await page.locator("#status", { hasText: "Disabled" }).waitFor();
  assert.equal(await page.locator("#delete").isDisabled(), true);
  assert.match(await shown("delete-help"), /stays/);
  await page.locator("#switch").click();
  await page.locator("#status", { hasText: "Enabled" }).waitFor();
  // What was wrong was asked for, and nothing else was.
  nothingWentWrong([admin], /400/);
});

test("the console speaks Chinese, and fits a phone", async () => {
  const { page, context, troubles } = await visitor(browser, host.consoleUrl, { ...PHONE, locale: "zh-CN" });
  await page.locator("#desk:not([hidden])").waitFor();
  assert.match(await page.locator("#overview").innerText(), /状态\s+使用中/);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} pixels too wide`);
  nothingWentWrong([{ troubles }]);
  await context.close();
});
