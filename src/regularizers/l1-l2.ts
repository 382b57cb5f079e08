/** @file Prices on the magnitude of weights: l1 Σ|w|, l2 Σw², and both. */

import type { Node } from '../graph/node.ts';
import { abs, add, constant, mul, square, sum } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { Regularizer } from './regularizer.ts';

const priceL1 = (x: Node, factor: number): Node => mul(constant(factor), sum(abs(x)));
const priceL2 = (x: Node, factor: number): Node => mul(constant(factor), sum(square(x)));

/** l1 · Σ|w|: drives weights to zero. */
export class L1 extends withOptions(Regularizer, {
  /** The factor. Default 0.01. */
  l1: number(0.01, { atLeast: 0 }),
}) {
  static override readonly className = 'L1';

  override call(x: Node): Node {
    return priceL1(x, this.l1);
  }
}

/** l2 · Σw², also called weight decay. */
export class L2 extends withOptions(Regularizer, {
  /** The factor. Default 0.01. */
  l2: number(0.01, { atLeast: 0 }),
}) {
  static override readonly className = 'L2';

  override call(x: Node): Node {
    return priceL2(x, this.l2);
  }
}

/** l1 · Σ|w| + l2 · Σw². */
export class L1L2 extends withOptions(Regularizer, {
  /** Factor of Σ|w|. Default 0. */
  l1: number(0, { atLeast: 0 }),
  /** Factor of Σw². Default 0. */
  l2: number(0, { atLeast: 0 }),
}) {
  static override readonly className = 'L1L2';

  override call(x: Node): Node {
    const prices = [
      ...(this.l1 === 0 ? [] : [priceL1(x, this.l1)]),
      ...(this.l2 === 0 ? [] : [priceL2(x, this.l2)]),
    ];
    return prices.reduce((total, price) => add(total, price), constant(0));
  }
}

/** l1 · Σ|w|: drives weights to zero. */
export const l1 = factory(L1);
/** l2 · Σw². */
export const l2 = factory(L2);
/** l1 · Σ|w| + l2 · Σw². */
export const l1l2 = factory(L1L2);
