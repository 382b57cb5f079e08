/** @file Softmax as a layer of its own (Keras' `softmax.py`). */

import { softmax as softmaxOf } from '../../activations/index.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { axes } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';

/** e^x / Σ e^x. The shape stays. */
export class Softmax extends withOptions(Layer, {
  /** The axis along which results add up to 1, or several that do so together. Default [-1]. */
  axis: axes([-1]),
}) {
  static override readonly className = 'Softmax';

  /** Throws ShapeError when the axis is the batch's, or none. */
  override call([x]: readonly Node[]): Node {
    return softmaxOf(x!, { axis: this.axis });
  }
}

/** Numbers that are positive and add up to 1. */
export const softmax = factory(Softmax);
