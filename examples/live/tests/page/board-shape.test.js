import assert from "node:assert/strict";
import { test } from "node:test";

import { place, readPiece, simplify, writePiece } from "../../page/board/shape.js";

test("points on a straight line are left out, and its ends stay", () => {
  assert.deepEqual(simplify([0, 0, 100, 100, 200, 200, 300, 300], 4), [0, 0, 300, 300]);
});

test("a corner stays", () => {
  assert.deepEqual(simplify([0, 0, 500, 0, 1_000, 0, 1_000, 500, 1_000, 1_000], 4), [0, 0, 1_000, 0, 1_000, 1_000]);
});

test("a way there and back is no point", () => {
  assert.deepEqual(simplify([0, 0, 900, 0, 0, 0], 4), [0, 0, 900, 0, 0, 0]);
});

test("no point that is left out is further away than the tolerance", () => {
  const wave = Array.from({ length: 400 }, (_, i) => [i * 20, Math.round(5_000 + 900 * Math.sin(i / 9))]).flat();
  const few = simplify(wave, 10);
  assert.ok(few.length < wave.length / 4, `${few.length} of ${wave.length}`);
  for (let i = 0; i < wave.length; i += 2) {
    let nearest = Infinity;
    for (let k = 0; k + 3 < few.length; k += 2) {
      const [ax, ay, bx, by] = few.slice(k, k + 4);
      const along = Math.min(1, Math.max(0, ((wave[i] - ax) * (bx - ax) + (wave[i + 1] - ay) * (by - ay)) /
        ((bx - ax) ** 2 + (by - ay) ** 2)));
      nearest = Math.min(nearest, Math.hypot(wave[i] - ax - along * (bx - ax), wave[i + 1] - ay - along * (by - ay)));
    }
    assert.ok(nearest <= 10 / (9 / 16), `point ${i / 2} is ${nearest} away`);
  }
});

test("a scribble of very many points does not overflow", () => {
  const scribble = Array.from({ length: 200_000 }, (_, i) => (i * 7_919) % 10_000);
  assert.ok(simplify(scribble, 4).length > 0);
});

test("a pointer outside of the board is at its edge", () => {
  assert.deepEqual([-0.2, 0, 0.5, 1, 1.7, NaN].map(place), [0, 0, 5_000, 10_000, 10_000, 0]);
});

test("a piece is read as it was written", () => {
  const piece = { id: 4_294_967_295, c: 7, w: 64, p: [0, 0, 10_000, 10_000] };
  assert.deepEqual(readPiece(writePiece(piece)), piece);
});

test("data that is not of the form is no piece", () => {
  const good = { id: 1, c: 0, w: 4, p: [1, 2] };
  assert.ok(readPiece(JSON.stringify(good)));
  const bad = [
    { id: -1 }, { id: 2 ** 32 }, { id: 1.5 }, { id: "1" }, { c: 8 }, { c: -1 }, { w: 0 }, { w: 65 }, { w: null },
    { p: [] }, { p: [1] }, { p: [1, 2, 3] }, { p: [1, 10_001] }, { p: [-1, 2] }, { p: [1, "2"] }, { p: "12" },
    { p: new Array(514).fill(0) },
  ];
  for (const change of bad) assert.equal(readPiece(JSON.stringify({ ...good, ...change })), null, JSON.stringify(change));
  for (const text of ["", "null", "[]", "{}", "{", undefined]) assert.equal(readPiece(text), null, String(text));
});
