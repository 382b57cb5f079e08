/** @file GlobalAveragePooling2D and GlobalMaxPooling2D: one number for each channel of the whole map. */

import type { Node } from '../../graph/node.ts';
import { max, mean } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { flag } from '../../options/kinds.ts';
import { IMAGES } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';

/** [batch, height, width, channels] → [batch, channels], or [batch, 1, 1, channels] with `keepdims`. */
abstract class GlobalPooling2D extends withOptions(Layer, {
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
  /** Keep height and width as extents of 1. Default false. */
  keepdims: flag(false),
}) {
  protected override inputSpec = IMAGES;
}

/** The mean of each channel. */
export class GlobalAveragePooling2D extends GlobalPooling2D {
  static override readonly className = 'GlobalAveragePooling2D';

  override call([x]: readonly Node[]): Node {
    return mean(x!, { axes: [1, 2], keepDims: this.keepdims });
  }
}

/** The maximum of each channel. */
export class GlobalMaxPooling2D extends GlobalPooling2D {
  static override readonly className = 'GlobalMaxPooling2D';

  override call([x]: readonly Node[]): Node {
    return max(x!, { axes: [1, 2], keepDims: this.keepdims });
  }
}

/** The mean of each channel. */
export const globalAveragePooling2d = factory(GlobalAveragePooling2D);
/** The maximum of each channel. */
export const globalMaxPooling2d = factory(GlobalMaxPooling2D);
