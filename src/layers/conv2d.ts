/** @file Conv2D: learned filters slid over images (Keras' `conv2d.py`, `base_conv.py`). */

import type { Config } from '../base/config.ts';
import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { conv2d as conv2dNode } from '../ops/index.ts';
import { type Padding, windowCount } from '../ops/window-geometry.ts';
import type { InputSpec } from './input-spec.ts';
import { KernelLayer, type KernelLayerOptions } from './kernel-layer.ts';
import { checkDataFormat, type PairOption, paddingOption, pairOption } from './layer-options.ts';

export interface Conv2DOptions extends KernelLayerOptions {
  /** Number of filters: channels of the output. */
  readonly filters: number;
  /** Height and width of the window. */
  readonly kernelSize: PairOption;
  /** Step of the window. Default 1. */
  readonly strides?: PairOption;
  /** 'valid' (default): windows stay inside. 'same': zeros around, so that stride 1 keeps the size. */
  readonly padding?: string;
  readonly dataFormat?: string | null;
  /** Distance of the window's taps. Default 1; above 1 only with strides of 1. */
  readonly dilationRate?: PairOption;
  /** Only 1. */
  readonly groups?: number;
}

const OPTIONS = ['filters', 'kernelSize', 'strides', 'padding', 'dataFormat', 'dilationRate', 'groups'];

/** [batch, height, width, channels] → [batch, height', width', filters]. */
export class Conv2D extends KernelLayer {
  static override readonly className = 'Conv2D';
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilationRate: readonly [number, number];
  protected override inputSpec: InputSpec = {
    minNdim: 4,
    ndim: 4,
    rankHint:
      'Images are [batch, height, width, channels]; grey images get their channel axis with ' +
      'x.reshape([...x.shape, 1]).',
  };

  /** Throws ValueError for a wrong option, UnsupportedError for groups, 'channelsFirst', regularizers, constraints. */
  constructor(options: Conv2DOptions) {
    super(options, OPTIONS);
    checkDataFormat('Conv2D', options.dataFormat);
    checkGroups(options.groups);
    this.filters = positiveFilters(options.filters);
    this.kernelSize = pairOption('kernelSize', options.kernelSize);
    this.strides = pairOption('strides', options.strides, 1);
    this.padding = paddingOption(options.padding);
    this.dilationRate = pairOption('dilationRate', options.dilationRate, 1);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ValueError(
        '`strides > 1` not supported in conjunction with `dilationRate > 1`. ' +
          `Received: strides=${describeValue(this.strides)} and dilationRate=${describeValue(this.dilationRate)}.`,
      );
    }
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    const { kernelSize, strides, dilationRate, padding, filters } = this;
    const extent = (axis: 0 | 1) =>
      windowCount(input![axis + 1]!, kernelSize[axis], strides[axis], dilationRate[axis], padding);
    const [height, width] = [extent(0), extent(1)];
    if (height <= 0 || width <= 0) {
      throw new ShapeError(
        `Computed output size of layer '${this.name}' would be zero or negative. Received ` +
          `\`input shape=${formatShape(input!)}\`, \`kernel shape=${formatShape([...kernelSize, input![3]!, filters])}\`, ` +
          `\`dilationRate=${formatShape(dilationRate)}\`, \`strides=${formatShape(strides)}\`, \`padding=${padding}\`. ` +
          "Use a smaller kernel, a larger input, or padding: 'same'.",
      );
    }
    return [input![0]!, height, width, filters];
  }

  override call([x]: readonly Node[]): Node {
    const { strides, padding, dilationRate: dilation } = this;
    const sums = conv2dNode(x!, this.kernelNode(), { strides, padding, dilation });
    return this.finish(sums);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      data_format: 'channels_last',
      dilation_rate: this.dilationRate,
      groups: 1,
      activity_regularizer: null,
    };
  }

  protected override createWeights([input]: readonly Shape[]): void {
    // Refuses an output without pixels before weights are made.
    this.computeOutputShape([input!]);
    this.addKernel([...this.kernelSize, input![3]!, this.filters]);
  }
}

function positiveFilters(filters: unknown): number {
  if (!Number.isSafeInteger(filters) || (filters as number) <= 0) {
    throw new ValueError(
      'Invalid value for argument `filters`. Expected a strictly positive whole number. ' +
        `Received filters=${describeValue(filters)}.`,
    );
  }
  return filters as number;
}

function checkGroups(groups: unknown): void {
  if (groups === undefined || groups === 1) return;
  if (!Number.isSafeInteger(groups) || (groups as number) <= 0) {
    throw new ValueError(
      `The number of groups must be a positive integer. Received: groups=${describeValue(groups)}.`,
    );
  }
  throw new UnsupportedError(`Conv2D: groups=${groups} is not supported yet, only 1.`);
}
