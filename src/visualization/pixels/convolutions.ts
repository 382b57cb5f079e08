/** @file Numbers of convolutions: the window that a filter lies on, and the filter's weights. */

import { Conv2D } from '../../layers/conv2d.ts';
import { Conv2DTranspose } from '../../layers/conv2d-transpose.ts';
import { DepthwiseConv2D } from '../../layers/depthwise-conv2d.ts';
import { SeparableConv2D } from '../../layers/separable-conv2d.ts';
import { type Padding, samePadding, windowExtent } from '../../ops/window-geometry.ts';
import {
  explainsPixels,
  kernelNumbers,
  type LayerMaps,
  type Pixel,
  upTo,
  type WeightedWindow,
  weightOf,
} from './weighted-window.ts';

type Pair = readonly [number, number];

interface SlidingLayer {
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly dilationRate: Pair;
  readonly padding: Padding;
}

/** The places along one axis that a window sees, null where it reaches past the map. */
function placesOf(layer: SlidingLayer, axis: 0 | 1, input: number, index: number): (number | null)[] {
  const [size, stride, dilation] = [layer.kernelSize[axis], layer.strides[axis], layer.dilationRate[axis]];
  const before = layer.padding === 'same' ? samePadding(input, size, stride, dilation)[0] : 0;
  return upTo(size).map((tap) => {
    const place = index * stride - before + tap * dilation;
    return place >= 0 && place < input ? place : null;
  });
}

/** Rows and columns that the pixel sees. */
function seenPlaces(layer: SlidingLayer, { src }: LayerMaps, { row, column }: Pixel) {
  const [height, width] = src.shape as readonly [number, number, number];
  return { rows: placesOf(layer, 0, height, row), columns: placesOf(layer, 1, width, column) };
}

const conv2d = explainsPixels(
  Conv2D,
  (layer, maps, pixel): WeightedWindow => {
    const { kernelSize, filters, groups } = layer;
    const own = maps.src.shape[2]! / groups;
    const group = Math.floor(pixel.filter / (filters / groups));
    const weights = weightOf(layer, 'kernel')!;
    const at = (kh: number, kw: number, ic: number) =>
      weights[((kh * kernelSize[1] + kw) * own + ic) * filters + pixel.filter]!;
    return {
      kind: 'convolution',
      ...seenPlaces(layer, maps, pixel),
      channels: upTo(own).map((channel) => group * own + channel),
      kernel: kernelNumbers([...kernelSize, own], at),
      bias: weightOf(layer, 'bias')?.[pixel.filter] ?? 0,
    };
  },
  ({ activation }) => activation,
);

const depthwise = explainsPixels(
  DepthwiseConv2D,
  (layer, maps, pixel): WeightedWindow => {
    const { kernelSize } = layer;
    const weights = weightOf(layer, 'kernel')!;
    const filters = maps.dst[2];
    const at = (kh: number, kw: number) => weights[(kh * kernelSize[1] + kw) * filters + pixel.filter]!;
    return {
      kind: 'convolution',
      ...seenPlaces(layer, maps, pixel),
      channels: [Math.floor(pixel.filter / layer.depthMultiplier)],
      kernel: kernelNumbers([...kernelSize, 1], at),
      bias: weightOf(layer, 'bias')?.[pixel.filter] ?? 0,
    };
  },
  ({ activation }) => activation,
);

/** The two convolutions are one with the products of their weights as its kernel. */
const separable = explainsPixels(
  SeparableConv2D,
  (layer, maps, pixel): WeightedWindow => {
    const { kernelSize, depthMultiplier, filters } = layer;
    const channels = maps.src.shape[2]!;
    const [depthwiseKernel, pointwiseKernel] = [
      weightOf(layer, 'depthwise_kernel')!,
      weightOf(layer, 'pointwise_kernel')!,
    ];
    const at = (kh: number, kw: number, channel: number) => {
      let sum = 0;
      for (let m = 0; m < depthMultiplier; m++) {
        const map = channel * depthMultiplier + m;
        const weight = depthwiseKernel[(kh * kernelSize[1] + kw) * channels * depthMultiplier + map]!;
        sum += weight * pointwiseKernel[map * filters + pixel.filter]!;
      }
      return sum;
    };
    return {
      kind: 'convolution',
      ...seenPlaces(layer, maps, pixel),
      channels: upTo(channels),
      kernel: kernelNumbers([...kernelSize, channels], at),
      bias: weightOf(layer, 'bias')?.[pixel.filter] ?? 0,
    };
  },
  ({ activation }) => activation,
);

/** The places whose windows cover the pixel `index` of the larger map: each tap comes from another one, or from none. */
function spreadingPlaces(layer: SlidingLayer, axis: 0 | 1, extents: Pair, index: number): (number | null)[] {
  const [input, output] = extents;
  const [size, stride, dilation] = [layer.kernelSize[axis], layer.strides[axis], layer.dilationRate[axis]];
  const covered = (input - 1) * stride + windowExtent(size, dilation);
  // 'same' cuts what is too much, the odd row or column at the end.
  const before = Math.floor(Math.max(0, covered - output) / 2);
  return upTo(size).map((tap) => {
    const place = (index + before - tap * dilation) / stride;
    return Number.isInteger(place) && place >= 0 && place < input ? place : null;
  });
}

const transpose = explainsPixels(
  Conv2DTranspose,
  (layer, { src, dst }, { row, column, filter }): WeightedWindow => {
    const { kernelSize, filters } = layer;
    const [height, width, channels] = src.shape as readonly [number, number, number];
    const weights = weightOf(layer, 'kernel')!;
    const at = (kh: number, kw: number, ic: number) =>
      weights[((kh * kernelSize[1] + kw) * filters + filter) * channels + ic]!;
    return {
      kind: 'convolution',
      rows: spreadingPlaces(layer, 0, [height, dst[0]], row),
      columns: spreadingPlaces(layer, 1, [width, dst[1]], column),
      channels: upTo(channels),
      kernel: kernelNumbers([...kernelSize, channels], at),
      bias: weightOf(layer, 'bias')?.[filter] ?? 0,
    };
  },
  ({ activation }) => activation,
);

export const CONVOLUTIONS = [conv2d, depthwise, separable, transpose];
