/** @file What several architectures are built of. */

import type { SymbolicTensor } from '../layers/layer.ts';

/**
 * The border of zeros before a convolution of stride 2 without padding, as Keras' `correct_pad`: even extents get one row
 * and column less at the top and left.
 */
export function borderForStride2(
  { shape }: SymbolicTensor,
  kernelSize: number,
): [rows: [number, number], columns: [number, number]] {
  const [rows, columns] = shape.slice(1, 3) as [number, number];
  const after = Math.floor(kernelSize / 2);
  const sides = (extent: number): [number, number] => [after - (1 - (extent % 2)), after];
  return [sides(rows), sides(columns)];
}

/** `channels` as a multiple of 8, at least 8, and not less than nine tenths of it. */
export function multipleOf8(channels: number): number {
  const rounded = Math.max(8, Math.floor(Math.trunc(channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/** The number of channels of a tensor of images. */
export function channelsOf({ shape }: SymbolicTensor): number {
  return shape.at(-1)!;
}
