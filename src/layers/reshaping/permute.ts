/** @file Permute: the axes of a sample in another order (Keras' `permute.py`). */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { Node } from '../../graph/node.ts';
import { transpose } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { numbers } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';

/** [batch, …] → [batch, …]: axis i of the result is axis dims[i - 1] of the input. */
export class Permute extends withOptions(Layer, {
  /** The axes in their new order, without the batch; the first is 1. */
  dims: numbers(undefined, { whole: true, atLeast: 1 }),
}) {
  static override readonly className = 'Permute';
  protected override inputSpec = { ndim: this.dims.length + 1 };

  override call([x]: readonly Node[]): Node {
    return transpose(x!, [0, ...this.dims]);
  }

  /** Throws ValueError unless each axis is named once. */
  protected override checkOptions(): void {
    if ([...this.dims].sort((a, b) => a - b).every((dim, i) => dim === i + 1)) return;
    throw new ValueError(
      'Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be consecutive and ' +
        `start from 1, such as [2, 1]. Received dims=${describeValue(this.dims)}.`,
    );
  }
}

/** The axes of a sample in another order. */
export const permute = factory(Permute);
