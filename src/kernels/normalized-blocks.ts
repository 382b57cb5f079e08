/** @file What is normalized: blocks of a sample's numbers. */

import type { VectorTarget } from './ir.ts';

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

export function kernelName(what: string, { rows, pixels, groups, width }: Blocks): string {
  return `${what}_${rows}x${pixels}x${groups}x${width}`;
}
