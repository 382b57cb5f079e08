/** @file The kernels of a layer as pictures: what its filters look for. */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import { Conv2DTranspose } from '../layers/conv2d-transpose.ts';
import type { Model } from '../models/model.ts';
import { findLayer, type LayerName, type TracedLayer, type TracedModel, traceModel } from './traced-model.ts';

/** Options of `kernelImages`. */
export interface KernelImagesOptions {
  /** Whose largest weight becomes black or white: 'filter', each kernel's own, or 'layer', of all. Default 'filter'. */
  readonly normalize?: 'filter' | 'layer';
}

const HOW = 'kernelImages';

/** Kernels as [kh, kw, channels, filters], whatever way the layer keeps them. */
interface Kernels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  weight(row: number, column: number, channel: number, filter: number): number;
}

function kernelsOf({ layer, outputs }: TracedLayer): Kernels | null {
  const all = layer.weights.filter(({ shape }) => shape.length === 4);
  const [kernel] = all;
  if (kernel === undefined) return null;
  const values = kernel.view().slice();
  const [height, width, third, fourth] = kernel.shape as readonly [number, number, number, number];
  const at = (row: number, column: number, a: number, b: number) =>
    values[((row * width + column) * third + a) * fourth + b]!;
  if (layer instanceof Conv2DTranspose) {
    const weight: Kernels['weight'] = (row, column, channel, filter) => at(row, column, filter, channel);
    return { height, width, channels: fourth, filters: third, weight };
  }
  // Of depthwise kernels, the first ones of separable layers too, each filter sees one channel.
  if (fourth !== outputs[0]!.shape.at(-1) || all.length > 1) {
    const weight: Kernels['weight'] = (row, column, _, filter) =>
      at(row, column, Math.floor(filter / fourth), filter % fourth);
    return { height, width, channels: 1, filters: third * fourth, weight };
  }
  return { height, width, channels: third, filters: fourth, weight: at };
}

function noKernelError({ layers }: TracedModel, path: string): ValueError {
  const having = [...new Set(layers.filter((one) => kernelsOf(one) !== null).map((one) => one.path))];
  const listed = having.length > 8 ? [...having.slice(0, 8), '…'] : having;
  const hint =
    having.length === 0 ? 'The model has no convolution.' : `Layers with kernels: ${listed.join(', ')}.`;
  return new ValueError(`${HOW}: layer '${path}' has no kernel of height and width. ${hint}`);
}

/** Where in a picture the weights of one input channel are, and which of the picture's colours they are. */
interface Layout {
  readonly height: number;
  readonly width: number;
  readonly colors: 1 | 3;
  place(channel: number): { readonly top: number; readonly left: number; readonly color: number };
}

/** 1 channel is grey, 3 are red, green and blue; of others each is a grey tile of its own, in a block. */
function layoutOf({ height, width, channels }: Kernels): Layout {
  if (channels === 1 || channels === 3) {
    return { height, width, colors: channels, place: (color) => ({ top: 0, left: 0, color }) };
  }
  const columns = Math.ceil(Math.sqrt(channels));
  const place = (channel: number) => ({
    top: Math.floor(channel / columns) * (height + 1),
    left: (channel % columns) * (width + 1),
    color: 0,
  });
  const rows = Math.ceil(channels / columns);
  return { height: rows * (height + 1) - 1, width: columns * (width + 1) - 1, colors: 1, place };
}

/** Calls `visit` for each weight of a filter. */
function visitWeights(
  { height, width, channels, weight }: Kernels,
  filter: number,
  visit: (row: number, column: number, channel: number, value: number) => void,
): void {
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++) {
        visit(row, column, channel, weight(row, column, channel, filter));
      }
    }
  }
}

function largestOf(kernels: Kernels, filter: number): number {
  let largest = 0;
  visitWeights(kernels, filter, (_row, _column, _channel, value) => {
    largest = Math.max(largest, Math.abs(value));
  });
  return largest;
}

/**
 * The kernels of a layer as pictures, uint8 `[filters, h, w, 1 or 3]`: a weight of 0 is middle grey, negative ones are darker,
 * positive ones lighter. Of 3 input channels, the picture has the colours that the filter looks for; of 1 it is grey. Of other
 * numbers of channels it has a grey tile for each, row by row in a block with white lines between.
 *
 * @param layer A layer with a kernel of height and width: its name, its path, or the layer itself.
 * @example
 * await images.saveImage('kernels.png', images.grid(visualization.kernelImages(net, 'conv1'), { columns: 8, scale: 16 }));
 * @throws ValueError for no such layer, and for a layer without such a kernel (it names those that have one).
 */
export function kernelImages(net: Model, layer: LayerName, options: KernelImagesOptions = {}): Tensor {
  checkOptionNames(HOW, options, ['normalize']);
  const { normalize = 'filter' } = options;
  if (normalize !== 'filter' && normalize !== 'layer') {
    throw unknownNameError('normalization', normalize, ['filter', 'layer']);
  }
  const traced = traceModel(HOW, net);
  const found = findLayer(HOW, traced, layer);
  const kernels = kernelsOf(found);
  if (kernels === null) throw noKernelError(traced, found.path);
  const { height, width, colors, place } = layoutOf(kernels);
  const largest = Array.from({ length: kernels.filters }, (_, filter) => largestOf(kernels, filter));
  const ofLayer = largest.reduce((a, b) => Math.max(a, b), 0);
  const pixels = new Uint8Array(kernels.filters * height * width * colors).fill(255);
  largest.forEach((ofFilter, filter) => {
    // A kernel of zeros is grey.
    const most = (normalize === 'layer' ? ofLayer : ofFilter) || 1;
    visitWeights(kernels, filter, (row, column, channel, value) => {
      const { top, left, color } = place(channel);
      const at = ((filter * height + top + row) * width + left + column) * colors + color;
      pixels[at] = Math.round(127.5 + (value / most) * 127.5);
    });
  });
  return new Tensor([kernels.filters, height, width, colors], 'uint8', pixels);
}
