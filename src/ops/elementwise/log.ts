/** @file Natural logarithm. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { log as logKernel } from '../../kernels/math/log.ts';
import { defineElementwise } from '../define.ts';
import { div } from './div.ts';

export const logOp: Op<null> = defineElementwise({
  name: 'log',
  value: ([x]) => Math.log(x!),
  emit: (k, [x]) => logKernel(k, x!),
  gradient: (node, dy) => [div(dy, node.inputs[0]!)],
});

/** Natural logarithm. Shape: as `x`. */
export function log(x: Node): Node {
  return apply(logOp, [x], null);
}
