/** @file DepthwiseConv2D: filters that each see one channel (Keras' `depthwise_conv2d.py`, `base_depthwise_conv.py`). */

import { activation } from '../activations/registry.ts';
import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { constraint } from '../constraints/registry.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { initializer } from '../initializers/registry.ts';
import { add, depthwiseConv2d as depthwiseNode } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, oneOf, pair } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import type { InputSpec } from './input-spec.ts';
import { Layer } from './layer.ts';
import { dataFormat } from './layer-options.ts';
import { checkWindows } from './window-check.ts';

/** [batch, height, width, channels] → [batch, height', width', channels · depthMultiplier]. */
export class DepthwiseConv2D extends withOptions(Layer, {
  /** Height and width of the window. */
  kernelSize: pair(),
  /** Step of the window. Default 1. */
  strides: pair(1),
  /** 'valid': windows stay inside; 'same': zeros around, so that stride 1 keeps the size. Default 'valid'. */
  padding: oneOf('valid', 'same'),
  /** Filters of each channel; their results lie side by side. Default 1. */
  depthMultiplier: count(1),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
  /** Distance of the window's taps; above 1 only with strides of 1. Default 1. */
  dilationRate: pair(1),
  /** A name such as 'relu', or a function. Default null: linear. */
  activation: activation(),
  /** Whether a bias is added. Default true. */
  useBias: flag(true),
  /** First numbers of the kernel. Default 'glorotUniform'. */
  depthwiseInitializer: initializer('glorotUniform'),
  /** First numbers of the bias. Default 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** A price on the kernel that is added to the loss. Default null: none. */
  depthwiseRegularizer: regularizer(),
  /** A price on the bias that is added to the loss. Default null: none. */
  biasRegularizer: regularizer(),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer(),
  /** What the kernel is made to be after each step. Default null: no matter. */
  depthwiseConstraint: constraint(),
  /** What the bias is made to be after each step. Default null: no matter. */
  biasConstraint: constraint(),
}) {
  static override readonly className = 'DepthwiseConv2D';
  protected override inputSpec: InputSpec = {
    minNdim: 4,
    ndim: 4,
    rankHint: 'Images are [batch, height, width, channels].',
  };
  #kernel!: Variable;
  #bias: Variable | null = null;

  override call([x]: readonly Node[]): Node {
    const { strides, padding, dilationRate: dilation } = this;
    const sums = depthwiseNode(x!, variableNode(this.#kernel), { strides, padding, dilation });
    return this.activation(this.#bias === null ? sums : add(sums, variableNode(this.#bias)));
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const { name: layer, kernelSize: size, strides, padding, dilationRate: dilation } = this;
    const channels = input!.at(-1)!;
    const shape = [...size, channels, this.depthMultiplier];
    checkWindows({ layer, input: input!, size, strides, padding, dilation, kernel: shape });
    const { depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint } = this;
    const rules = { regularizer: depthwiseRegularizer, constraint: depthwiseConstraint };
    this.#kernel = this.addWeight({ name: 'kernel', shape, initializer: depthwiseInitializer, ...rules });
    this.inputSpec = { ...this.inputSpec, axes: { [-1]: channels } };
    if (!this.useBias) return;
    this.#bias = this.addWeight({
      name: 'bias',
      shape: [channels * this.depthMultiplier],
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  protected override checkOptions(): void {
    const { strides, dilationRate } = this;
    if (Math.max(...strides) === 1 || Math.max(...dilationRate) === 1) return;
    throw new ValueError(
      '`strides > 1` not supported in conjunction with `dilationRate > 1`. ' +
        `Received: strides=${describeValue(strides)} and dilationRate=${describeValue(dilationRate)}.`,
    );
  }
}

/** Filters that each see one channel. */
export const depthwiseConv2d = factory(DepthwiseConv2D);
