/** @file Flatten: each sample's numbers in one row. */

import type { Config } from '../base/config.ts';
import { type Shape, sampleSize } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape } from '../ops/index.ts';
import type { InputSpec } from './input-spec.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { checkDataFormat } from './layer-options.ts';

export interface FlattenOptions extends LayerOptions {
  readonly dataFormat?: string | null;
}

/** [batch, …] → [batch, numbers of one sample]. */
export class Flatten extends Layer {
  static override readonly className = 'Flatten';
  protected override inputSpec: InputSpec = { minNdim: 1 };

  /** Throws ValueError for a wrong option, UnsupportedError for 'channelsFirst'. */
  constructor(options: FlattenOptions = {}) {
    super(options, ['dataFormat']);
    checkDataFormat('Flatten', options.dataFormat);
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    return [input![0]!, sampleSize(input!)];
  }

  override call([x]: readonly Node[]): Node {
    return reshape(x!, this.computeOutputShape([x!.shape]));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' };
  }
}
