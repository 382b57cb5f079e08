/** @file transpose: permutes axes. The batch axis of a batched value stays first. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, sizeOf } from '../base/shape.ts';
import { apply, mayRearrange, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { transposeKernel } from '../kernels/transpose.ts';

export const transposeOp: Op<{ readonly perm: readonly number[] }> = {
  name: 'transpose',
  infer([x], { perm }) {
    const valid = perm.length === x!.length && [...perm].sort((a, b) => a - b).every((axis, i) => axis === i);
    if (!valid || (isBatched(x!) && perm[0] !== 0)) {
      throw new ShapeError(
        `transpose: [${perm.join(', ')}] must name each axis of ${formatShape(x!)} once, the batch axis first.`,
      );
    }
    return perm.map((axis) => x![axis]!);
  },
  gradient: (node, dy) => {
    const inverse = new Array<number>(node.attrs.perm.length);
    node.attrs.perm.forEach((axis, i) => {
      inverse[axis] = i;
    });
    return [transpose(dy, inverse)];
  },
  reference([x], { perm }, shape) {
    const strides = x!.shape.map((_, axis) => sizeOf(x!.shape.slice(axis + 1)));
    return Float64Array.from(x!.data, (_, i) => {
      let index = 0;
      let rest = i;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        index += (rest % shape[axis]!) * strides[perm[axis]!]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      return x!.data[index]!;
    });
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) =>
      transposeKernel({ shape: node.inputs[0]!.shape, perm: node.attrs.perm, target }),
  },
  readsAlong: ({ attrs }, { from, to, axis }) => ({ from, to, axis: attrs.perm[axis]! }),
};

/** `x` with its axes in the order `perm`: result axis i is x's axis perm[i]. A transposed `x` is not transposed twice. */
export function transpose(x: Node, perm: readonly number[]): Node {
  const fits = perm.length === x.shape.length && perm.every((axis) => axis in x.shape);
  if (mayRearrange() && x.op === transposeOp && fits) {
    const { perm: first } = x.attrs as { readonly perm: readonly number[] };
    return transpose(
      x.inputs[0]!,
      perm.map((axis) => first[axis]!),
    );
  }
  return perm.every((axis, i) => axis === i) ? x : apply(transposeOp, [x], { perm });
}
