/** @file Bringing images to a common scale (Keras' `standardize` and `fit` of ImageDataGenerator). */

import { symmetricEigen } from './symmetric-eigen.ts';

export interface Standardizing {
  /** Factor of all values; null for none. */
  readonly rescale: number | null;
  readonly samplewiseCenter: boolean;
  readonly samplewiseStdNormalization: boolean;
  readonly featurewiseCenter: boolean;
  readonly featurewiseStdNormalization: boolean;
  readonly zcaWhitening: boolean;
  readonly zcaEpsilon: number;
}

/** What `fit` found out about the data. */
export interface Statistics {
  /** For each channel; null unless asked for. */
  readonly mean: Float64Array | null;
  readonly std: Float64Array | null;
  /** A symmetric matrix [values of an image, values of an image], row by row; null unless asked for. */
  readonly whitening: Float64Array | null;
}

/** Keeps a division by the deviation of equal values from being one by 0. */
const EPSILON = 1e-6;

/** Standardizes one image [height, width, channels] in place. Statistics that are missing are left out, as in Keras. */
export function standardizeImage(
  values: Float32Array,
  channels: number,
  options: Standardizing,
  statistics: Statistics,
): void {
  if (options.rescale !== null) scale(values, options.rescale);
  if (options.samplewiseCenter) add(values, -meanOf(values));
  if (options.samplewiseStdNormalization) scale(values, 1 / (deviationOf(values) + EPSILON));
  const { mean, std, whitening } = statistics;
  if (options.featurewiseCenter && mean !== null) {
    for (let i = 0; i < values.length; i++) values[i]! -= mean[i % channels]!;
  }
  if (options.featurewiseStdNormalization && std !== null) {
    for (let i = 0; i < values.length; i++) values[i]! /= std[i % channels]! + EPSILON;
  }
  if (options.zcaWhitening && whitening !== null) whiten(values, whitening);
}

function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
}

function add(values: Float32Array, term: number): void {
  for (let i = 0; i < values.length; i++) values[i]! += term;
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function deviationOf(values: Float32Array): number {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return Math.sqrt(sum / values.length);
}

function whiten(values: Float32Array, matrix: Float64Array): void {
  const size = values.length;
  const from = Float64Array.from(values);
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += from[i]! * matrix[j * size + i]!;
    values[j] = sum;
  }
}

/**
 * The statistics of images, rescaled and one after another in `data`, which is changed.
 *
 * @param size Values of an image.
 */
export function fitStatistics(
  data: Float32Array,
  size: number,
  channels: number,
  options: Standardizing,
): Statistics {
  const mean = options.featurewiseCenter ? channelMeans(data, channels, (value) => value) : null;
  if (mean !== null) for (let i = 0; i < data.length; i++) data[i]! -= mean[i % channels]!;
  let std: Float64Array | null = null;
  if (options.featurewiseStdNormalization) {
    const center = channelMeans(data, channels, (value) => value);
    std = channelMeans(data, channels, (value, c) => (value - center[c]!) ** 2).map(Math.sqrt);
    for (let i = 0; i < data.length; i++) data[i]! /= std[i % channels]! + EPSILON;
  }
  const whitening = options.zcaWhitening ? whiteningOf(data, size, options.zcaEpsilon) : null;
  return { mean, std, whitening };
}

function channelMeans(
  data: Float32Array,
  channels: number,
  of: (value: number, channel: number) => number,
): Float64Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) sums[i % channels]! += of(data[i]!, i % channels);
  return sums.map((sum) => sum / (data.length / channels));
}

/** Singular values below this part of the largest one are rounding errors. */
const RANK_TOLERANCE = 1e-6;

/**
 * The whitening matrix: U diag(sqrt(n) / (s + epsilon)) Uᵀ with the singular values s and vectors U of the data. They are
 * the eigenvalues' roots and eigenvectors of the smaller of the two products of the data with itself. Directions in which
 * the data does not vary are left out; Keras makes large multiples of rounding errors of them.
 */
function whiteningOf(data: Float32Array, size: number, epsilon: number): Float64Array {
  const count = data.length / size;
  const byImages = count < size;
  const { values, vectors } = symmetricEigen(
    byImages ? imageProducts(data, size) : valueProducts(data, size),
  );
  const order = values.length;
  const largest = Math.sqrt(Math.max(0, ...values));
  const matrix = new Float64Array(size * size);
  values.forEach((value, k) => {
    const singular = Math.sqrt(Math.max(0, value));
    if (singular <= RANK_TOLERANCE * largest) return;
    const vector = vectors.subarray(k * order, (k + 1) * order);
    const direction = byImages ? combine(data, size, vector, 1 / singular) : vector;
    const factor = Math.sqrt(count) / (singular + epsilon);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) matrix[i * size + j]! += factor * direction[i]! * direction[j]!;
    }
  });
  return matrix;
}

/** Scalar products of each two images. */
function imageProducts(data: Float32Array, size: number): Float64Array {
  const count = data.length / size;
  const products = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += data[a * size + i]! * data[b * size + i]!;
      products[a * count + b] = sum;
      products[b * count + a] = sum;
    }
  }
  return products;
}

/** Sums over the images of the products of each two values. */
function valueProducts(data: Float32Array, size: number): Float64Array {
  const products = new Float64Array(size * size);
  for (let start = 0; start < data.length; start += size) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) products[i * size + j]! += data[start + i]! * data[start + j]!;
    }
  }
  return products;
}

function combine(data: Float32Array, size: number, weights: Float64Array, factor: number): Float64Array {
  const sum = new Float64Array(size);
  weights.forEach((weight, a) => {
    for (let i = 0; i < size; i++) sum[i]! += weight * factor * data[a * size + i]!;
  });
  return sum;
}
