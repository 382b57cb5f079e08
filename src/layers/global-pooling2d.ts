/** @file GlobalAveragePooling2D and GlobalMaxPooling2D: one number for each channel of the whole map. */

import type { Config } from '../base/config.ts';
import { booleanOption } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { max, mean } from '../ops/index.ts';
import type { InputSpec } from './input-spec.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { checkDataFormat } from './layer-options.ts';

export interface GlobalPooling2DOptions extends LayerOptions {
  readonly dataFormat?: string | null;
  /** Keep height and width as extents of 1. Default false. */
  readonly keepdims?: boolean;
}

/** [batch, height, width, channels] → [batch, channels], or [batch, 1, 1, channels] with `keepdims`. */
abstract class GlobalPooling2D extends Layer {
  readonly keepdims: boolean;
  protected override inputSpec: InputSpec = {
    ndim: 4,
    rankHint: 'Images are [batch, height, width, channels].',
  };

  /** Throws ValueError for a wrong option, UnsupportedError for 'channelsFirst'. */
  constructor(options: GlobalPooling2DOptions = {}) {
    super(options, ['dataFormat', 'keepdims']);
    checkDataFormat(this.className, options.dataFormat);
    this.keepdims = booleanOption(this.className, 'keepdims', options.keepdims, false);
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    const [batch, , , channels] = input!;
    return this.keepdims ? [batch!, 1, 1, channels!] : [batch!, channels!];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last', keepdims: this.keepdims };
  }
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
