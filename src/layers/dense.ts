/** @file Dense: every output is a weighted sum of all inputs (Keras' `dense.py`). */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { matmul } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, unsupported } from '../options/kinds.ts';
import type { InputSpec } from './input-spec.ts';
import { KernelLayer } from './kernel-layer.ts';

/** [batch, …, inputs] → [batch, …, units]. */
export class Dense extends withOptions(KernelLayer, {
  /** Number of outputs. */
  units: count().formerly('output_dim'),
  quantizationConfig: unsupported(),
  loraRank: unsupported().notInConfig(),
  loraAlpha: unsupported().notInConfig(),
}) {
  static override readonly className = 'Dense';
  protected override inputSpec: InputSpec = {
    minNdim: 2,
    rankHint: 'The last axis holds the inputs, the first the batch.',
  };

  override call([x]: readonly Node[]): Node {
    return this.finish(matmul(x!, this.kernelNode()));
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const inputs = input!.at(-1)!;
    this.addKernel({ shape: [inputs, this.units], inputs, outputs: this.units });
  }
}

/** Weighted sums of all inputs. */
export const dense = factory(Dense);
