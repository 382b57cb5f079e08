/** @file softplus: log(1 + e^x), a smooth relu (Dugas et al. 2001). At most 3 ulp where the result is a normal number. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { exp } from '../../kernels/math/exp.ts';
import { log1p } from '../../kernels/math/log1p.ts';
import { defineElementwise } from '../define.ts';
import { mul } from './mul.ts';
import { sigmoid } from './sigmoid.ts';

export const softplusOp: Op<null> = defineElementwise({
  name: 'softplus',
  value: ([x]) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(x!))),
  emit: (k, [x]) => {
    const decaying = exp(k, k.unary('neg', k.unary('abs', x!)));
    return k.add(k.max(k.constant(0), x!), log1p(k, decaying));
  },
  gradient: (node, dy) => [mul(dy, sigmoid(node.inputs[0]!))],
});

/** log(1 + e^x) without overflow, to a few units in the last place on both sides of 0. Shape: as `x`. */
export function softplus(x: Node): Node {
  return apply(softplusOp, [x], null);
}
