/**
 * @file LayerScale (Touvron et al. 2021, arXiv 2103.17239): a learned factor for each channel. Class and config are those of
 * Keras' ConvNeXt (`applications/convnext.py`).
 */

import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { constant } from '../initializers/index.ts';
import { mul } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, number } from '../options/kinds.ts';
import { Layer } from './layer.ts';

/** [batch, …, channels] · gamma; the shape stays. */
export class LayerScale extends withOptions(Layer, {
  /** The factors' first value: small, so that a residual network begins near the identity. */
  initValues: number(),
  /** Number of channels. */
  projectionDim: count(),
}) {
  static override readonly className = 'LayerScale';
  static readonly kerasModule = 'keras.src.applications.convnext';
  #gamma!: Variable;

  override call([x]: readonly Node[]): Node {
    return mul(x!, variableNode(this.#gamma));
  }

  protected override createWeights(): void {
    const initializer = constant({ value: this.initValues });
    this.#gamma = this.addWeight({ name: 'gamma', shape: [this.projectionDim], initializer });
    this.inputSpec = { minNdim: 2, axes: { [-1]: this.projectionDim } };
  }
}

/** A learned factor for each channel. */
export const layerScale = factory(LayerScale);
