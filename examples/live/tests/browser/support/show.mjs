/** What a person does on the page of a show, by what they see there. */

import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */

/** Waits until somebody is in the room: what was said before reaches no newcomer. @param {{page: Page}} made */
export async function present(made) {
  await made.page.locator("#live:not(.lost)").waitFor();
  return made;
}

/** Takes part under a name. @param {Page} page @param {string} nick */
export async function enter(page, nick) {
  await page.getByLabel("Your name").fill(nick);
  await page.getByRole("button", { name: "Take part" }).click();
  await page.locator("#leave:not([hidden])").waitFor();
}

/** @param {Page} page @param {string} text */
export async function say(page, text) {
  await page.getByRole("textbox", { name: "Your message" }).fill(text);
  await page.getByRole("textbox", { name: "Your message" }).press("Enter");
}

/**
 * Comes in over a connection of its own from somebody's page, does one thing, and goes. Returns the host's answer.
 * @param {Page} page
 * @param {import("../../../page/liveroom.js").Options} who
 * @param {{do: string, [field: string]: unknown}|{say: string}} act
 */
export const visitTo = (page, who, act) =>
  page.evaluate(
    async ([who, act]) => {
      const { LiveRoom } = await import("/liveroom.js");
      const room = new LiveRoom(new URL("/ws", location.href.replace(/^http/, "ws")), who);
      const live = new Promise((resolve) => room.addEventListener("state", ({ detail }) => detail.state === "live" && resolve(null)));
      room.connect();
      await live;
      const answer = act.say ? (await room.send("text", { text: act.say }).outcome).state : await room.do(act.do, act);
      room.disconnect();
      return answer;
    },
    [who, act],
  );

/** A row of the chat with these words. @param {Page} page @param {string|RegExp} text */
export const row = (page, text) => page.locator("#rows > li", { hasText: text });

/** Every row of the chat that is drawn, as one reads it. @param {Page} page */
export const rows = (page) => page.locator("#rows > li").allInnerTexts();

/** Waits until something is so, and says what it was if it never is. @param {() => Promise<unknown>} look @param {string} what */
export async function until(look, what, ms = 15_000) {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    assert.ok(Date.now() < end, `${what} never came`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Nothing went wrong behind somebody's back. @param {{troubles: string[]}[]} people @param {RegExp} [expected] troubles that belong to the test */
export function nothingWentWrong(people, expected) {
  for (const { troubles } of people) {
    assert.deepEqual(troubles.filter((trouble) => !expected?.test(trouble)), []);
  }
}
