/** @file stopGradient: a value through which no gradient flows. */

import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';

export const stopGradientOp: Op<null> = {
  name: 'stopGradient',
  infer: ([x]) => x!,
  gradient: () => [null],
  reference: ([x]) => x!.data.slice(),
  lowering: { kind: 'view' },
  reads: (_, { cells }) => cells,
};

/** `x`, treated as a constant by the reverse walk. */
export function stopGradient(x: Node): Node {
  return apply(stopGradientOp, [x], null);
}
