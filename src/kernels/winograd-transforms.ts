/**
 * @file Winograd's transforms of 4 × 4 patches, F(2 × 2, 3 × 3): results = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A with
 *
 *      1  0 -1  0          1   0   0
 * Bᵀ = 0  1  1  0     G =  ½   ½   ½     Aᵀ = 1  1  1  0
 *      0 -1  1  0          ½  -½   ½          0  1 -1  1
 *      0 -1  0  1          0   0   1
 *
 * (Lavin and Gray, "Fast algorithms for convolutional neural networks", arXiv 1509.09308; the last rows of Bᵀ and Aᵀ have the
 * opposite sign here, which saves negations). All are written row by row, so
 * that few registers are in use.
 */

import type { KernelBuilder } from './builder.ts';
import type { Vec } from './ir.ts';
import { PATCH_PIXELS } from './winograd-patches.ts';

/** A number of each lane; null is zero, which no instruction computes with. */
export type Term = Vec | null;

/** Reads the number at a row and a column. */
export type ReadCell = (row: number, column: number) => Term;
export type WriteCell = (row: number, column: number, value: Term) => void;

function plus(k: KernelBuilder, a: Term, b: Term): Term {
  if (a === null) return b;
  return b === null ? a : k.add(a, b);
}

function minus(k: KernelBuilder, a: Term, b: Term): Term {
  if (b === null) return a;
  return a === null ? k.unary('neg', b) : k.sub(a, b);
}

function half(k: KernelBuilder, a: Term): Term {
  return a === null ? null : k.mul(a, k.constant(0.5));
}

/** One row of a product with a matrix from the left: element `row` of the transformed 4 or 3 or 2 terms. */
type Transform = (k: KernelBuilder, row: number, at: (i: number) => Term) => Term;

const sourceTransform: Transform = (k, row, at) => {
  if (row === 0) return minus(k, at(0), at(2));
  if (row === 1) return plus(k, at(1), at(2));
  return row === 2 ? minus(k, at(2), at(1)) : minus(k, at(3), at(1));
};

/** A, which spreads 2 results' gradients to 4 points. */
const gradientTransform: Transform = (k, row, at) => {
  if (row === 0) return at(0);
  if (row === 1) return plus(k, at(0), at(1));
  return row === 2 ? minus(k, at(0), at(1)) : at(1);
};

const weightsTransform: Transform = (k, row, at) => {
  if (row === 0 || row === 3) return at(row === 0 ? 0 : 2);
  const outer = plus(k, at(0), at(2));
  return half(k, row === 1 ? plus(k, outer, at(1)) : minus(k, outer, at(1)));
};

/** Gᵀ, from 4 points back to 3 weights. */
const weightsBack: Transform = (k, row, at) => {
  if (row === 1) return half(k, minus(k, at(1), at(2)));
  return plus(k, at(row === 0 ? 0 : 3), half(k, plus(k, at(1), at(2))));
};

/** Transforms rows, then columns, and writes the results. */
function transform2d(
  k: KernelBuilder,
  along: Transform,
  { from, to }: { readonly from: number; readonly to: number },
  read: ReadCell,
  write: WriteCell,
): void {
  for (let row = 0; row < to; row++) {
    const terms: Term[] = [];
    for (let column = 0; column < from; column++) terms.push(along(k, row, (i) => read(i, column)));
    for (let column = 0; column < to; column++) {
      write(
        row,
        column,
        along(k, column, (i) => terms[i]!),
      );
    }
  }
}

/** Bᵀ d B of a patch of source pixels. */
export function transformSource(k: KernelBuilder, read: ReadCell, write: WriteCell): void {
  transform2d(k, sourceTransform, { from: PATCH_PIXELS, to: PATCH_PIXELS }, read, write);
}

/** A dy Aᵀ of 2 × 2 gradients of results. */
export function transformGradient(k: KernelBuilder, read: ReadCell, write: WriteCell): void {
  transform2d(k, gradientTransform, { from: 2, to: PATCH_PIXELS }, read, write);
}

/** G g Gᵀ of 3 × 3 weights. */
export function transformWeights(k: KernelBuilder, read: ReadCell, write: WriteCell): void {
  transform2d(k, weightsTransform, { from: 3, to: PATCH_PIXELS }, read, write);
}

/** Gᵀ u G, the adjoint of `transformWeights`. */
export function transformWeightsBack(k: KernelBuilder, read: ReadCell, write: WriteCell): void {
  transform2d(k, weightsBack, { from: PATCH_PIXELS, to: 3 }, read, write);
}

/** Aᵀ m A: the 2 × 2 results of a patch, row by row. */
export function results(k: KernelBuilder, read: (row: number, column: number) => Vec): readonly Vec[] {
  const sums: Term[] = [null, null, null, null];
  for (let column = 0; column < PATCH_PIXELS; column++) {
    const middle = [read(1, column), read(2, column)] as const;
    const upper = k.add(k.add(read(0, column), middle[0]), middle[1]);
    const lower = k.add(k.sub(middle[0], middle[1]), read(3, column));
    [upper, lower].forEach((value, row) => {
      if (column < 3) sums[2 * row] = plus(k, sums[2 * row]!, value);
      if (column === 2) sums[2 * row + 1] = minus(k, sums[2 * row + 1]!, value);
      else if (column > 0) sums[2 * row + 1] = plus(k, sums[2 * row + 1]!, value);
    });
  }
  return sums as Vec[];
}
