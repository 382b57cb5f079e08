/** @file Dense: every output is a weighted sum of all inputs (Keras' `dense.py`). */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { matmul } from '../ops/index.ts';
import type { InputSpec } from './input-spec.ts';
import { KernelLayer, type KernelLayerOptions } from './kernel-layer.ts';
import { refuseOptions } from './layer-options.ts';

export interface DenseOptions extends KernelLayerOptions {
  /** Number of outputs. */
  readonly units: number;
}

const REFUSED = ['quantizationConfig', 'loraRank', 'loraAlpha'];

/** [batch, …, inputs] → [batch, …, units]. */
export class Dense extends KernelLayer {
  static override readonly className = 'Dense';
  readonly units: number;
  protected override inputSpec: InputSpec = {
    minNdim: 2,
    rankHint: 'The last axis holds the inputs, the first the batch.',
  };

  /** Throws ValueError for a wrong option, UnsupportedError for regularizers, constraints, quantization. */
  constructor(options: DenseOptions) {
    super(options, ['units', ...REFUSED]);
    refuseOptions('Dense', options, REFUSED);
    if (!Number.isSafeInteger(options.units) || options.units <= 0) {
      throw new ValueError(
        'Received an invalid value for `units`, expected a positive integer. ' +
          `Received: units=${describeValue(options.units)}.`,
      );
    }
    this.units = options.units;
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    return [...input!.slice(0, -1), this.units];
  }

  override call([x]: readonly Node[]): Node {
    return this.finish(matmul(x!, this.kernelNode()));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), units: this.units, quantization_config: null };
  }

  protected override createWeights([input]: readonly Shape[]): void {
    this.addKernel([input!.at(-1)!, this.units]);
  }
}
