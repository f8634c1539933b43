/** A live host of its own for a test: started, asked for its addresses, and stopped. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));
/** Long enough for a busy machine. */
const STARTS_WITHIN_MS = 30_000;

/** The binary: the one that is named, or the newest that cargo built. */
export function binary() {
  const named = process.env.LIVE_BIN;
  const candidates = named ? [named] : [`${ROOT}target/release/live`, `${ROOT}target/debug/live`];
  const builtAt = (/** @type {string} */ path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const [found] = candidates.filter(builtAt).sort((a, b) => builtAt(b) - builtAt(a));
  if (!found) throw new Error(`no live host at ${candidates.join(" or ")}: run cargo build -p live`);
  return found;
}

/**
 * Starts a host at a free port.
 * @param {string[]} options of its command line
 * @param {number} [port] to come back to
 */
export async function startHost(options = [], port = 0) {
  const child = spawn(binary(), ["--listen", `127.0.0.1:${port}`, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stderr.on("data", (data) => (said.err += data));
  const viewers = Promise.withResolvers?.() ?? deferred();
  const owner = Promise.withResolvers?.() ?? deferred();
  const console = Promise.withResolvers?.() ?? deferred();
  createInterface({ input: child.stdout }).on("line", (line) => {
    said.out += `${line}\n`;
    const [, who, address] = /^(viewers|owner|console)\s+(http:\S+)$/.exec(line) ?? [];
    if (who === "viewers") viewers.resolve(address);
    if (who === "owner") owner.resolve(address);
    if (who === "console") console.resolve(address);
  });
  const ended = once(child, "exit");
  const late = setTimeout(() => child.kill("SIGKILL"), STARTS_WITHIN_MS);
  const failed = ended.then(() => Promise.reject(new Error(`the host did not start:\n${said.out}${said.err}`)));
  const addresses = Promise.all([viewers.promise, owner.promise, console.promise]);
  const [url, ownerUrl, consoleUrl] = await Promise.race([addresses, failed]);
  failed.catch(() => {});
  clearTimeout(late);
  return {
    url: new URL(url),
    ownerUrl: new URL(ownerUrl),
    consoleUrl: new URL(consoleUrl),
    key: new URLSearchParams(new URL(ownerUrl).hash.slice(1)).get("key"),
    said,
    /** Ends it as Ctrl-C does. Returns its exit code. */
    async stop() {
      child.kill("SIGINT");
      const [code] = await ended;
      return code;
    },
    /** Ends it as a crash does. */
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** For a Node.js without Promise.withResolvers. */
function deferred() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
