/**
 * @file The transformed weights of Winograd's convolution, F(2 × 2, 3 × 3): 16 points for each pair of channels. Source:
 * Lavin and Gray, arXiv 1509.09308.
 */

import { sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op, ReferenceTensor } from '../graph/op.ts';
import { POINTS } from '../kernels/winograd-patches.ts';
import {
  mirroredPoint,
  winogradMirroredKernel,
  winogradWeightsBackKernel,
  winogradWeightsKernel,
} from '../kernels/winograd-weights.ts';

const G = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
];

/** m · cells · mᵀ of a square of cells, read by row and column. */
export function bothSides(
  m: readonly (readonly number[])[],
  cell: (row: number, column: number) => number,
): number[][] {
  return m.map((left) =>
    m.map((right) => {
      let sum = 0;
      left.forEach((a, row) => {
        right.forEach((b, column) => {
          if (a !== 0 && b !== 0) sum += a * b * cell(row, column);
        });
      });
      return sum;
    }),
  );
}

export function transposed(m: readonly (readonly number[])[]): number[][] {
  return m[0]!.map((_, column) => m.map((row) => row[column]!));
}

/** The transformed weights, G g Gᵀ: [3, 3, ic, oc] → [16, ic, oc]. */
export const winogradWeightsOp: Op<null> = {
  name: 'winogradWeights',
  infer: ([weights]) => [POINTS, weights![2]!, weights![3]!],
  gradient: (_, dy) => [apply(winogradWeightsBackOp, [dy], null)],
  reference: ([weights], _, shape) => transformedPlanes(weights!, sizeOf(shape) / POINTS, G, 3),
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => winogradWeightsKernel({ ic: node.shape[1]!, oc: node.shape[2]!, target }),
  },
};

/** The adjoint of `winogradWeightsOp`, Gᵀ u G: [16, ic, oc] → [3, 3, ic, oc]. */
export const winogradWeightsBackOp: Op<null> = {
  name: 'winogradWeightsBack',
  infer: ([points]) => [3, 3, points![1]!, points![2]!],
  gradient: (_, dy) => [apply(winogradWeightsOp, [dy], null)],
  reference: ([points], _, shape) => transformedPlanes(points!, sizeOf(shape) / 9, transposed(G), 4),
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) =>
      winogradWeightsBackKernel({ ic: node.shape[2]!, oc: node.shape[3]!, target }),
  },
};

/** The same transform for each pair of channels: `side` × `side` planes of `floats` numbers become rows of `m` squared. */
function transformedPlanes(
  { data }: ReferenceTensor,
  floats: number,
  m: readonly (readonly number[])[],
  side: number,
): Float64Array {
  const result = new Float64Array(m.length * m.length * floats);
  for (let i = 0; i < floats; i++) {
    bothSides(m, (row, column) => data[(side * row + column) * floats + i]!)
      .flat()
      .forEach((value, point) => {
        result[point * floats + i] = value;
      });
  }
  return result;
}

/** The transformed weights of the mirrored kernel with its channels exchanged: [16, ic, oc] → [16, oc, ic]. */
export const winogradMirroredOp: Op<null> = {
  name: 'winogradMirrored',
  infer: ([points]) => [POINTS, points![2]!, points![1]!],
  gradient: (_, dy) => [mirrored(dy)],
  reference([points], _, [, oc, ic]) {
    const dst = new Float64Array(POINTS * ic! * oc!);
    points!.data.forEach((value, i) => {
      const [point, from] = [Math.floor(i / (ic! * oc!)), i % (ic! * oc!)];
      const to = 4 * mirroredPoint(Math.floor(point / 4)) + mirroredPoint(point % 4);
      dst[(to * oc! + (from % oc!)) * ic! + Math.floor(from / oc!)] = value;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => winogradMirroredKernel({ ic: node.shape[2]!, oc: node.shape[1]!, target }),
  },
};

/** The weights with which the source's gradient is a convolution of dy. */
export function mirrored(points: Node): Node {
  return apply(winogradMirroredOp, [points], null);
}

/** The points of `weights` [3, 3, ic, oc]. */
export function winogradWeights(weights: Node): Node {
  return apply(winogradWeightsOp, [weights], null);
}
