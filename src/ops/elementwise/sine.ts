/** @file Sine and cosine of an angle in radians: each is the other's slope. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { cos as cosKernel, sin as sinKernel } from '../../kernels/math/sine.ts';
import { defineElementwise } from '../define.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

export const sinOp: Op<null> = defineElementwise({
  name: 'sin',
  value: ([x]) => Math.sin(x!),
  emit: (k, [x]) => sinKernel(k, x!),
  gradient: (node, dy) => [mul(dy, cos(node.inputs[0]!))],
});

export const cosOp: Op<null> = defineElementwise({
  name: 'cos',
  value: ([x]) => Math.cos(x!),
  emit: (k, [x]) => cosKernel(k, x!),
  gradient: (node, dy) => [neg(mul(dy, sin(node.inputs[0]!)))],
});

/** Sine of x in radians, for |x| up to 8192; beyond, digits are lost. Shape: as `x`. */
export function sin(x: Node): Node {
  return apply(sinOp, [x], null);
}

/** Cosine of x in radians, for |x| up to 8192; beyond, digits are lost. Shape: as `x`. */
export function cos(x: Node): Node {
  return apply(cosOp, [x], null);
}
