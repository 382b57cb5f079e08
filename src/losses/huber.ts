/** @file Huber's loss of numbers (Huber 1964): squared for small errors, linear for large ones. */

import type { Node } from '../graph/node.ts';
import { abs, constant, lessEqual, mul, square, sub, where } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { className } from '../options/names.ts';
import { MeanLoss } from './regression.ts';

/** Mean of e² ÷ 2 where |e| ≤ delta, else of delta · (|e| - delta ÷ 2), for e = label - prediction. */
export class Huber extends withOptions(MeanLoss, {
  /** Default 'huber_loss'. */
  name: className('huber_loss'),
  /** From where on errors count linearly. Default 1. Files of Keras do not have it: they are read with 1. */
  delta: number(1, { above: 0 }),
}) {
  static override readonly className = 'Huber';

  protected override measure(label: Node, prediction: Node): Node {
    const { delta } = this;
    const difference = sub(label, prediction);
    const size = abs(difference);
    const small = mul(square(difference), constant(0.5));
    const large = mul(sub(size, constant(delta / 2)), constant(delta));
    return where(lessEqual(size, constant(delta)), small, large);
  }
}

/** Squared for small errors, linear for large ones: less shaken by outliers. */
export const huber = factory(Huber);
