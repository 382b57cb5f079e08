/**
 * @file Conv2DTranspose: every pixel spreads over a window of a larger map (Keras' `conv2d_transpose.py`,
 * `base_conv_transpose.py`).
 */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { conv2dTranspose as transposeNode } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, formerOption, pair, unsupported } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import type { InputSpec } from './input-spec.ts';
import { KernelLayer } from './kernel-layer.ts';
import { checkStridesAndDilation, WINDOW_INPUT, WINDOW_OPTIONS } from './window-options.ts';

/** [batch, height, width, channels] → [batch, height', width', filters]. Kernel: [kh, kw, filters, channels]. */
export class Conv2DTranspose extends withOptions(KernelLayer, {
  /** Number of filters: channels of the output. */
  filters: count(),
  ...WINDOW_OPTIONS,
  /** Distance of the pixels' windows in the output. Default 1. */
  strides: pair(1),
  /** 'valid': all that the windows cover; 'same': strides times the input's size. Default 'valid'. */
  padding: WINDOW_OPTIONS.padding,
  /**
   * Rows and columns added to the output's smallest size, below the strides. Default null: as many as Keras adds, so
   * that 'same' gives strides times the input's size.
   */
  outputPadding: pair(null, { least: 0 }),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer(),
  groups: formerOption(unsupported(1)),
}) {
  static override readonly className = 'Conv2DTranspose';
  protected override inputSpec: InputSpec = WINDOW_INPUT;

  override call([x]: readonly Node[]): Node {
    const { strides, padding, outputPadding, dilationRate: dilation } = this;
    return this.finish(transposeNode(x!, this.kernelNode(), { strides, padding, outputPadding, dilation }));
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const { kernelSize, filters } = this;
    const inputs = input!.at(-1)!;
    this.addKernel({ shape: [...kernelSize, filters, inputs], inputs, outputs: filters });
  }

  protected override checkOptions(): void {
    const { outputPadding, strides } = this;
    const axis = outputPadding?.findIndex((padding, i) => padding >= strides[i]!) ?? -1;
    if (axis >= 0) {
      throw new ValueError(
        '`outputPadding` must be strictly less than `strides` for all dimensions. ' +
          `At dimension ${axis}, \`outputPadding\` is ${outputPadding![axis]} but \`strides\` is ${strides[axis]}. ` +
          `Received: outputPadding=${describeValue(outputPadding)}, strides=${describeValue(strides)}.`,
      );
    }
    checkStridesAndDilation(this);
  }
}

/** Every pixel spreads over a window of a larger map: a convolution that enlarges. */
export const conv2dTranspose = factory(Conv2DTranspose);
