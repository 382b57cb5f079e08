/** @file A number of a layer's output as a weighted sum over a window of its input: what all families of layers have in common. */

import type { ActivationFunction } from '../../activations/functions.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { Layer } from '../../layers/layer.ts';

/** Which number of a layer's output: places along its axes. Without rows and columns these are 0. */
export interface Pixel {
  readonly row: number;
  readonly column: number;
  readonly filter: number;
}

/** What the layer gets and gives: [height, width, channels] of one sample; vectors are [1, 1, n]. */
export interface LayerMaps {
  readonly src: Tensor;
  readonly dst: readonly [height: number, width: number, filters: number];
}

/** What a sum is made of: weights, the largest number alone, equal parts, or one scaled number. */
export type PixelKind = 'convolution' | 'dense' | 'maximum' | 'average' | 'normalization' | 'activation';

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
}

/** Explains numbers of the layers of one class. */
export interface PixelExplainer {
  readonly of: new (...options: never[]) => Layer;
  readonly sum: (layer: never, maps: LayerMaps, pixel: Pixel) => WeightedWindow;
  /** What is done with the sum; nothing when left out. */
  readonly activation?: (layer: never) => ActivationFunction;
}

/** An explainer whose functions get layers of its class. */
export function explainsPixels<L extends Layer>(
  of: new (...options: never[]) => L,
  sum: (layer: L, maps: LayerMaps, pixel: Pixel) => WeightedWindow,
  activation?: (layer: L) => ActivationFunction,
): PixelExplainer {
  return { of, sum, ...(activation === undefined ? {} : { activation }) };
}

/** A weight of the layer by its name; undefined where the layer has none. */
export function weightOf(layer: Layer, name: string): Float32Array | undefined {
  return layer.ownWeights.find((weight) => weight.name.endsWith(`/${name}`))?.view();
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
