/**
 * The owner's key, which makes whoever has it the owner, on every page.
 *
 * It comes in the address's fragment, which browsers do not send, and leaves the address bar at once: what
 * stands there is photographed, shared and remembered. It is kept for this tab and no other.
 */

import { tab } from "./store.js";

/** @returns {string|undefined} */
export function ownersKey() {
  const place = new URL(location.href);
  const given = new URLSearchParams(place.hash.slice(1)).get("key");
  if (given !== null) {
    keepKey(given);
    place.hash = "";
    history.replaceState(history.state, "", place);
  }
  return given ?? tab.read("key") ?? undefined;
}

/** @param {string|null} key null forgets it */
export const keepKey = (key) => tab.write("key", key);

/** A host that was started again has another key: the old one is forgotten, and one comes in as anybody else. @param {import("../liveroom.js").LiveRoom} room @param {() => import("../liveroom.js").Options} anybody how one joins without it */
export function withoutWrongKey(room, anybody) {
  room.addEventListener("refused", (event) => {
    const { of, code } = /** @type {CustomEvent} */ (event).detail;
    if (of !== "join" || code !== "key") return;
    keepKey(null);
    room.rejoin({ ...anybody(), key: undefined });
  });
}

/** The address of the host's WebSocket, beside the page wherever that stands. */
export function socketAddress() {
  const url = new URL("ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  [url.search, url.hash] = ["", ""];
  return url;
}
