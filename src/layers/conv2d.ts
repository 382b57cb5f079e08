/** @file Conv2D: learned filters slid over images (Keras' `conv2d.py`, `base_conv.py`). */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { groupedConv2d } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import type { InputSpec } from './input-spec.ts';
import { KernelLayer } from './kernel-layer.ts';
import { checkKernelFits, checkStridesAndDilation, WINDOW_INPUT, WINDOW_OPTIONS } from './window-options.ts';

/** [batch, height, width, channels] → [batch, height', width', filters]. */
export class Conv2D extends withOptions(KernelLayer, {
  /** Number of filters: channels of the output. */
  filters: count().formerly('nb_filter'),
  ...WINDOW_OPTIONS,
  /**
   * Parts into which the channels of input and output are cut; each part of the output sees one part of the input. Must
   * divide both numbers. Default 1.
   */
  groups: count(1),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer(),
}) {
  static override readonly className = 'Conv2D';
  protected override inputSpec: InputSpec = WINDOW_INPUT;

  override call([x]: readonly Node[]): Node {
    const { strides, padding, dilationRate: dilation, groups } = this;
    return this.finish(groupedConv2d(x!, this.kernelNode(), { strides, padding, dilation, groups }));
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const { groups, filters } = this;
    const inputs = input!.at(-1)!;
    if (inputs % groups !== 0) {
      throw new ShapeError(
        'The number of input channels must be evenly divisible by the number of groups. ' +
          `Received groups=${groups}, but the input has ${inputs} channels (full input shape is ${formatShape(input!)}).`,
      );
    }
    const shape = [...this.kernelSize, inputs / groups, filters];
    checkKernelFits(this, input!, shape);
    this.addKernel({ shape, inputs, outputs: filters });
  }

  protected override checkOptions(): void {
    const { filters, groups } = this;
    if (filters % groups !== 0) {
      throw new ValueError(
        'The number of filters must be evenly divisible by the number of groups. ' +
          `Received: groups=${groups}, filters=${filters}.`,
      );
    }
    checkStridesAndDilation(this);
  }
}

/** Learned filters slid over images. */
export const conv2d = factory(Conv2D);
