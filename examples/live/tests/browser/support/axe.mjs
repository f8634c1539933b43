/** Rules of WCAG 2.2 A and AA, as axe knows them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What is against the rules, each with where. @param {import("playwright-core").Page} page */
export async function against(page) {
  // The page's own policy would forbid the checker to be put in as a script; this way it need not be.
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), RULES);
  assert.ok(passes.length > 10, `only ${passes.length} rules had anything to look at`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}
