/** Takes the pictures that the READMEs show: `npm run shots`. */

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { PHONE, startBrowser, visitor } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";
import { APP, signature, startApp, startSite } from "./support/sdk.mjs";
import { enter, row, say } from "./support/show.mjs";

const folder = fileURLToPath(new URL("../../shots/", import.meta.url));
mkdirSync(folder, { recursive: true });

const browser = await startBrowser();
const host = await startHost(["--crowd", "2000"]);
/** Until the charts of the panel have something to show. */
const CROWD_TALKS_MS = 45_000;

/** @param {import("playwright-core").Page} page @param {string} name */
async function picture(page, name) {
  await page.screenshot({ path: `${folder}${name}.png` });
  console.log(`${folder}${name}.png`);
}

const show = await visitor(browser, host.url);
await enter(show.page, "Ann");
const phone = await visitor(browser, host.url, { ...PHONE, locale: "zh-CN", colorScheme: "dark" });
const panel = await visitor(browser, host.ownerUrl);
await show.page.waitForTimeout(10_000);
// In such a crowd it may be lost to the rate, and then its author is told so: either is worth a picture.
await say(show.page, "good evening from the back row");
await show.page.waitForTimeout(2_500);
await picture(show.page, "show");
await picture(phone.page, "phone");
await panel.page.waitForTimeout(CROWD_TALKS_MS);
await picture(panel.page, "panel");

const teacher = await visitor(browser, new URL(`/board?group=class#key=${host.key}`, host.url));
const pupils = [];
for (const nick of ["Pia", "Noor", "李雷"]) {
  const pupil = await visitor(browser, new URL("/board?group=class", host.url));
  await enter(pupil.page, nick);
  await pupil.page.locator("#hand").click();
  pupils.push(pupil);
}
await teacher.page.locator("#pens:not([hidden])").waitFor();
const sheet = await teacher.page.locator("#sheet").boundingBox();
/** @param {(t: number) => [number, number]} line from 0 to 1, in parts of the sheet */
async function draw(line) {
  const at = (t) => line(t).map((part, axis) => (axis ? sheet.y + part * sheet.height : sheet.x + part * sheet.width));
  await teacher.page.mouse.move(...at(0));
  await teacher.page.mouse.down();
  for (let step = 1; step <= 60; step += 1) await teacher.page.mouse.move(...at(step / 60));
  await teacher.page.mouse.up();
}
await draw((t) => [0.1 + 0.8 * t, 0.8]);
await draw((t) => [0.15, 0.1 + 0.8 * t]);
await teacher.page.locator("#colours input, #colours button").nth(2).click({ force: true });
await draw((t) => [0.15 + 0.7 * t, 0.5 - 0.28 * Math.sin(t * 4 * Math.PI)]);
await teacher.page.waitForTimeout(2_000);
await picture(teacher.page, "board");

// Two browsers in one room: one on the page, and one on the vendor's SDK.
const [app, site] = [await startApp(), await startSite()];
const half = { viewport: { width: 720, height: 760 } };
const mia = await visitor(browser, app.url, half);
await enter(mia.page, "Mia");
const who = new URLSearchParams({ app: String(APP), proxy: app.proxy, user: "eve", sig: signature("eve"), group: "live", nick: "Eve" });
const eve = await visitor(browser, `${site.url}room#${who}`, half);
await eve.page.locator("#who:not(:empty)").waitFor();
/** @param {string} text */
async function writes(text) {
  await eve.page.getByLabel("Your message").fill(text);
  await eve.page.getByRole("button", { name: "Send" }).click();
}
for (const [one, text] of [["mia", "welcome, Eve!"], ["eve", "hello from the vendor's own SDK"], ["mia", "and this is the page"], ["eve", "你好，世界"]]) {
  await (one === "mia" ? say(mia.page, text) : writes(text));
  await eve.page.locator("li", { hasText: text }).waitFor();
  await row(mia.page, text).waitFor();
}
const sides = await Promise.all([mia, eve].map(async ({ page }) => `data:image/png;base64,${(await page.screenshot()).toString("base64")}`));
const both = await (await browser.newContext({ viewport: { width: 1_448, height: 760 } })).newPage();
await both.setContent(`<body style="margin:0;display:flex;gap:8px;background:#888">${sides.map((side) => `<img src="${side}" width="720">`).join("")}</body>`);
await picture(both, "two");
await Promise.all([app.stop(), site.stop()]);

await browser.close();
await host.stop();
