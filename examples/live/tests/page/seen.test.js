import assert from "node:assert/strict";
import { test } from "node:test";

import { Seen } from "../../page/common/seen.js";

/** @param {number} [most] */
function room(most) {
  const seen = new Seen(most);
  seen.see({ user: "u1", nick: "Banana" });
  seen.see({ user: "u2", nick: "Ana" });
  seen.see({ user: "u3", nick: "Anabel" });
  return seen;
}
const users = (found) => found.map(({ user }) => user);

test("who is called exactly so comes first, then who begins so, then who is called so somewhere", () => {
  assert.deepEqual(users(room().find("ana")), ["u2", "u3", "u1"]);
});

test("without words those seen last come first", () => {
  assert.deepEqual(users(room().find("", 2)), ["u3", "u2"]);
});

test("a new nick takes the place of the old one, and no nick takes nothing away", () => {
  const seen = room();
  seen.see({ user: "u1", nick: "Zed" });
  seen.see({ user: "u1" });
  assert.equal(seen.nickOf("u1"), "Zed");
  assert.deepEqual(users(seen.find("banana")), []);
});

test("who was not seen for longest is forgotten first", () => {
  const seen = room(3);
  seen.see({ user: "u1" });
  seen.see({ user: "u4", nick: "Dan" });
  assert.deepEqual(users(seen.find("u")), ["u4", "u1", "u3"]);
});

test("somebody without a user cannot be found, since nothing could be done about them", () => {
  const seen = new Seen();
  seen.see({ user: null, nick: "Studio" });
  assert.deepEqual(seen.find("studio"), []);
});
