/**
 * How tall each row of a long list is, and where it is: the arithmetic of virtual scrolling. Pure.
 *
 * Rows are numbered from 0 on, come at the end and go at the front; a number stays a row's own. Heights
 * are kept in pieces with their sums, so that finding a place looks at some hundred numbers, not at all.
 *
 * Invariant: `offset(n + 1) - offset(n)` is the height of row `n`, and `total` the sum of all.
 */

const PIECE = 64;

export class Heights {
  /** @type {{heights: number[], sum: number}[]} */ #pieces = [];
  /** The number of the first row of the first piece. */
  #origin = 0;
  #first = 0;
  #end = 0;

  /** The number of the first row that is still there. */
  get first() { return this.#first; }
  /** The number that the next row gets. */
  get end() { return this.#end; }
  get size() { return this.#end - this.#first; }
  get total() { return this.#pieces.reduce((sum, piece) => sum + piece.sum, 0); }

  /** @param {number} height @returns {number} the row's number */
  push(height) {
    const last = this.#pieces[this.#pieces.length - 1];
    const piece = last && last.heights.length < PIECE ? last : { heights: [], sum: 0 };
    if (piece !== last) this.#pieces.push(piece);
    piece.heights.push(height);
    piece.sum += height;
    return this.#end++;
  }

  /** Takes rows away at the front. @param {number} count @returns {number} how tall they were */
  drop(count) {
    const before = this.total;
    for (let n = Math.min(count, this.size); n > 0; n -= 1) {
      this.set(this.#first, 0);
      this.#first += 1;
      if (this.#first - this.#origin < PIECE) continue;
      this.#pieces.shift();
      this.#origin += PIECE;
    }
    return before - this.total;
  }

  /** @param {number} row @returns {number} */
  get(row) {
    const [piece, place] = this.#place(row);
    return piece.heights[place];
  }

  /** @param {number} row @param {number} height */
  set(row, height) {
    const [piece, place] = this.#place(row);
    piece.sum += height - piece.heights[place];
    piece.heights[place] = height;
    // The sum of an empty piece is nothing, whatever rounding has left of it.
    if (piece.sum < 1e-6) piece.sum = piece.heights.reduce((sum, one) => sum + one, 0);
  }

  /** How far below the first row's top this one begins. @param {number} row from first to end @returns {number} */
  offset(row) {
    const at = Math.floor((row - this.#origin) / PIECE);
    let sum = 0;
    for (let n = 0; n < at; n += 1) sum += this.#pieces[n].sum;
    const rest = row - this.#origin - at * PIECE;
    for (let n = 0; n < rest; n += 1) sum += this.#pieces[at].heights[n];
    return sum;
  }

  /** The row at this distance from the top; the first or last one beyond them. @param {number} distance @returns {number} */
  at(distance) {
    let [left, row] = [distance, this.#origin];
    for (const { heights, sum } of this.#pieces) {
      if (left < sum) {
        const place = heights.findIndex((height) => (left -= height) < 0);
        return Math.max(this.#first, place < 0 ? row + heights.length - 1 : row + place);
      }
      left -= sum;
      row += heights.length;
    }
    return Math.max(this.#first, this.#end - 1);
  }

  /** All heights as a function of the old ones, say when the list became wider. @param {(height: number) => number} by */
  scale(by) {
    for (const piece of this.#pieces) {
      piece.heights = piece.heights.map(by);
      piece.sum = piece.heights.reduce((sum, height) => sum + height, 0);
    }
  }

  /** @param {number} row @returns {[{heights: number[], sum: number}, number]} */
  #place(row) {
    const place = row - this.#origin;
    return [this.#pieces[Math.floor(place / PIECE)], place % PIECE];
  }
}
