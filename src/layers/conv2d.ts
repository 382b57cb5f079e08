/** @file Conv2D: learned filters slid over images (Keras' `conv2d.py`, `base_conv.py`). */

import { UnsupportedError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { conv2d as conv2dNode } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, oneOf, pair } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import type { InputSpec } from './input-spec.ts';
import { KernelLayer } from './kernel-layer.ts';
import { dataFormat } from './layer-options.ts';
import { checkWindows } from './window-check.ts';

/** [batch, height, width, channels] → [batch, height', width', filters]. */
export class Conv2D extends withOptions(KernelLayer, {
  /** Number of filters: channels of the output. */
  filters: count().formerly('nb_filter'),
  /** Height and width of the window. */
  kernelSize: pair().formerly(['nb_row', 'nb_col']),
  /** Step of the window. Default 1. */
  strides: pair(1).formerly('subsample'),
  /** 'valid': windows stay inside; 'same': zeros around, so that stride 1 keeps the size. Default 'valid'. */
  padding: oneOf('valid', 'same').formerly('border_mode'),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
  /** Distance of the window's taps; above 1 only with strides of 1. Default 1. */
  dilationRate: pair(1),
  /** Only 1. Default 1. */
  groups: count(1),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer(),
}) {
  static override readonly className = 'Conv2D';
  protected override inputSpec: InputSpec = {
    minNdim: 4,
    ndim: 4,
    rankHint:
      'Images are [batch, height, width, channels]; grey images get their channel axis with ' +
      'x.reshape([...x.shape, 1]).',
  };

  override call([x]: readonly Node[]): Node {
    const { strides, padding, dilationRate: dilation } = this;
    return this.finish(conv2dNode(x!, this.kernelNode(), { strides, padding, dilation }));
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const { kernelSize, strides, padding, dilationRate, filters } = this;
    const kernel = [...kernelSize, input![3]!, filters];
    checkWindows({
      layer: this.name,
      input: input!,
      size: kernelSize,
      strides,
      padding,
      dilation: dilationRate,
      kernel,
    });
    this.addKernel(kernel);
  }

  protected override checkOptions(): void {
    const { strides, dilationRate, groups } = this;
    if (groups !== 1) throw new UnsupportedError(`Conv2D: groups=${groups} is not supported yet, only 1.`);
    if (Math.max(...strides) === 1 || Math.max(...dilationRate) === 1) return;
    throw new ValueError(
      '`strides > 1` not supported in conjunction with `dilationRate > 1`. ' +
        `Received: strides=${describeValue(strides)} and dilationRate=${describeValue(dilationRate)}.`,
    );
  }
}

/** Learned filters slid over images. */
export const conv2d = factory(Conv2D);
