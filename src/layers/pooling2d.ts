/** @file MaxPooling2D and AveragePooling2D: one number for each window of each channel (Keras' `base_pooling.py`). */

import type { Config } from '../base/config.ts';
import { ShapeError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { averagePool2d, maxPool2d } from '../ops/index.ts';
import { type Padding, windowCount } from '../ops/window-geometry.ts';
import type { InputSpec } from './input-spec.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { checkDataFormat, type PairOption, paddingOption, pairOption } from './layer-options.ts';

export interface Pooling2DOptions extends LayerOptions {
  /** Height and width of the window. Default 2. */
  readonly poolSize?: PairOption;
  /** Step of the window. Default: the pool size, so that windows do not overlap. */
  readonly strides?: PairOption | null;
  /** 'valid' (default): windows stay inside. 'same': windows may reach past the edge, where nothing counts. */
  readonly padding?: string;
  readonly dataFormat?: string | null;
}

/** [batch, height, width, channels] → [batch, height', width', channels]. */
abstract class Pooling2D extends Layer {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  protected override inputSpec: InputSpec = {
    ndim: 4,
    rankHint: 'Images are [batch, height, width, channels].',
  };

  /** Throws ValueError for a wrong option, UnsupportedError for 'channelsFirst'. */
  constructor(options: Pooling2DOptions = {}) {
    super(options, ['poolSize', 'strides', 'padding', 'dataFormat']);
    checkDataFormat(this.className, options.dataFormat);
    this.poolSize = pairOption('poolSize', options.poolSize, 2);
    this.strides = pairOption('strides', options.strides ?? undefined, this.poolSize);
    this.padding = paddingOption(options.padding);
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    const { poolSize, strides, padding } = this;
    const extent = (axis: 0 | 1) => windowCount(input![axis + 1]!, poolSize[axis], strides[axis], 1, padding);
    const [height, width] = [extent(0), extent(1)];
    if (height <= 0 || width <= 0) {
      throw new ShapeError(
        `Computed output size of layer '${this.name}' would be zero or negative. Received: ` +
          `\`input shape=${formatShape(input!)}\`, \`poolSize=${formatShape(poolSize)}\`, ` +
          `\`strides=${formatShape(strides)}\`, \`padding=${padding}\`. ` +
          "Use fewer pooling layers, a smaller pool, a larger input, or padding: 'same'.",
      );
    }
    return [input![0]!, height, width, input![3]!];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      pool_size: this.poolSize,
      padding: this.padding,
      strides: this.strides,
      data_format: 'channels_last',
    };
  }

  protected override createWeights([input]: readonly Shape[]): void {
    // No weights; refuses an output without pixels when the layer is built and not only when it runs.
    this.computeOutputShape([input!]);
  }
}

/** The maximum of each window. */
export class MaxPooling2D extends Pooling2D {
  static override readonly className = 'MaxPooling2D';

  override call([x]: readonly Node[]): Node {
    return maxPool2d(x!, { poolSize: this.poolSize, strides: this.strides, padding: this.padding });
  }
}

/** The mean of each window; with 'same', of its cells inside the map. */
export class AveragePooling2D extends Pooling2D {
  static override readonly className = 'AveragePooling2D';

  override call([x]: readonly Node[]): Node {
    return averagePool2d(x!, { poolSize: this.poolSize, strides: this.strides, padding: this.padding });
  }
}
