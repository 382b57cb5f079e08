/** @file MaxPooling2D and AveragePooling2D: one number for each window of each channel (Keras' `base_pooling.py`). */

import type { Node } from '../../graph/node.ts';
import { averagePool2d, maxPool2d } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { oneOf, pair } from '../../options/kinds.ts';
import { IMAGES } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';
import { checkWindows } from '../window-check.ts';

/** [batch, height, width, channels] → [batch, height', width', channels]. */
abstract class Pooling2D extends withOptions(Layer, {
  /** Height and width of the window. Default 2. */
  poolSize: pair(2),
  /** Step of the window. Default: the pool size, so that windows do not overlap. */
  strides: pair((values) => values.poolSize as readonly [number, number]),
  /** 'valid': windows stay inside; 'same': they may reach past the edge, where nothing counts. Default 'valid'. */
  padding: oneOf('valid', 'same').formerly('border_mode'),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
}) {
  protected override inputSpec = IMAGES;

  override call([x]: readonly Node[]): Node {
    const { poolSize, strides, padding } = this;
    checkWindows({ layer: this.name, input: x!.shape, size: poolSize, strides, padding });
    return this.pool(x!, { poolSize, strides, padding });
  }

  protected abstract pool(x: Node, windows: Parameters<typeof maxPool2d>[1]): Node;
}

/** The maximum of each window. */
export class MaxPooling2D extends Pooling2D {
  static override readonly className = 'MaxPooling2D';

  protected override pool(x: Node, windows: Parameters<typeof maxPool2d>[1]): Node {
    return maxPool2d(x, windows);
  }
}

/** The mean of each window; with 'same', of its cells inside the map. */
export class AveragePooling2D extends Pooling2D {
  static override readonly className = 'AveragePooling2D';

  protected override pool(x: Node, windows: Parameters<typeof maxPool2d>[1]): Node {
    return averagePool2d(x, windows);
  }
}

/** The maximum of each window of each channel. */
export const maxPooling2d = factory(MaxPooling2D);
/** The mean of each window of each channel. */
export const averagePooling2d = factory(AveragePooling2D);
