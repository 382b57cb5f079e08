/** @file DepthwiseConv2D: filters that each see one channel (Keras' `depthwise_conv2d.py`, `base_depthwise_conv.py`). */

import type { Shape } from '../base/shape.ts';
import { constraint } from '../constraints/registry.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { initializer } from '../initializers/registry.ts';
import { depthwiseConv2d as depthwiseNode } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, formerOption, unsupported } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import { BiasLayer } from './bias-layer.ts';
import type { InputSpec } from './input-spec.ts';
import { checkKernelFits, WINDOW_INPUT, WINDOW_OPTIONS } from './window-options.ts';

/** [batch, height, width, channels] → [batch, height', width', channels · depthMultiplier]. */
export class DepthwiseConv2D extends withOptions(BiasLayer, {
  ...WINDOW_OPTIONS,
  /** Filters of each channel; their results lie side by side. Default 1. */
  depthMultiplier: count(1),
  /** First numbers of the kernel. Default 'glorotUniform'. */
  depthwiseInitializer: initializer('glorotUniform'),
  /** A price on the kernel that is added to the loss. Default null: none. */
  depthwiseRegularizer: regularizer(),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer(),
  /** A constraint on the kernel, applied after each step. Default null: none. */
  depthwiseConstraint: constraint(),
  groups: formerOption(unsupported(1)),
}) {
  static override readonly className = 'DepthwiseConv2D';
  protected override inputSpec: InputSpec = WINDOW_INPUT;
  #kernel!: Variable;

  override call([x]: readonly Node[]): Node {
    const { strides, padding, dilationRate: dilation } = this;
    return this.finish(depthwiseNode(x!, variableNode(this.#kernel), { strides, padding, dilation }));
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const channels = input!.at(-1)!;
    const shape = [...this.kernelSize, channels, this.depthMultiplier];
    checkKernelFits(this, input!, shape);
    const { depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint } = this;
    const rules = { regularizer: depthwiseRegularizer, constraint: depthwiseConstraint };
    this.#kernel = this.addWeight({ name: 'kernel', shape, initializer: depthwiseInitializer, ...rules });
    this.addBias(channels * this.depthMultiplier);
    this.inputSpec = { ...this.inputSpec, axes: { [-1]: channels } };
  }
}

/** Filters that each see one channel. */
export const depthwiseConv2d = factory(DepthwiseConv2D);
