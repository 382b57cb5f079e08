/**
 * @file StochasticDepth (Huang et al. 2016, arXiv 1603.09382): while training, a branch of a residual network is left out
 * for random samples. Class and config are those of Keras' ConvNeXt (`applications/convnext.py`).
 */

import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { fraction } from '../../options/kinds.ts';
import { type CallContext, Layer } from '../layer.ts';
import { drop } from './drop.ts';

/** Whole samples are set to 0, and the others divided by 1 - rate. The shape stays. */
export class StochasticDepth extends withOptions(Layer, {
  /** Fraction of the samples to leave out, 0 to 1. */
  rate: fraction().keyed('drop_path_rate'),
}) {
  static override readonly className = 'StochasticDepth';
  static readonly kerasModule = 'keras.src.applications.convnext';

  override call([x]: readonly Node[], context: CallContext): Node {
    const shape = [null, ...x!.shape.slice(1).map(() => 1)];
    return drop(x!, { noise: { shape, shared: false }, rate: this.rate, seed: null }, context);
  }
}

/** Random samples of zeros while training. */
export const stochasticDepth = factory(StochasticDepth);
