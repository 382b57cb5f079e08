/** @file A number of a layer's output as a weighted sum over a window of its input: what all families of layers have in common. */

import type { ActivationFunction } from '../../activations/functions.ts';
import type { Shape } from '../../base/shape.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { Layer } from '../../layers/layer.ts';

/** Which number of a layer's output: places along its axes. Without rows and columns these are 0. */
export interface Pixel {
  readonly row: number;
  readonly column: number;
  readonly filter: number;
}

/** Where a number stands in a layer's inputs: which of them, and the place there. Vectors have only channels. */
export interface Origin {
  readonly input: number;
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/** What the layer gets and gives: [height, width, channels] of one sample; rows of vectors are [1, n, channels], vectors [1, 1, n]. */
export interface LayerMaps {
  /** The first of the inputs. */
  readonly src: Tensor;
  readonly inputs: readonly Tensor[];
  /** The inputs' own shapes. */
  readonly shapes: readonly Shape[];
  readonly dst: readonly [height: number, width: number, filters: number];
}

/** What a sum is made of: weights, the largest or smallest number alone, equal parts, one number scaled or taken over, … */
export type PixelKind =
  | 'convolution'
  | 'dense'
  | 'maximum'
  | 'minimum'
  | 'average'
  | 'sum'
  | 'product'
  | 'normalization'
  | 'scaling'
  | 'activation'
  | 'moved';

/** Statistics and learned numbers of a normalization, for one channel. */
export interface NormalizationNumbers {
  readonly mean: number;
  readonly variance: number;
  readonly epsilon: number;
  readonly gamma: number;
  readonly beta: number;
}

/** The sum of window · kernel, plus the bias. */
export interface WeightedWindow {
  readonly kind: PixelKind;
  /** The rows of the layer's input that the window sees; null where there are none, and zeros count. */
  readonly rows: readonly (number | null)[];
  readonly columns: readonly (number | null)[];
  readonly channels: readonly number[];
  /** [rows, columns, channels], row by row. */
  readonly kernel: Float64Array;
  readonly bias: number;
  readonly normalization?: NormalizationNumbers;
  /** What negative numbers are multiplied by. */
  readonly slope?: number;
  /** Where the numbers come from, in the kernel's order, of layers with several inputs and of those that move numbers. */
  readonly origins?: readonly Origin[];
}

/** Explains numbers of the layers of one class. */
export interface PixelExplainer {
  readonly of: new (...options: never[]) => Layer;
  readonly sum: (layer: never, maps: LayerMaps, pixel: Pixel) => WeightedWindow;
  /** What is done with the sum; nothing when left out. */
  readonly activation?: (layer: never, window: WeightedWindow) => ActivationFunction;
}

/** An explainer whose functions get layers of its class. */
export function explainsPixels<L extends Layer>(
  of: new (...options: never[]) => L,
  sum: (layer: L, maps: LayerMaps, pixel: Pixel) => WeightedWindow,
  activation?: (layer: L, window: WeightedWindow) => ActivationFunction,
): PixelExplainer {
  return { of, sum, ...(activation === undefined ? {} : { activation }) };
}

/** The number at that place of an input. */
export function numberAt({ inputs }: LayerMaps, { input, row, column, channel }: Origin): number {
  const { shape, data } = inputs[input]!;
  const [, width, channels] = shape as readonly [number, number, number];
  return data[(row * width + column) * channels + channel]!;
}

/** A weight of the layer by its name; undefined where the layer has none. */
export function weightOf(layer: Layer, name: string): Float32Array | undefined {
  return layer.ownWeights.find((weight) => weight.name.endsWith(`/${name}`))?.view();
}

/** One number, multiplied by `factor`. */
export function oneNumber({ row, column, filter }: Pixel, factor: number) {
  return { rows: [row], columns: [column], channels: [filter], kernel: Float64Array.of(factor) };
}

/** The number for a pixel, of numbers for one sample that are repeated along axes of extent 1 and along missing ones. */
export function repeatedAt(shape: readonly number[], numbers: ArrayLike<number>, pixel: Pixel): number {
  const extents = [...[1, 1, 1].slice(shape.length), ...shape];
  const place = [pixel.row, pixel.column, pixel.filter];
  return numbers[extents.reduce((at, extent, i) => at * extent + (extent === 1 ? 0 : place[i]!), 0)]!;
}

/** Whole numbers from 0 up to but without `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** The numbers of a kernel [rows, columns, channels]. */
export function kernelNumbers(
  [rows, columns, channels]: readonly [number, number, number],
  at: (row: number, column: number, channel: number) => number,
): Float64Array {
  return Float64Array.from({ length: rows * columns * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    return at(Math.floor(place / columns), place % columns, i % channels);
  });
}
