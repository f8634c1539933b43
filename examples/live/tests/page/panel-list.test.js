import assert from "node:assert/strict";
import { test } from "node:test";

import { countList, lineNamed, lineSpan } from "../../page/panel/list.js";

const LIST = `# Words
[abuse mask]   # milder than usual
idiot
!ass # a whole word
+scunthorpe

[custom:7 tag]
\\#winning
`;

test("terms are counted, and headers, comments, blank lines and innocent words are not terms", () => {
  assert.deepEqual(countList(LIST), { terms: 3, innocent: 1, lines: 9, bytes: 107 });
});

test("what disguises are seen through is no term, and a weighed term is one", () => {
  assert.equal(countList("~leet off\nword *3\n\\~tilde").terms, 2);
});

test("the bytes of a list are those that go over the wire", () => {
  assert.equal(countList("笨蛋").bytes, 6);
});

test("the line that an error names is found", () => {
  assert.equal(lineNamed("line 3: no category \"sports\""), 3);
  assert.equal(lineNamed("the list has too many terms"), null);
});

test("a line's span is where it can be selected, and a line past the end is the last one", () => {
  const text = "one\ntwo\nthree";
  const at = (line) => text.slice(...lineSpan(text, line));
  assert.deepEqual([at(1), at(2), at(3), at(9)], ["one", "two", "three", "three"]);
});
