/** @file Cases of the normalization of blocks: layer, group and RMS normalization, and blocks of odd extents. */

import type { Shape } from '../../src/base/shape.ts';
import { type Blocks, normalizeBlocks } from '../../src/ops/block-normalization.ts';
import type { OpCase } from './op-cases.ts';

const shapes: readonly [Shape, Blocks][] = [
  [[null, 5], { rows: 1, pixels: 1, groups: 1, width: 5 }],
  [[null, 2, 3, 17], { rows: 6, pixels: 1, groups: 1, width: 17 }],
  [[null, 3, 2, 32], { rows: 6, pixels: 1, groups: 1, width: 32 }],
  [[null, 2, 3, 4], { rows: 1, pixels: 1, groups: 1, width: 24 }],
  [[null, 3, 2, 6], { rows: 1, pixels: 6, groups: 3, width: 2 }],
  [[null, 2, 2, 36], { rows: 1, pixels: 4, groups: 2, width: 18 }],
  [[null, 4, 3], { rows: 1, pixels: 4, groups: 3, width: 1 }],
  [[null, 2, 3, 2, 4], { rows: 2, pixels: 3, groups: 2, width: 4 }],
];

export const blockNormalizationCases: readonly OpCase[] = shapes.flatMap(([shape, blocks]) =>
  [true, false].flatMap((centered) => {
    const parameter = [blocks.groups, blocks.width];
    const options = { blocks, epsilon: 0.1, centered };
    const name = `normalizeBlocks ${JSON.stringify([shape, blocks, centered])}`;
    return [
      { name, inputs: [shape], build: (x) => normalizeBlocks(x, options) },
      {
        name: `${name} with gamma`,
        inputs: [shape, parameter],
        build: (x, gamma) => normalizeBlocks(x, { ...options, gamma }),
      },
      {
        name: `${name} with gamma and beta`,
        inputs: [shape, parameter, parameter],
        build: (x, gamma, beta) => normalizeBlocks(x, { ...options, gamma, beta }),
      },
    ] satisfies OpCase[];
  }),
);
