/** @file ELU: an exponential curve below 0 (Clevert et al. 2016, arXiv 1511.07289; Keras' `elu.py`). */

import { elu } from '../../activations/index.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';

/** x above 0, alpha · (e^x - 1) below. The shape stays. */
export class ELU extends withOptions(Layer, {
  /** Far below 0 the result is -alpha. Default 1. */
  alpha: number(1),
}) {
  static override readonly className = 'ELU';

  override call([x]: readonly Node[]): Node {
    return elu(x!, { alpha: this.alpha });
  }
}

/** An exponential curve below 0. */
export const eLU = factory(ELU);
