/**
 * What a word list holds, as far as the page itself can tell; the host alone decides whether it stands.
 *
 * | line | meaning |
 * |---|---|
 * | `word` | a term; `!word` as a whole word only |
 * | `+word` | innocent, whatever is listed inside it |
 * | `[category]`, `[category treatment]` | what the terms that follow are about, and what is done |
 * | `word *3` | a term that weighs 3 |
 * | `~class off` | which disguises are seen through |
 * | `# …` | a comment |
 * | `\…` | a term, whatever it begins with |
 */

const encoder = new TextEncoder();

/** @param {string} text */
export const bytesOf = (text) => encoder.encode(text).length;

/**
 * @param {string} text
 * @returns {{terms: number, innocent: number, lines: number, bytes: number}}
 */
export function countList(text) {
  const lines = text.split("\n").map((line) => line.trim());
  const told = lines.filter((line) => line !== "" && !/^[#~]/.test(line) && !/^\[[^\]]*\](\s*#.*)?$/.test(line));
  const innocent = told.filter((line) => line.startsWith("+")).length;
  return { terms: told.length - innocent, innocent, lines: lines.length, bytes: bytesOf(text) };
}

/**
 * The line that the host's sentence names, if it names one.
 * @param {string} why
 * @returns {number|null} 1 for the first
 */
export function lineNamed(why) {
  const found = /\bline (\d+)/i.exec(why);
  return found ? Number(found[1]) : null;
}

/**
 * Where a line begins and ends in a text.
 * @param {string} text
 * @param {number} line 1 for the first
 * @returns {[number, number]}
 */
export function lineSpan(text, line) {
  const lines = text.split("\n");
  const at = Math.min(Math.max(1, line), lines.length) - 1;
  const begin = lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0);
  return [begin, begin + lines[at].length];
}
