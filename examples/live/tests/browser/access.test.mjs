/** Everybody can use every page: rules of WCAG 2.2 A and AA as axe knows them, in each look and language. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { against } from "./support/axe.mjs";
import { DESKTOP, PHONE, startBrowser, visitor } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";
import { enter, row, say } from "./support/show.mjs";

let browser;
let host;
before(async () => {
  browser = await startBrowser();
  host = await startHost(["--crowd", "50"]);
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

const LOOKS = {
  "desktop, light": { ...DESKTOP, colorScheme: "light" },
  "desktop, dark": { ...DESKTOP, colorScheme: "dark" },
  "phone, Chinese": { ...PHONE, locale: "zh-CN" },
};

for (const [look, options] of Object.entries(LOOKS)) {
  test(`the show keeps the rules on a ${look}`, async () => {
    const { page, context } = await visitor(browser, host.url, { ...options, reducedMotion: "reduce" });
    await page.locator("#rows > li").first().waitFor();
    assert.deepEqual(await against(page), []);
    if (look.startsWith("desktop")) {
      await enter(page, "Ann");
      await say(page, "a stupid zorgblatt");
      await page.locator("#pending .failed").waitFor();
      assert.deepEqual(await against(page), []);
    }
    await context.close();
  });

  test(`the console keeps the rules on a ${look}`, async () => {
    const { page, context } = await visitor(browser, host.consoleUrl, options);
    await page.locator("#groups > tr").first().waitFor();
    assert.deepEqual(await against(page), []);
    await context.close();
  });

  test(`the panel keeps the rules on a ${look}`, async () => {
    const { page, context } = await visitor(browser, host.ownerUrl, options);
    await page.locator("#lives > li").first().waitFor({ state: "attached" });
    assert.deepEqual(await against(page), []);
    await context.close();
  });

  test(`a class keeps the rules for its teacher on a ${look}`, async () => {
    const address = new URL(`/panel?group=class${host.ownerUrl.hash}`, host.url);
    const { page, context } = await visitor(browser, address, options);
    await page.locator("#to-board:not([hidden])").waitFor();
    assert.deepEqual(await against(page), []);
    await page.locator("#to-board").click();
    await page.locator("#pens:not([hidden])").waitFor();
    await page.locator("#hint:not([hidden])").waitFor();
    assert.deepEqual(await against(page), []);
    await context.close();
  });

  test(`the whiteboard keeps the rules on a ${look}`, async () => {
    const { page, context } = await visitor(browser, new URL("/board?group=seminar", host.url), options);
    await page.locator("#live:not(.lost)").waitFor({ state: "attached" });
    assert.deepEqual(await against(page), []);
    await context.close();
  });
}

test("the show can be used with the keyboard alone", async () => {
  const { page, context } = await visitor(browser, host.url);
  const nick = page.locator("#nick");
  for (let step = 0; step < 40 && !(await nick.evaluate((one) => one === document.activeElement)); step += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type("Kim");
  await page.keyboard.press("Enter");
  await page.locator("#message").waitFor();
  await page.keyboard.type("without a mouse");
  await page.keyboard.press("Enter");
  await row(page, "without a mouse").waitFor();
  await context.close();
});
