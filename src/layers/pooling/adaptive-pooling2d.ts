/** @file AdaptiveAveragePooling2D and AdaptiveMaxPooling2D: maps pooled to a given size (Keras' `base_adaptive_pooling.py`). */

import type { Node } from '../../graph/node.ts';
import { adaptiveAveragePool2d, adaptiveMaxPool2d } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { pair } from '../../options/kinds.ts';
import { IMAGES } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';

/** [batch, height, width, channels] → [batch, ...outputSize, channels]: windows that cover the map evenly. */
abstract class AdaptivePooling2D extends withOptions(Layer, {
  /** Height and width of the result, or one number for both. */
  outputSize: pair(),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
}) {
  protected override inputSpec = IMAGES;
}

/** The mean of each window. */
export class AdaptiveAveragePooling2D extends AdaptivePooling2D {
  static override readonly className = 'AdaptiveAveragePooling2D';

  override call([x]: readonly Node[]): Node {
    return adaptiveAveragePool2d(x!, { outputSize: this.outputSize });
  }
}

/** The maximum of each window. */
export class AdaptiveMaxPooling2D extends AdaptivePooling2D {
  static override readonly className = 'AdaptiveMaxPooling2D';

  override call([x]: readonly Node[]): Node {
    return adaptiveMaxPool2d(x!, { outputSize: this.outputSize });
  }
}

/** Maps of a given size: the mean of each window. */
export const adaptiveAveragePooling2d = factory(AdaptiveAveragePooling2D);
/** Maps of a given size: the maximum of each window. */
export const adaptiveMaxPooling2d = factory(AdaptiveMaxPooling2D);
