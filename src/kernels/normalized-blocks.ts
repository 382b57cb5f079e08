/** @file What is normalized: blocks of a sample's numbers. */

import type { KernelBuilder } from './builder.ts';
import type { Ptr, VectorTarget } from './ir.ts';
import { bytesOf, nest, sampleLevel } from './nest.ts';

/**
 * A sample as [rows, pixels, groups, width]. A block has the numbers of a row and a group: `width` floats of each of its
 * pixels. Parameters are [groups, width].
 */
export interface Blocks {
  readonly rows: number;
  readonly pixels: number;
  readonly groups: number;
  readonly width: number;
}

export interface BlockNormalization {
  readonly blocks: Blocks;
  /** Added to the variance. */
  readonly epsilon: number;
  /** False: the numbers are only divided, by the root of the mean of their squares. */
  readonly centered: boolean;
}

export type NormalizationOptions = BlockNormalization & { readonly target: VectorTarget };

/** `rows_normalization_1x1x1x96`; `_rms` where numbers are only divided. */
export function kernelName(
  what: string,
  { blocks: { rows, pixels, groups, width }, centered }: BlockNormalization,
): string {
  return `${what}_${rows}x${pixels}x${groups}x${width}${centered ? '' : '_rms'}`;
}

/** Calls `body` with pointers to the pixels of each row of each sample. */
export function forRows(
  k: KernelBuilder,
  { rows, pixels, groups, width }: Blocks,
  maps: readonly Ptr[],
  body: (maps: readonly Ptr[]) => void,
): void {
  const row = pixels * groups * width;
  const strides = (floats: number) => maps.map(() => floats);
  const levels = [
    sampleLevel(k.count('samples'), strides(rows * row)),
    { count: rows, strides: bytesOf(...strides(row)) },
  ];
  nest(k, levels, maps, body);
}
