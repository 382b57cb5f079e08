/** @file floatsOfBytes: fed bytes as floats. The compiler puts it where an op cannot read bytes. */

import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { defineElementwise } from './define.ts';

const identity = defineElementwise<null>({
  name: 'floatsOfBytes',
  value: ([x]) => x!,
  // Element-wise kernels convert bytes as they load them.
  emit: (_k, [x]) => x!,
  gradient: (_node, dy) => [dy],
});

export const floatsOfBytesOp: Op<null> = { ...identity, lowering: { ...identity.lowering, unchanged: true } };

/** The numbers of `bytes` as floats. Shape: as `bytes`. */
export function floatsOfBytes(bytes: Node): Node {
  return apply(floatsOfBytesOp, [bytes], null);
}
