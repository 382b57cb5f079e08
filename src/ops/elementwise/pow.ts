/** @file x raised to a fixed power. */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { pow as powKernel } from '../../kernels/math/pow.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { mul } from './mul.ts';

interface PowAttributes {
  readonly exponent: number;
}

export const powOp: Op<PowAttributes> = defineElementwise<PowAttributes>({
  name: 'pow',
  value: ([x], { exponent }) => x! ** exponent,
  emit: (k, [x], { exponent }) => powKernel(k, x!, exponent),
  gradient: (node, dy) => {
    const { exponent } = node.attrs;
    if (exponent === 0) return [null];
    return [mul(dy, mul(constant(exponent), pow(node.inputs[0]!, exponent - 1)))];
  },
});

/**
 * x to the power of `exponent`, a finite number (ValueError else). Below 0 only whole exponents have a value, others give
 * NaN. The gradient is exponent · x^(exponent - 1): at 0 it is infinite for exponents between 0 and 1. Shape: as `x`.
 */
export function pow(x: Node, exponent: number): Node {
  if (typeof exponent !== 'number' || !Number.isFinite(exponent)) {
    throw new ValueError(
      `pow: expected a finite number as exponent, received ${describeValue(exponent)}. Powers of nodes are exp(mul(b, log(a))).`,
    );
  }
  return exponent === 1 ? x : apply(powOp, [x], { exponent });
}
