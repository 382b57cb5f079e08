/**
 * @file Rows of a matrix made orthonormal, in float64: block Gram-Schmidt. From each row its parts along all rows
 * before it are subtracted. This is done in blocks, so that each loaded number is used many times.
 */

/** Rows of a block, whose parts along earlier blocks are subtracted together; a multiple of four. */
const BLOCK = 16;

/**
 * When less than this share of a row's length is left after the subtraction, the row has lost digits, and the
 * subtraction is done again ("twice is enough": Giraud, Langou, Rozložník 2005). The error of other rows is below 10
 * roundings.
 */
const LEAST_SHARE = 0.1;

/**
 * Makes `rows` orthonormal in place; there are at most as many rows as a row has elements. Each result is the part of a
 * row that is orthogonal to the rows before it, with length 1.
 */
export function orthonormalize(rows: readonly Float64Array[]): void {
  const lengths = rows.map((row) => Math.sqrt(dot(row, row)));
  for (let begin = 0; begin < rows.length; begin += BLOCK) {
    const block = rows.slice(begin, begin + BLOCK);
    removeParts(block, rows.slice(0, begin));
    block.forEach((row, i) => {
      for (const other of block.slice(0, i)) subtract(row, dot(row, other), other);
      const again = Math.sqrt(dot(row, row)) < LEAST_SHARE * lengths[begin + i]!;
      if (again) for (const other of rows.slice(0, begin + i)) subtract(row, dot(row, other), other);
      const scale = 1 / Math.sqrt(dot(row, row));
      for (let k = 0; k < row.length; k++) row[k]! *= scale;
    });
  }
}

/**
 * Subtracts from the rows of `block` their parts along the orthonormal rows of `others`, whose count is a multiple of
 * four. Two rows and four others at a time, so that each loaded number takes part in several products.
 */
function removeParts(block: readonly Float64Array[], others: readonly Float64Array[]): void {
  const length = block[0]!.length;
  const pairs: { readonly rows: Pair; readonly parts: Float64Array }[] = [];
  for (let i = 0; i < block.length; i += 2) {
    const rows: Pair = [block[i]!, block[i + 1] ?? new Float64Array(length)];
    pairs.push({ rows, parts: new Float64Array(2 * others.length) });
  }
  // All parts are computed before any is subtracted, since they are parts of the unchanged rows.
  for (const step of [measureParts, subtractParts]) {
    for (let j = 0; j < others.length; j += 4) {
      const four: Four = [others[j]!, others[j + 1]!, others[j + 2]!, others[j + 3]!];
      for (const { rows, parts } of pairs) step(rows, four, parts.subarray(2 * j, 2 * j + 8));
    }
  }
}

type Pair = readonly [Float64Array, Float64Array];
type Four = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

function measureParts([x, y]: Pair, [a, b, c, d]: Four, parts: Float64Array): void {
  let [xa, xb, xc, xd] = [0, 0, 0, 0];
  let [ya, yb, yc, yd] = [0, 0, 0, 0];
  const { length } = x;
  for (let k = 0; k < length; k++) {
    const u = x[k]!;
    const v = y[k]!;
    const p = a[k]!;
    const q = b[k]!;
    const r = c[k]!;
    const s = d[k]!;
    xa += u * p;
    xb += u * q;
    xc += u * r;
    xd += u * s;
    ya += v * p;
    yb += v * q;
    yc += v * r;
    yd += v * s;
  }
  parts.set([xa, xb, xc, xd, ya, yb, yc, yd]);
}

function subtractParts([x, y]: Pair, [a, b, c, d]: Four, parts: Float64Array): void {
  const [xa, xb, xc, xd] = [parts[0]!, parts[1]!, parts[2]!, parts[3]!];
  const [ya, yb, yc, yd] = [parts[4]!, parts[5]!, parts[6]!, parts[7]!];
  const { length } = x;
  for (let k = 0; k < length; k++) {
    const p = a[k]!;
    const q = b[k]!;
    const r = c[k]!;
    const s = d[k]!;
    x[k] = x[k]! - (xa * p + xb * q + (xc * r + xd * s));
    y[k] = y[k]! - (ya * p + yb * q + (yc * r + yd * s));
  }
}

function subtract(row: Float64Array, factor: number, other: Float64Array): void {
  for (let k = 0; k < row.length; k++) row[k]! -= factor * other[k]!;
}

/** Four separate sums, so that an addition need not wait for the one before it. */
function dot(a: Float64Array, b: Float64Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const even = a.length - (a.length % 4);
  for (let k = 0; k < even; k += 4) {
    first += a[k]! * b[k]!;
    second += a[k + 1]! * b[k + 1]!;
    third += a[k + 2]! * b[k + 2]!;
    fourth += a[k + 3]! * b[k + 3]!;
  }
  for (let k = even; k < a.length; k++) first += a[k]! * b[k]!;
  return first + second + (third + fourth);
}
