/** @file Cases of ops that pool to a size, repeat and resample. */

import { enlargingSpans, type KerasInterpolation } from '../../src/base/resize-spans.ts';
import type { Shape } from '../../src/base/shape.ts';
import { apply, type Node } from '../../src/graph/node.ts';
import * as ops from '../../src/ops/index.ts';
import { maxPool2dIndexOp, pool2dAtOp } from '../../src/ops/pool2d.ts';
import { resample2d } from '../../src/ops/resample2d.ts';
import { resizeBilinear } from '../../src/ops/resize-bilinear.ts';
import type { OpCase } from './op-cases.ts';

const adaptive: OpCase[] = (
  [
    [
      [8, 6, 3],
      [4, 2],
    ],
    [
      [5, 7, 18],
      [3, 4],
    ],
    [
      [4, 3, 2],
      [1, 1],
    ],
    [
      [3, 5, 4],
      [3, 2],
    ],
    [
      [2, 3, 1],
      [5, 4],
    ],
  ] as [number[], [number, number]][]
).flatMap(([src, outputSize]) =>
  [ops.adaptiveAveragePool2d, ops.adaptiveMaxPool2d].map((pool) => ({
    name: `${pool.name} ${src.join('x')} to ${outputSize.join('x')}`,
    inputs: [[null, ...src]],
    build: (x: Node) => pool(x, { outputSize }),
  })),
);

const repeated: OpCase[] = (
  [
    [[null, 3, 4], 2, -1],
    [[null, 3, 2, 5], 3, 1],
    [[4, 3], 2, 0],
    [[null, 5], 1, 1],
    [[null, 2, 19], 17, 1],
  ] as [Shape, number, number][]
).map(([shape, times, axis]) => ({
  name: `repeat ${JSON.stringify(shape)} ${times} times along ${axis}`,
  inputs: [shape],
  build: (x) => ops.repeat(ops.square(x), times, axis),
}));

const resampled: OpCase[] = (
  [
    [[5, 4, 3], [2, 2], 'bilinear'],
    [[1, 19, 18], [1, 3], 'bilinear'],
    [[3, 2, 1], [4, 2], 'bilinear'],
    [[6, 5, 2], [2, 3], 'bicubic'],
    [[15, 3, 2], [2, 1], 'lanczos5'],
  ] as [number[], [number, number], KerasInterpolation][]
).map(([src, factors, interpolation]) => ({
  name: `resample2d ${src.join('x')} times ${factors.join('x')} ${interpolation}`,
  inputs: [[null, ...src]],
  build: (x) =>
    resample2d(x, {
      rows: enlargingSpans(src[0]!, factors[0], interpolation),
      columns: enlargingSpans(src[1]!, factors[1], interpolation),
    }),
}));

const stretched: OpCase[] = (
  [
    [[5, 4, 3], 7, 9],
    [[6, 7, 2], 3, 5],
    [[4, 5, 1], 4, 2],
  ] as [number[], number, number][]
).map(([src, oh, ow]) => ({
  name: `resizeBilinear ${src.join('x')} to ${oh}x${ow}`,
  inputs: [[null, ...src]],
  build: (x) => resizeBilinear(x, oh, ow),
}));

/** Spans that are not those of an interpolation. */
const unevenly: OpCase = {
  name: 'resample2d of uneven spans',
  inputs: [[null, 4, 3, 5]],
  build: (x) =>
    resample2d(x, {
      rows: [
        { first: 1, weights: [0.5, 0, 2] },
        { first: 3, weights: [1] },
      ],
      columns: [0, 1, 2].map((first) => ({ first, weights: [1] })),
    }),
};

/** Numbers of one map at the places of the maxima of another. */
const picked: OpCase[] = [
  { poolSize: [2, 3], strides: [2, 3], padding: 'valid' } as const,
  { poolSize: [3, 2], strides: [2, 1], padding: 'same' } as const,
].map((attrs) => ({
  name: `pool2dAt ${JSON.stringify(attrs)}`,
  inputs: [
    [null, 5, 6, 5],
    [null, 5, 6, 5],
  ],
  build: (x, y) => apply(pool2dAtOp, [x, apply(maxPool2dIndexOp, [y], attrs)], attrs),
}));

export const shapeOpCases: readonly OpCase[] = [
  ...adaptive,
  ...repeated,
  ...resampled,
  ...stretched,
  unevenly,
  ...picked,
];
