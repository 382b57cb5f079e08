/**
 * @file SeparableConv2D: filters that each see one channel, then a 1×1 convolution over all of their results (Keras'
 * `separable_conv2d.py`, `base_separable_conv.py`).
 */

import type { Shape } from '../base/shape.ts';
import { constraint } from '../constraints/registry.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { initializer } from '../initializers/registry.ts';
import { conv2d, depthwiseConv2d } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, formerOption, unsupported } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import { BiasLayer } from './bias-layer.ts';
import type { InputSpec } from './input-spec.ts';
import { checkKernelFits, WINDOW_INPUT, WINDOW_OPTIONS } from './window-options.ts';

/** [batch, height, width, channels] → [batch, height', width', filters]. */
export class SeparableConv2D extends withOptions(BiasLayer, {
  /** Number of filters of the 1×1 convolution: channels of the output. */
  filters: count().formerly('nb_filter'),
  ...WINDOW_OPTIONS,
  /** Filters of each channel in the first convolution. Default 1. */
  depthMultiplier: count(1),
  /** First numbers of the first convolution's kernel. Default 'glorotUniform'. */
  depthwiseInitializer: initializer('glorotUniform'),
  /** First numbers of the 1×1 convolution's kernel. Default 'glorotUniform'. */
  pointwiseInitializer: initializer('glorotUniform'),
  /** A price on the first convolution's kernel that is added to the loss. Default null: none. */
  depthwiseRegularizer: regularizer(),
  /** A price on the 1×1 convolution's kernel that is added to the loss. Default null: none. */
  pointwiseRegularizer: regularizer(),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer(),
  /** A constraint on the first convolution's kernel, applied after each step. Default null: none. */
  depthwiseConstraint: constraint(),
  /** A constraint on the 1×1 convolution's kernel, applied after each step. Default null: none. */
  pointwiseConstraint: constraint(),
  groups: formerOption(unsupported(1)),
  kernelInitializer: formerOption(initializer('glorotUniform')),
}) {
  static override readonly className = 'SeparableConv2D';
  protected override inputSpec: InputSpec = WINDOW_INPUT;
  #depthwise!: Variable;
  #pointwise!: Variable;

  override call([x]: readonly Node[]): Node {
    const { strides, padding, dilationRate: dilation } = this;
    const maps = depthwiseConv2d(x!, variableNode(this.#depthwise), { strides, padding, dilation });
    return this.finish(conv2d(maps, variableNode(this.#pointwise)));
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const { kernelSize, depthMultiplier, filters } = this;
    const channels = input!.at(-1)!;
    const shape = [...kernelSize, channels, depthMultiplier];
    checkKernelFits(this, input!, shape);
    this.#depthwise = this.addWeight({
      name: 'depthwise_kernel',
      shape,
      initializer: this.depthwiseInitializer,
      regularizer: this.depthwiseRegularizer,
      constraint: this.depthwiseConstraint,
    });
    this.#pointwise = this.addWeight({
      name: 'pointwise_kernel',
      shape: [1, 1, channels * depthMultiplier, filters],
      initializer: this.pointwiseInitializer,
      regularizer: this.pointwiseRegularizer,
      constraint: this.pointwiseConstraint,
    });
    this.addBias(filters);
    this.inputSpec = { ...this.inputSpec, axes: { [-1]: channels } };
  }
}

/** Filters that each see one channel, then a 1×1 convolution. */
export const separableConv2d = factory(SeparableConv2D);
