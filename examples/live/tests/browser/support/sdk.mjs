/** People with the vendor's own web SDK in a real browser, and an app's server beside them. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { DESKTOP } from "./browser.mjs";
import { binary, startHost } from "./host.mjs";
import { seed } from "./seed.mjs";
import { until } from "./show.mjs";

const require = createRequire(import.meta.url);

export const APP = 1_400_000_000;
export const KEY = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";

/** The packages, pinned, and what each calls itself; that for mini programs needs what they have. */
export const PACKAGES = {
  "tim-js-sdk 2.27.6": { file: require.resolve("tim-js-sdk/tim-js.js"), name: "TIM" },
  "@tencentcloud/chat 3.6.6": { file: require.resolve("@tencentcloud/chat/index.js"), name: "TencentCloudChat" },
  "tim-wx-sdk 2.27.6": { file: require.resolve("tim-wx-sdk/tim-wx.js"), name: "TIM", shim: fileURLToPath(new URL("wx.js", import.meta.url)) },
};

const signatures = new Map();

/** A signature, from the host's own command line. @param {string} user */
export function signature(user) {
  const made = signatures.get(user) ?? sign(user);
  signatures.set(user, made);
  return made;
}

/** @param {string} user */
function sign(user) {
  const { stdout, stderr, status } = spawnSync(binary(), ["--app", `${APP}:${KEY}`, "--usersig", user], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split("\n").at(-1);
}

/** A host with an app. @param {string[]} options @param {number} [port] */
export async function startApp(options = [], port = 0) {
  const host = await startHost(["--app", `${APP}:${KEY}`, ...options], port);
  const access = new URLSearchParams({ sdkappid: String(APP), identifier: "administrator", usersig: signature("administrator"), contenttype: "json" });
  /** A REST command of the app's own server. */
  const rest = async (/** @type {string} */ command, /** @type {object} */ body) => {
    access.set("random", String(Math.floor(Math.random() * 2 ** 32)));
    const answer = await fetch(new URL(`/v4/${command}?${access}`, host.url), { method: "POST", body: JSON.stringify(body) });
    return answer.json();
  };
  const group = async (/** @type {string} */ id, /** @type {object} */ more = {}) => {
    const made = await rest("group_open_http_svc/create_group", { Type: "AVChatRoom", Name: `Room ${id}`, GroupId: id, ...more });
    if (made.ErrorCode !== 0) throw new Error(JSON.stringify(made));
    return made.GroupId;
  };
  return { ...host, proxy: `ws://${host.url.host}`, rest, group };
}

/** Pages of somebody else's site, with the packages. */
export async function startSite() {
  const scripts = Object.values(PACKAGES).map(({ file }) => readFileSync(file));
  const room = readFileSync(new URL("room.html", import.meta.url));
  const blank = "<!doctype html><meta charset=utf-8><title>somebody's site</title><link rel=icon href=data:,>";
  const server = createServer((request, response) => {
    const script = scripts[Number(/^\/sdk\/(\d)$/.exec(request.url ?? "")?.[1])];
    response.setHeader("content-type", script ? "text/javascript" : "text/html; charset=utf-8");
    response.end(script ?? (request.url === "/room" ? room : blank));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${address.port}/`, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** Somebody's site in a browser, where people stand side by side. @param {import("playwright-core").Browser} browser @param {string} site */
export async function startStage(browser, site) {
  const context = await browser.newContext(DESKTOP);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(site);
  return { page, people: 0, stop: () => context.close() };
}

/** A place for one more. @param {Awaited<ReturnType<typeof startStage>>} stage */
export async function place(stage) {
  const id = `person-${++stage.people}`;
  await stage.page.evaluate(
    (id) => new Promise((resolve) => document.body.appendChild(Object.assign(document.createElement("iframe"), { name: id, id, src: "/", onload: resolve }))),
    id,
  );
  const frame = /** @type {import("playwright-core").Frame} */ (stage.page.frame({ name: id }));
  return { frame, leave: () => stage.page.evaluate((id) => document.getElementById(id)?.remove(), id) };
}

/**
 * Somebody with a package, each in a frame of their own, and step 4 done there.
 * @param {Awaited<ReturnType<typeof startStage>>} stage
 * @param {keyof typeof PACKAGES} sdk
 * @param {string} proxy
 */
export async function person(stage, sdk, proxy) {
  const { frame, leave } = await place(stage);
  const { name, shim } = PACKAGES[sdk];
  // What goes to the console, and what goes wrong.
  await frame.evaluate(`globalThis.said = []; globalThis.wrong = [];
    addEventListener("error", ({ message }) => wrong.push(message));
    for (const how of ["log", "warn", "error"]) console[how] = (...what) => said.push(what.map(String).join(" "));`);
  if (shim) await frame.addScriptTag({ path: shim });
  await frame.addScriptTag({ url: `/sdk/${Object.keys(PACKAGES).indexOf(sdk)}` });
  await frame.addScriptTag({ content: `globalThis.TIM ??= ${name};\n${seed.create(APP, proxy)}` });
  const one = {
    frame,
    said: () => frame.evaluate("said"),
    wrong: () => frame.evaluate("wrong"),
    /** Runs code, or a step of the guide. @param {string} code */
    run: (code) => frame.evaluate(code),
    /** Calls the SDK, and gives what it says or the code of its error. @param {string} call */
    call: (call) =>
      frame.evaluate(`Promise.resolve().then(() => ${call}).then(({ data }) => JSON.parse(JSON.stringify(data ?? null)), (error) => ({ error: error.code, info: error.message }))`),
    /** Logs in, and waits until the SDK says that it is ready. @param {string} user */
    async login(user) {
      const told = await frame.evaluate(seed.login(user, signature(user)));
      if (told.error) throw new Error(`${user} cannot log in: ${told.info}`);
      await frame.waitForFunction("globalThis.isReady");
      return told;
    },
    /** What came, as plain data. */
    received: () =>
      frame.evaluate(`received.map(({ type, from, to, nick, avatar, priority, sequence, payload, conversationType, isModified }) =>
        JSON.parse(JSON.stringify({ type, from, to, nick, avatar, priority, sequence, payload, conversationType, isModified })))`),
    /** Waits for one that came. @param {(message: any) => unknown} wanted @param {string} what */
    gets: (wanted, what) =>
      until(async () => (await one.received()).find(wanted), what).catch(async (error) => {
        throw new Error(`${error.message}; there came ${JSON.stringify(await one.received())}`);
      }),
    /** As if the page were closed. */
    leave,
  };
  return one;
}
