/** The whiteboard of a large class and of a small one. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startBrowser, visitor } from "./support/browser.mjs";
import { startHost } from "./support/host.mjs";
import { enter, nothingWentWrong, row, say, until } from "./support/show.mjs";

let browser;
let host;
before(async () => {
  browser = await startBrowser();
  host = await startHost();
});
after(async () => {
  await browser?.close();
  await host?.stop();
});

/** @param {string} group */
const board = (group, fragment = "") => visitor(browser, new URL(`/board?group=${group}${fragment}`, host.url));

/** Draws one line across the sheet. @param {import("playwright-core").Page} page */
async function draw(page, from = 0.2, to = 0.6) {
  const sheet = await page.locator("#sheet").boundingBox();
  const at = (part) => [sheet.x + sheet.width * part, sheet.y + sheet.height * part];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  for (let step = 1; step <= 12; step += 1) await page.mouse.move(...at(from + ((to - from) * step) / 12));
  await page.mouse.up();
}

/** The drawing as everybody has it, once nothing is on its way any more. @param {import("playwright-core").Page} page */
const picture = (page) =>
  page.evaluate(() => {
    const paper = document.getElementById("paper");
    const { data } = paper.getContext("2d").getImageData(0, 0, paper.width, paper.height);
    let [ink, sum] = [0, 0];
    const ground = [data[0], data[1], data[2], data[3]].join();
    for (let at = 0; at < data.length; at += 4) {
      if ([data[at], data[at + 1], data[at + 2], data[at + 3]].join() === ground) continue;
      ink += 1;
      sum = (sum * 31 + at) % 1_000_000_007;
    }
    return { ink, sum };
  });

/** Waits until somebody sees what another sees, which may still be growing. @param {import("playwright-core").Page} page @param {import("playwright-core").Page} other */
const sees = (page, other, what) =>
  until(async () => {
    const [seen, wanted] = [await picture(page), await picture(other)];
    return seen.ink > 0 && seen.ink === wanted.ink && seen.sum === wanted.sum;
  }, what);

/** Waits until there is more than so much ink, and no more comes: a line comes in pieces, some of them an eighth of a second apart. @param {import("playwright-core").Page} page */
async function drawn(page, ink, what, ms) {
  let last = -1;
  return until(async () => {
    const seen = await picture(page);
    const still = seen.ink > ink && seen.ink === last;
    last = seen.ink;
    if (still) return seen;
    await page.waitForTimeout(500);
  }, what, ms);
}

test("an empty board says who draws on it, until somebody does", async () => {
  const teacher = await board("class", `#key=${host.key}`);
  const guest = await board("class");
  const hint = (/** @type {any} */ { page }) => page.locator("#hint:not([hidden])");
  await hint(teacher).filter({ hasText: "Draw here" }).waitFor();
  await hint(guest).filter({ hasText: "The teacher draws here" }).waitFor();
  await guest.page.locator(".language").click();
  await hint(guest).filter({ hasText: /\p{Script=Han}/u }).waitFor();
  await draw(teacher.page);
  for (const { page } of [teacher, guest]) await page.locator("#hint").waitFor({ state: "hidden" });
  await teacher.page.locator("#clear").click();
  await teacher.page.locator("#clear-sure").click();
  await hint(teacher).waitFor();
  nothingWentWrong([teacher, guest]);
  await Promise.all([teacher.context.close(), guest.context.close()]);
});

test("in the large class the teacher draws, and a pupil draws only when called on", async () => {
  const teacher = await board("class", `#key=${host.key}`);
  const pupil = await board("class");
  await enter(pupil.page, "Pia");
  await teacher.page.locator("#pens:not([hidden])").waitFor();
  assert.equal(await pupil.page.locator("#pens").isVisible(), false);
  await draw(teacher.page);
  const before = await drawn(teacher.page, 100, "the teacher's line");
  await sees(pupil.page, teacher.page, "the teacher's line at the pupil's");
  assert.equal(await pupil.page.locator("#message").isVisible(), false);
  await pupil.page.locator("#hand").click();
  const hand = teacher.page.locator("#hands > li", { hasText: "Pia" });
  await hand.waitFor();
  await hand.getByRole("button").first().click();
  await pupil.page.locator("#pens:not([hidden])").waitFor();
  await draw(pupil.page, 0.7, 0.9);
  await drawn(teacher.page, before.ink, "the pupil's line");
  await say(pupil.page, "thank you");
  await row(teacher.page, "thank you").waitFor();
  // A teacher who comes back finds who was called on.
  await teacher.page.reload();
  await say(teacher.page, "well done");
  assert.equal(await row(pupil.page, "well done").locator(".badge").innerText(), "Teacher");
  await teacher.page.locator("#called > li", { hasText: "Pia" }).getByRole("button").first().click();
  await until(async () => !(await pupil.page.locator("#pens").isVisible()), "the end of the pupil's turn");
  nothingWentWrong([teacher, pupil]);
  await Promise.all([teacher.context.close(), pupil.context.close()]);
});

test("whoever comes late has the whole drawing, and a clear empties it for all", async () => {
  const ann = await board("seminar");
  const bo = await board("seminar");
  await enter(ann.page, "Ann");
  await enter(bo.page, "Bo");
  await draw(ann.page, 0.1, 0.5);
  await draw(bo.page, 0.5, 0.9);
  await drawn(ann.page, 200, "two lines");
  await sees(bo.page, ann.page, "the same picture for both");
  const late = await board("seminar");
  await sees(late.page, ann.page, "the whole drawing");
  const teacher = await board("seminar", `#key=${host.key}`);
  await sees(teacher.page, ann.page, "the whole drawing for the teacher");
  await teacher.page.locator("#clear").click();
  await teacher.page.locator("#clear-sure").click();
  for (const { page } of [ann, bo, late, teacher]) await until(async () => (await picture(page)).ink === 0, "an empty board");
  const people = [ann, bo, late, teacher];
  nothingWentWrong(people);
  await Promise.all(people.map(({ context }) => context.close()));
});

test("a line that is drawn while the connection is lost is there afterwards", async () => {
  const ann = await board("seminar");
  const bo = await board("seminar");
  await enter(ann.page, "Ann");
  await draw(ann.page, 0.2, 0.3);
  const before = await drawn(bo.page, 20, "the first line");
  await ann.context.setOffline(true);
  await draw(ann.page, 0.4, 0.8);
  await ann.context.setOffline(false);
  await drawn(bo.page, before.ink + 50, "the second line", 60_000);
  await sees(bo.page, ann.page, "the same picture");
  nothingWentWrong([ann, bo], /ERR_INTERNET_DISCONNECTED|WebSocket/);
  await Promise.all([ann.context.close(), bo.context.close()]);
});

/** Draws so much that the whole drawing takes several frames: as a program, since that is more than a hand draws. @param {import("playwright-core").Page} page */
const scribble = (page, strokes = 60) =>
  page.evaluate(async ([key, count]) => {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    const next = () => new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(JSON.parse(data))));
    const until = async (/** @type {(frame: any) => boolean} */ wanted) => {
      for (;;) if (wanted(await next())) return;
    };
    await new Promise((resolve) => (socket.onopen = resolve));
    socket.send(JSON.stringify({ v: 1, t: "join", group: "seminar", key }));
    await until(({ t }) => t === "welcome");
    for (let id = 1; id <= count; id += 1) {
      const p = Array.from({ length: 512 }, (_, i) => (i % 2 === 0 ? Math.round(1_000 + (i / 512) * 8_000) : Math.round((id / count) * 9_000 + 300 + 200 * Math.sin(i / 9 + id))));
      socket.send(JSON.stringify({ v: 1, t: "send", id, kind: 1, text: "", data: JSON.stringify({ id, c: id % 7, w: 6, p }), random: id }));
      await until((frame) => frame.t === "receipt" && frame.id === id);
      // The host takes 20 frames a second.
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    socket.close();
  }, [host.key, strokes]);

test("a reader who is cut off in the midst of the drawing has all of it afterwards", async () => {
  const ann = await board("seminar");
  const bo = await board("seminar");
  await enter(bo.page, "Bo");
  await scribble(ann.page);
  let [frames, cut] = [0, false];
  await bo.page.routeWebSocket(/\/ws$/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      const { t, more, pieces = [] } = JSON.parse(String(text));
      socket.send(text);
      if (t !== "board") return;
      frames += 1;
      if (cut || !more || pieces.length === 0) return;
      cut = true;
      for (const end of [socket, server]) end.close();
    });
  });
  await bo.page.reload();
  await until(async () => cut, "the middle of the drawing");
  await bo.page.locator("#live:not(.lost)").waitFor();
  await drawn(ann.page, 1_000, "the scribble");
  await sees(bo.page, ann.page, "all of the drawing");
  assert.ok(frames > 3, "the drawing took several frames");
  nothingWentWrong([ann, bo]);
  await Promise.all([ann.context.close(), bo.context.close()]);
});
