import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as en from "../../page/console/words.en.js";
import * as zh from "../../page/console/words.zh.js";

const shape = (value) => (value !== null && typeof value === "object" ? Object.keys(value).sort().map((key) => [key, shape(value[key])]) : typeof value === "function" ? value.length : typeof value);

test("both_languages_of_the_console_have_the_same_exports_down_to_every_key", () => {
  assert.deepEqual(shape({ ...zh }), shape({ ...en }));
});

test("every_text_that_the_console_asks_for_is_there_and_none_is_left_over", () => {
  const html = readFileSync(new URL("../../page/console.html", import.meta.url), "utf8");
  const asked = new Set([...html.matchAll(/data-say(?:-\w+)?="(\w+)"/g)].map(([, key]) => key));
  assert.deepEqual([...asked].sort(), Object.keys(en.page).sort());
});

test("the_sentences_of_the_console_say_what_they_are_given", () => {
  for (const words of [en, zh]) {
    for (const said of [words.sure("Friday"), words.madeApp("Friday"), words.deletedApp("Friday"), words.madeGroup("Friday"), words.failed({ code: 10_012, info: "Friday" })]) assert.match(said, /Friday/);
    assert.match(words.failed({ code: 10_012, info: "" }), /10012/);
    assert.equal(words.more(5, 5), "");
    assert.match(words.more(500, 501), /500.*501|501.*500/);
    const statuses = [words.status(true, null, 5), words.status(true, 6, 5), words.status(true, 5, 5), words.status(false, null, 5)];
    assert.equal(statuses[0], statuses[1]);
    assert.equal(new Set(statuses).size, 3);
    const helps = [{ enabled: true, keeps: true }, { enabled: true, keeps: false }, { enabled: false, keeps: false }].map(words.deleteHelp);
    assert.equal(new Set(helps).size, 3);
  }
});
