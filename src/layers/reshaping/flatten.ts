/** @file Flatten: each sample's numbers in one row. */

import { sampleSize } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { reshape } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { InputSpec } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';

/** [batch, …] → [batch, numbers of one sample]. */
export class Flatten extends withOptions(Layer, {
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
}) {
  static override readonly className = 'Flatten';
  protected override inputSpec: InputSpec = { minNdim: 1 };

  override call([x]: readonly Node[]): Node {
    return reshape(x!, [x!.shape[0]!, sampleSize(x!.shape)]);
  }
}

/** Each sample's numbers in one row. */
export const flatten = factory(Flatten);
