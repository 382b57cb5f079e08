/** @file argMax over the last axis: the place of the first maximum, as a float. */

import { sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { argMaxKernel } from '../kernels/arg-max.ts';
import { checkLastAxis } from './define.ts';

export const argMaxOp: Op<null> = {
  name: 'argMax',
  infer([x]) {
    checkLastAxis('argMax', x!);
    return x!.slice(0, -1);
  },
  gradient: 'none',
  reference([x]) {
    const width = x!.shape.at(-1)!;
    return Float64Array.from({ length: x!.data.length / width }, (_, row) => {
      let best = 0;
      for (let i = 1; i < width; i++) if (x!.data[row * width + i]! > x!.data[row * width + best]!) best = i;
      return best;
    });
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const shape = node.inputs[0]!.shape;
      const width = shape.at(-1)!;
      return argMaxKernel({ rows: sampleSize(shape) / width, width, target, shape });
    },
  },
};

/** [..., classes] → [...]: the index of the first maximum of each row. */
export function argMax(x: Node): Node {
  return apply(argMaxOp, [x], null);
}
