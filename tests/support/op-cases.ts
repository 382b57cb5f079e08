/** @file Every op in the shapes that matter: the list behind the registry tests. A new op adds its cases here. */

import { gradients } from '../../src/autodiff/gradients.ts';
import { type Shape, sampleSize } from '../../src/base/shape.ts';
import type { Node } from '../../src/graph/node.ts';
import type { ConvOptions } from '../../src/ops/conv2d.ts';
import type { TransposeOptions } from '../../src/ops/conv2d-transpose.ts';
import * as ops from '../../src/ops/index.ts';
import { matmulTransposed } from '../../src/ops/matmul.ts';
import type { PoolOptions } from '../../src/ops/pool2d.ts';
import { blockNormalizationCases } from './block-normalization-cases.ts';
import { shapeOpCases } from './shape-op-cases.ts';

/** An op (or a small composition) on inputs of given shapes. Batched inputs are fed, whole ones are weights. */
export interface OpCase {
  readonly name: string;
  readonly inputs: readonly Shape[];
  /** Range of the inputs' numbers; about zero when left out. */
  readonly range?: readonly [number, number];
  /** Indices of inputs that are fed as bytes: whole numbers from 0 to 255. */
  readonly bytes?: readonly number[];
  build(...inputs: Node[]): Node;
  /** True when the function has no gradient or jumps, so that finite differences are useless. */
  readonly gradient?: false;
  /** True for cases with too many numbers for the interpreter. Smaller cases take the same paths with small caches. */
  readonly large?: true;
}

type Unary = (x: Node) => Node;
type Binary = (a: Node, b: Node) => Node;

const unary = (name: string, build: Unary, range?: readonly [number, number], gradient?: false): OpCase[] =>
  [[null, 5], [null, 3, 4, 2], [7]].map((shape) => ({
    name: `${name} ${JSON.stringify(shape)}`,
    inputs: [shape],
    build,
    ...(range ? { range } : {}),
    ...(gradient === false ? { gradient } : {}),
  }));

const binary = (name: string, build: Binary, range?: readonly [number, number], gradient?: false): OpCase[] =>
  (
    [
      [
        [null, 6],
        [null, 6],
      ],
      [[null, 3, 2, 5], [5]],
      [
        [null, 3, 5],
        [null, 3, 1],
      ],
      [[null, 4], []],
      [
        [3, 4],
        [3, 4],
      ],
      [[3, 4], [4]],
      [
        [null, 2, 3],
        [2, 1],
      ],
    ] as Shape[][]
  ).map((inputs) => ({
    name: `${name} ${JSON.stringify(inputs)}`,
    inputs,
    build,
    ...(range ? { range } : {}),
    ...(gradient === false ? { gradient } : {}),
  }));

const convolution = (
  src: readonly number[],
  weights: readonly number[],
  options: ConvOptions = {},
): OpCase => ({
  name: `conv2d ${src.join('x')} ${weights.join('x')} ${JSON.stringify(options)}`,
  inputs: [[null, ...src], weights],
  build: (x, w) => ops.conv2d(x, w, options),
});

const pooling = (
  kind: 'maxPool2d' | 'averagePool2d',
  src: readonly number[],
  options: PoolOptions,
): OpCase => ({
  name: `${kind} ${src.join('x')} ${JSON.stringify(options)}`,
  inputs: [[null, ...src]],
  build: (x) => (kind === 'maxPool2d' ? ops.maxPool2d(x, options) : ops.averagePool2d(x, options)),
});

const convolutions: OpCase[] = [
  convolution([6, 7, 1], [3, 3, 1, 4]),
  convolution([6, 7, 3], [3, 3, 3, 5]),
  convolution([5, 5, 8], [3, 3, 8, 16]),
  convolution([3, 3, 5], [3, 3, 5, 7]),
  convolution([1, 1, 6], [1, 1, 6, 9]),
  convolution([4, 6, 4], [1, 1, 4, 3]),
  convolution([9, 9, 2], [3, 3, 2, 6], { strides: [2, 2] }),
  convolution([9, 8, 3], [3, 2, 3, 4], { strides: [2, 3] }),
  // Few channels and large strides: gradients by blocks, with gaps between windows, with cut blocks, with many taps.
  convolution([12, 11, 2], [2, 3, 2, 6], { strides: [3, 4] }),
  convolution([8, 45, 3], [3, 5, 3, 9], { strides: [3, 2] }),
  convolution([17, 18, 3], [7, 7, 3, 8], { strides: [2, 2] }),
  convolution([5, 10, 1], [1, 4, 1, 3], { strides: [1, 3] }),
  convolution([7, 7, 3], [3, 3, 3, 4], { padding: 'same' }),
  convolution([8, 7, 3], [3, 3, 3, 4], { padding: 'same', strides: [2, 2] }),
  convolution([8, 8, 2], [2, 2, 2, 3], { padding: 'same' }),
  convolution([9, 9, 3], [3, 3, 3, 5], { dilation: [2, 2] }),
  convolution([9, 10, 2], [2, 3, 2, 5], { dilation: [1, 3], padding: 'same' }),
  convolution([11, 11, 1], [5, 5, 1, 6]),
  convolution([8, 13, 4], [3, 3, 4, 20]),
  convolution([6, 6, 4], [1, 1, 4, 8], { strides: [2, 2] }),
  convolution([13, 5, 17], [3, 3, 17, 13]),
  // Weights that overflow the caches; maps that are walked in strips.
  convolution([1, 2, 1400], [1, 1, 1400, 34]),
  convolution([2, 2, 700], [2, 1, 700, 34]),
  convolution([39, 38, 2], [2, 2, 2, 5]),
  convolution([38, 37, 1], [1, 1, 1, 5]),
  // Operands that are copied because they are read often: weights in panels, whole or in parts of their depth; blocks
  // of input channels and columns of dy, over several strips, with strides, dilation, smaller last tiles, and a map of
  // one row.
  { ...convolution([6, 6, 420], [1, 1, 420, 160]), large: true },
  { ...convolution([6, 6, 2048], [1, 1, 2048, 34]), large: true },
  convolution([6, 6, 230], [1, 1, 230, 34]),
  convolution([39, 20, 17], [2, 2, 17, 9]),
  convolution([10, 11, 20], [3, 3, 20, 36], { dilation: [2, 2] }),
  convolution([15, 12, 18], [2, 3, 18, 20], { strides: [2, 2] }),
  convolution([11, 12, 33], [1, 1, 33, 40], { strides: [2, 2] }),
  convolution([1, 160, 17], [1, 3, 17, 20]),
  convolution([2, 30, 3], [2, 1, 3, 70]),
  // By Winograd's algorithm: even and odd results, borders, channels that fill no vector.
  convolution([8, 7, 16], [3, 3, 16, 16]),
  convolution([5, 6, 17], [3, 3, 17, 19], { padding: 'same' }),
  convolution([7, 12, 16], [3, 3, 16, 35], { padding: 'same' }),
];

const depthwise: OpCase[] = (
  [
    [[6, 7, 5], [3, 3, 5, 1], {}],
    [[13, 21, 19], [3, 3, 19, 1], { padding: 'same' }],
    [[5, 6, 35], [3, 3, 35, 1], { padding: 'same' }],
    [[8, 9, 16], [3, 3, 16, 1], { padding: 'same', strides: [2, 2] }],
    [[9, 8, 3], [3, 2, 3, 1], { strides: [2, 3] }],
    [[7, 8, 6], [2, 2, 6, 1], { padding: 'same', strides: [3, 3] }],
    [[7, 9, 4], [1, 1, 4, 1], { strides: [2, 2] }],
    [[9, 10, 9], [3, 3, 9, 1], { padding: 'same', dilation: [2, 2] }],
    [[11, 9, 4], [3, 2, 4, 1], { dilation: [2, 3] }],
    [[12, 11, 10], [5, 5, 10, 1], { padding: 'same' }],
    [[9, 16, 20], [7, 7, 20, 1], { padding: 'same', strides: [2, 2] }],
    [[3, 2, 7], [5, 5, 7, 1], { padding: 'same' }],
    [[1, 1, 1], [1, 1, 1, 1], {}],
    [[4, 25, 1], [1, 3, 1, 1], { padding: 'same' }],
    [[6, 5, 3], [3, 3, 3, 2], { padding: 'same' }],
    [[7, 7, 4], [3, 3, 4, 3], { strides: [2, 2] }],
  ] as [readonly number[], readonly number[], ConvOptions][]
).map(([src, weights, options]) => ({
  name: `depthwiseConv2d ${src.join('x')} ${weights.join('x')} ${JSON.stringify(options)}`,
  inputs: [[null, ...src], weights],
  build: (x: Node, w: Node) => ops.depthwiseConv2d(x, w, options),
}));

const transposed: OpCase[] = (
  [
    [[4, 5, 3], [3, 3, 5, 3], {}],
    [[4, 3, 5], [2, 2, 4, 5], { strides: [2, 2] }],
    [[5, 4, 9], [3, 3, 20, 9], { strides: [2, 2], padding: 'same' }],
    [[3, 4, 2], [4, 5, 3, 2], { strides: [2, 3], padding: 'same', outputPadding: [1, 0] }],
    [[3, 3, 2], [3, 2, 3, 2], { strides: [3, 3], outputPadding: [2, 0] }],
    [[4, 4, 2], [2, 1, 3, 2], { strides: [3, 2], padding: 'same' }],
    [[5, 4, 3], [3, 3, 2, 3], { dilation: [2, 3], padding: 'same' }],
    [[3, 3, 2], [2, 2, 2, 2], { strides: [2, 2], padding: 'same', outputPadding: [0, 0] }],
    [[1, 1, 7], [1, 1, 3, 7], {}],
  ] as [readonly number[], readonly number[], TransposeOptions][]
).map(([src, weights, options]) => ({
  name: `conv2dTranspose ${src.join('x')} ${weights.join('x')} ${JSON.stringify(options)}`,
  inputs: [[null, ...src], weights],
  build: (x: Node, w: Node) => ops.conv2dTranspose(x, w, options),
}));

const grouped: OpCase[] = (
  [
    [[6, 7, 6], [3, 3, 3, 4], { groups: 2, padding: 'same' }],
    [[5, 6, 12], [2, 3, 4, 27], { groups: 3, strides: [2, 1] }],
    [[5, 5, 5], [3, 3, 1, 10], { groups: 5, dilation: [2, 1], padding: 'same' }],
    [[4, 4, 9], [3, 3, 1, 9], { groups: 9 }],
  ] as const
).map(([src, weights, options]) => ({
  name: `groupedConv2d ${src.join('x')} ${weights.join('x')} ${JSON.stringify(options)}`,
  inputs: [[null, ...src], weights],
  build: (x: Node, w: Node) => ops.groupedConv2d(x, w, options),
}));

/** Functions of the gradients of a function, as a loss with a price on gradients has them. */
const gradientsOfGradients: OpCase[] = (
  [
    [
      'conv2d',
      [
        [null, 5, 6, 3],
        [3, 2, 3, 4],
      ],
      (x, w) => ops.conv2d(x, w, { strides: [2, 1], padding: 'same' }),
    ],
    [
      'dilated conv2d',
      [
        [null, 6, 5, 2],
        [2, 2, 2, 3],
      ],
      (x, w) => ops.conv2d(x, w, { dilation: [2, 3] }),
    ],
    [
      'conv2dTranspose',
      [
        [null, 3, 4, 3],
        [3, 2, 4, 3],
      ],
      (x, w) => ops.conv2dTranspose(x, w, { strides: [2, 1], padding: 'same' }),
    ],
    [
      'depthwiseConv2d',
      [
        [null, 5, 4, 3],
        [3, 3, 3, 2],
      ],
      (x, w) => ops.depthwiseConv2d(x, w, { strides: [2, 1], padding: 'same' }),
    ],
    [
      'matmul',
      [
        [null, 4],
        [4, 3],
      ],
      ops.matmul,
    ],
  ] as [string, Shape[], Binary][]
).map(([name, inputs, build]) => ({
  name: `gradients of ${name}`,
  inputs,
  range: [-1, 1],
  build: (x, w) => {
    const [dx, dw] = gradients(ops.sum(ops.square(build(x, w))), [x, w]) as [Node, Node];
    return ops.mul(ops.square(dx), ops.sum(ops.square(dw)));
  },
}));

const pools: OpCase[] = (['maxPool2d', 'averagePool2d'] as const).flatMap((kind) => [
  pooling(kind, [6, 8, 4], { poolSize: [2, 2] }),
  pooling(kind, [7, 5, 3], { poolSize: [2, 2] }),
  pooling(kind, [7, 7, 5], { poolSize: [3, 3], strides: [2, 2] }),
  pooling(kind, [7, 7, 5], { poolSize: [3, 3], strides: [2, 2], padding: 'same' }),
  pooling(kind, [5, 6, 2], { poolSize: [2, 2], padding: 'same' }),
  pooling(kind, [4, 4, 6], { poolSize: [3, 2], strides: [1, 1], padding: 'same' }),
  pooling(kind, [9, 9, 1], { poolSize: [2, 3], strides: [3, 4] }),
  pooling(kind, [1, 1, 9], { poolSize: [1, 1] }),
  pooling(kind, [2, 2, 3], { poolSize: [3, 3], padding: 'same' }),
  pooling(kind, [9, 8, 3], { poolSize: [6, 7], strides: [2, 1], padding: 'same' }),
]);

/** A convolution followed by everything that may fuse with it. */
const fused: OpCase[] = [
  { src: [10, 9, 3], weights: [3, 3, 3, 7], pool: [2, 2] as const },
  { src: [8, 8, 4], weights: [3, 3, 4, 8], pool: [2, 3] as const },
  { src: [9, 9, 2], weights: [2, 2, 2, 5], pool: [3, 3] as const },
  { src: [6, 6, 1], weights: [3, 3, 1, 16], pool: [4, 1] as const },
  { src: [5, 4, 3], weights: [1, 1, 3, 6], pool: [2, 2] as const },
  // With panels; and deep, with windows of one cell and their index.
  { src: [11, 10, 9], weights: [3, 3, 9, 40], pool: [2, 2] as const },
  // By Winograd's algorithm, with a pooling that fits its patches and one that does not.
  { src: [9, 10, 18], weights: [3, 3, 18, 17], pool: [2, 2] as const },
  { src: [8, 8, 16], weights: [3, 3, 16, 18], pool: [2, 3] as const },
  { src: [8, 8, 64], weights: [3, 3, 64, 130], pool: [2, 2] as const, large: true as const },
  { src: [1, 2, 2100], weights: [1, 1, 2100, 34], pool: [1, 1] as const },
].map(({ src, weights, pool, ...size }) => ({
  name: `conv2d+bias+relu+pool ${src.join('x')} ${weights.join('x')} ${pool.join('x')}`,
  inputs: [[null, ...src], weights, [weights[3]!]],
  build: (x: Node, w: Node, b: Node) =>
    ops.maxPool2d(ops.relu(ops.add(ops.conv2d(x, w), b)), { poolSize: pool }),
  ...size,
}));

const chains: OpCase[] = [
  {
    name: 'conv2d+bias+relu6, whose value is read twice',
    inputs: [[null, 6, 5, 3], [3, 3, 3, 20], [20]],
    build: (x, w, b) => {
      const y = ops.add(ops.conv2d(x, w, { padding: 'same' }), b);
      return ops.where(ops.less(y, ops.constant(6)), ops.relu(y), ops.constant(6));
    },
  },
  {
    name: 'depthwiseConv2d+silu',
    inputs: [
      [null, 5, 6, 19],
      [3, 3, 19, 1],
    ],
    build: (x, w) => {
      const y = ops.depthwiseConv2d(x, w, { padding: 'same' });
      return ops.mul(y, ops.sigmoid(y));
    },
  },
  {
    name: 'matmul, whose sum and product with others meet, and are read outside too',
    inputs: [
      [null, 5],
      [5, 9],
    ],
    build: (x, w) => {
      const y = ops.matmul(x, w);
      const [a, b] = [ops.exp(ops.neg(ops.square(y))), ops.tanh(y)];
      return ops.add(ops.mul(a, b), ops.mul(b, ops.sum(a, { axes: [-1], keepDims: true })));
    },
  },
  {
    name: 'depthwiseConv2d of a map in a border',
    inputs: [
      [null, 5, 6, 3],
      [3, 3, 3, 1],
    ],
    build: (x, w) =>
      ops.depthwiseConv2d(ops.pad2d(x, { top: 0, bottom: 3, left: 1, right: 0 }), w, { strides: [2, 2] }),
  },
  {
    name: 'conv2d+bias+sigmoid',
    inputs: [[null, 6, 6, 3], [3, 3, 3, 5], [5]],
    build: (x, w, b) => ops.sigmoid(ops.add(ops.conv2d(x, w), b)),
  },
  {
    name: 'depthwiseConv2d+bias+relu',
    inputs: [[null, 6, 9, 21], [3, 3, 21, 1], [21]],
    build: (x, w, b) => ops.relu(ops.add(ops.depthwiseConv2d(x, w, { padding: 'same' }), b)),
  },
  {
    name: 'depthwiseConv2d+bias+scale+sigmoid, twice as many channels',
    inputs: [[null, 4, 4, 3], [3, 3, 3, 2], [6], []],
    build: (x, w, b, s) => ops.sigmoid(ops.mul(ops.add(ops.depthwiseConv2d(x, w), b), s)),
  },
  {
    name: 'deep conv2d+bias+relu',
    inputs: [[null, 1, 2, 1400], [1, 1, 1400, 70], [70]],
    build: (x, w, b) => ops.relu(ops.add(ops.conv2d(x, w), b)),
  },
  {
    name: 'wide conv2d+bias+relu+pool',
    inputs: [[null, 4, 4, 2], [1, 1, 2, 150], [150]],
    build: (x, w, b) => ops.maxPool2d(ops.relu(ops.add(ops.conv2d(x, w), b)), { poolSize: [2, 2] }),
  },
  {
    name: 'wide dense+bias+relu',
    inputs: [[null, 5], [5, 150], [150]],
    build: (x, w, b) => ops.relu(ops.add(ops.matmul(x, w), b)),
  },
  {
    name: 'dense+bias+tanh',
    inputs: [[null, 9], [9, 13], [13]],
    build: (x, w, b) => ops.tanh(ops.add(ops.matmul(x, w), b)),
  },
  {
    name: 'dense of one unit+bias+tanh',
    inputs: [[null, 41], [41, 1], [1]],
    build: (x, w, b) => ops.tanh(ops.add(ops.matmul(x, w), b)),
  },
  {
    name: 'dense of one unit over rows+scale+bias',
    inputs: [[null, 3, 18], [18, 1], [1], []],
    build: (x, w, b, s) => ops.add(ops.mul(ops.matmul(x, w), s), b),
  },
  {
    name: 'element-wise chain with broadcasts',
    inputs: [[null, 4, 6], [6], [null, 4, 1]],
    build: (x, a, b) =>
      ops.mul(ops.exp(ops.mul(ops.sub(x, a), b)), ops.add(ops.square(x), ops.constant(0.5))),
  },
  {
    name: 'shared input of two branches',
    inputs: [
      [null, 5, 5, 3],
      [3, 3, 3, 4],
      [3, 3, 3, 4],
    ],
    build: (x, v, w) => ops.add(ops.relu(ops.conv2d(x, v)), ops.sigmoid(ops.conv2d(x, w))),
  },
  {
    name: 'batch statistics read back per sample',
    inputs: [[null, 4, 3]],
    build: (x) => ops.sub(x, ops.mean(x, { axes: [0, 1], keepDims: true })),
  },
  {
    name: 'a bordered map normalized by its own statistics',
    inputs: [[null, 3, 4, 5]],
    build: (x) => {
      const bordered = ops.pad2d(ops.square(x), { top: 1, bottom: 0, left: 1, right: 2 });
      return ops.add(bordered, ops.normalize(bordered, { ...ops.batchMoments(bordered), epsilon: 1e-3 }));
    },
  },
  ...[1, 2, 3].map(
    (channels): OpCase => ({
      name: `bordered and cut maps of ${channels} channels, whose pixels fill no vector`,
      inputs: [[null, 9, 26, channels], []],
      build: (x, scale) => {
        const border = { top: 1, bottom: 2, left: 0, right: 3 };
        const bordered = ops.pad2d(ops.mul(ops.add(x, ops.constant(0.5)), scale), border);
        return ops.mul(ops.crop2d(ops.relu(bordered), border), x);
      },
    }),
  ),
  {
    name: 'a map bordered twice',
    inputs: [[null, 3, 2, 5]],
    build: (x) => {
      const border = { top: 1, bottom: 0, left: 1, right: 2 };
      return ops.pad2d(ops.pad2d(ops.square(x), border), border);
    },
  },
  {
    name: 'batch normalisation composed',
    inputs: [[null, 3, 3, 5]],
    build: (x) => {
      const centred = ops.sub(x, ops.mean(x, { axes: [0, 1, 2] }));
      const variance = ops.mean(ops.square(centred), { axes: [0, 1, 2] });
      return ops.div(centred, ops.sqrt(ops.add(variance, ops.constant(1e-3))));
    },
  },
];

/** Values that are read directly and through a view. They must not be fused with their readers. */
const views: OpCase[] = [
  {
    name: 'a value and its stopGradient',
    inputs: [[null, 3, 4]],
    build: (x) => {
      const r = ops.square(x);
      return ops.add(r, ops.stopGradient(r));
    },
    gradient: false,
  },
  {
    name: 'a value and a view back in its shape',
    inputs: [[null, 3, 4]],
    build: (x) => {
      const r = ops.square(x);
      return ops.mul(r, ops.reshape(ops.reshape(r, [null, 12]), [null, 3, 4]));
    },
  },
  {
    name: 'a product of whole values and its stopGradient',
    inputs: [
      [1, 3],
      [3, 5],
    ],
    build: (x, w) => {
      const r = ops.matmul(x, w);
      return ops.add(r, ops.stopGradient(r));
    },
    gradient: false,
  },
  {
    name: 'conv2d, its shape changed, pooled',
    inputs: [
      [null, 8, 8, 2],
      [1, 1, 2, 4],
    ],
    build: (x, w) => ops.maxPool2d(ops.reshape(ops.conv2d(x, w), [null, 16, 4, 4]), { poolSize: [2, 2] }),
  },
];

/** Values joined and cut along each axis, the innermost ones narrower and wider than a vector. */
const joins: OpCase[] = [
  ...(
    [
      [-1, [null, 3, 4, 5], [null, 3, 4, 17], [null, 3, 4, 1]],
      [-1, [null, 7], [null, 2]],
      [1, [null, 2, 3], [null, 5, 3]],
      [2, [null, 3, 1, 6], [null, 3, 4, 6]],
      [0, [2, 5], [1, 5], [4, 5]],
      [1, [3, 4], [3, 9]],
      [-1, ...Array.from({ length: 18 }, (_, i) => [null, 2, i + 1])],
    ] as [number, ...Shape[]][]
  ).map(([axis, ...inputs]) => ({
    name: `concatenate ${JSON.stringify(inputs)} along ${axis}`,
    inputs,
    build: (...values: Node[]) => ops.concatenate(values.map(ops.square), axis),
  })),
  ...(
    [
      [
        [null, 5, 6, 7],
        [0, 1, 2, 3],
        [null, 3, 4, 2],
      ],
      [
        [null, 40],
        [0, 3],
        [null, 33],
      ],
      [
        [null, 3, 5],
        [0, 0, 4],
        [null, 3, 1],
      ],
      [
        [6, 5],
        [2, 0],
        [3, 5],
      ],
      [
        [6, 5],
        [1, 1],
        [null, null],
      ],
    ] as [Shape, number[], Shape][]
  ).map(([shape, start, size]) => ({
    name: `slice ${JSON.stringify([shape, start, size])}`,
    inputs: [shape],
    build: (x: Node) => ops.slice(ops.square(x), start, size),
  })),
  {
    name: 'a value joined with itself and with a part of it',
    inputs: [[null, 3, 6]],
    build: (x) => ops.concatenate([x, x, ops.slice(x, [0, 0, 2], [null, null, 3])]),
  },
];

const reductions: OpCase[] = (
  [
    [[null, 5], [1]],
    [[null, 5], [0]],
    [
      [null, 5],
      [0, 1],
    ],
    [
      [null, 3, 4, 6],
      [1, 2],
    ],
    [
      [null, 3, 4, 6],
      [0, 1, 2],
    ],
    [[null, 3, 4, 6], [3]],
    [
      [null, 3, 4, 6],
      [1, 3],
    ],
    [[null, 3, 4, 6], [2]],
    [
      [null, 3, 4, 6],
      [0, 2],
    ],
    [[null, 37], [1]],
    [[5, 9], [0]],
    [[5, 9], [1]],
    [
      [5, 9],
      [0, 1],
    ],
  ] as [Shape, number[]][]
).flatMap(([shape, axes]) => [
  { name: `sum ${JSON.stringify(shape)} ${axes}`, inputs: [shape], build: (x: Node) => ops.sum(x, { axes }) },
  {
    name: `mean ${JSON.stringify(shape)} ${axes} keepDims`,
    inputs: [shape],
    build: (x: Node) => ops.mean(x, { axes, keepDims: true }),
  },
  ...(shape[0] === null && axes.includes(0)
    ? []
    : [
        {
          name: `max ${JSON.stringify(shape)} ${axes}`,
          inputs: [shape],
          build: (x: Node) => ops.max(x, { axes }),
        },
        {
          name: `min ${JSON.stringify(shape)} ${axes}`,
          inputs: [shape],
          build: (x: Node) => ops.min(x, { axes }),
        },
      ]),
]);

const normalized = (x: Node, gamma: Node, beta: Node) =>
  ops.normalize(x, { ...ops.batchMoments(x), gamma, beta, epsilon: 1e-3 });

const normalizations: OpCase[] = (
  [
    [null, 5],
    [null, 3, 4],
    [null, 4, 3, 2],
    [null, 5, 4, 16],
    [null, 2, 3, 37],
  ] as Shape[]
).flatMap((shape) => {
  const channels = shape.at(-1)!;
  return [
    {
      name: `mean ${JSON.stringify(shape)} of channels`,
      inputs: [shape],
      build: (x: Node) => ops.batchMoments(x).mean,
    },
    {
      name: `variance ${JSON.stringify(shape)} of channels`,
      inputs: [shape],
      build: (x: Node) => ops.batchMoments(x).variance,
    },
    {
      name: `scaleAround ${JSON.stringify(shape)}`,
      inputs: [shape, [channels], [channels], [channels]],
      build: (x: Node, center: Node, scale: Node, offset: Node) =>
        ops.normalize(x, {
          mean: center,
          variance: ops.square(scale),
          gamma: scale,
          beta: offset,
          epsilon: 1,
        }),
    },
    {
      name: `batch normalization ${JSON.stringify(shape)}`,
      inputs: [shape, [channels], [channels]],
      build: normalized,
    },
    {
      name: `batch normalization ${JSON.stringify(shape)} and relu`,
      inputs: [shape, [channels], [channels]],
      build: (x: Node, gamma: Node, beta: Node) => ops.relu(normalized(x, gamma, beta)),
    },
  ];
});

/** Normalized maps as inputs of a convolution, of a second normalization, and of a sum with an earlier value. */
const normalizedNetworks: OpCase[] = [
  {
    name: 'conv2d, batch normalization, relu, conv2d, batch normalization, sum, relu',
    inputs: [[null, 5, 6, 4], [3, 3, 4, 4], [4], [4], [3, 3, 4, 4]],
    build: (x, w, gamma, beta, u) => {
      const h = ops.relu(normalized(ops.conv2d(x, w, { padding: 'same' }), gamma, beta));
      return ops.relu(ops.add(x, normalized(ops.conv2d(h, u, { padding: 'same' }), gamma, beta)));
    },
  },
  {
    name: 'conv2d of many channels, batch normalization, relu, strided conv2d, batch normalization',
    inputs: [[null, 3, 4, 9], [3, 3, 9, 70], [70], [70], [3, 3, 70, 5]],
    build: (x, w, gamma, beta, u) => {
      const h = ops.relu(normalized(ops.conv2d(x, w, { padding: 'same' }), gamma, beta));
      const y = ops.conv2d(h, u, { padding: 'same', strides: [2, 2] });
      return ops.normalize(y, { ...ops.batchMoments(y), epsilon: 1e-1 });
    },
  },
  {
    name: 'a border around a border, its moments and what is inside',
    inputs: [[null, 2, 3, 5]],
    build: (x) => {
      const around = { top: 1, bottom: 0, left: 0, right: 2 };
      const twice = ops.pad2d(ops.pad2d(ops.square(x), around), around);
      const { mean, variance } = ops.batchMoments(twice);
      return ops.mul(ops.crop2d(ops.add(twice, mean), { top: 1, bottom: 1, left: 2, right: 1 }), variance);
    },
  },
  {
    name: 'batch normalization without gamma and beta, twice',
    inputs: [[null, 3, 3, 5]],
    build: (x) => {
      const once = ops.normalize(x, { ...ops.batchMoments(x), epsilon: 1e-3 });
      return ops.mul(ops.normalize(once, { ...ops.batchMoments(once), epsilon: 1e-2 }), x);
    },
  },
];

const whole = (x: Node) => ops.add(ops.floor(x), ops.constant(1));
const roundedRatio: Binary = (a, b) =>
  ops.roundedRatio(ops.minimum(whole(a), whole(b)), whole(b), { scale: 255 });

const FILL_MODES = ['constant', 'nearest', 'reflect', 'wrap'] as const;

/** Coefficients as they are: places far outside, behind the eye, and divided by numbers about zero. */
const samplings: OpCase[] = FILL_MODES.flatMap((fillMode) =>
  (['nearest', 'bilinear'] as const).flatMap((interpolation): OpCase[] => [
    ...[
      [null, 5, 6, 3],
      [null, 6, 4, 1],
      [null, 1, 3, 2],
      [null, 3, 1, 5],
    ].map((shape) => ({
      name: `affineSample ${JSON.stringify(shape)} ${interpolation} ${fillMode}`,
      inputs: [shape, [null, 8]],
      build: (src: Node, transform: Node) =>
        ops.affineSample({ src, transform, interpolation, fillMode, fillValue: 0.75 }),
      gradient: false as const,
    })),
    {
      name: `affineSample without a division ${interpolation} ${fillMode}`,
      inputs: [
        [null, 5, 6, 3],
        [null, 6],
      ],
      build: (src, transform) =>
        ops.affineSample({ src, transform, interpolation, fillMode, fillValue: 0.75 }),
      gradient: false,
    },
    {
      name: `affineSample to another size ${interpolation} ${fillMode}`,
      inputs: [
        [null, 5, 4, 3],
        [null, 8],
      ],
      build: (src, t) => {
        // Powers of two, so that no rounding moves a place across the border between two pixels.
        const scale = [0.25, 0.25, 1, 0.25, 0.25, 1, 2 ** -7, 2 ** -7];
        const transform = ops.mul(t, ops.constant({ values: scale, shape: [8] }));
        return ops.affineSample({ src, transform, interpolation, fillMode, oh: 7, ow: 9 });
      },
      gradient: false,
    },
  ]),
);

const lookups: OpCase[] = (
  [
    [
      [null, 3, 4, 3],
      [3, 7],
    ],
    [
      [null, 5, 5],
      [null, 5, 4],
    ],
    [
      [null, 37, 1],
      [1, 300],
    ],
    [
      [null, 2],
      [null, 2, 1],
    ],
    [
      [null, 3, 40],
      [40, 9],
    ],
  ] as [Shape, Shape][]
).map((inputs) => ({
  name: `lookup ${JSON.stringify(inputs)}`,
  inputs,
  range: [-2, 9],
  build: ops.lookup,
  gradient: false,
}));

const histograms: OpCase[] = (
  [
    [[null, 3, 4, 3], 7],
    [[null, 41], 4],
    [[null, 5, 1], 300],
    [[null, 9, 2], 1],
  ] as [Shape, number][]
).map(([shape, bins]) => ({
  name: `cumulativeHistogram ${JSON.stringify(shape)} in ${bins} bins`,
  inputs: [shape],
  range: [-2, 9],
  build: (x) => ops.cumulativeHistogram(x, { bins }),
  gradient: false,
}));

/** Histogram equalization of a batch, as Keras' layer does it. */
const equalization: OpCase = {
  name: 'equalization',
  inputs: [[null, 6, 5, 3]],
  range: [0, 255],
  build: (x) => {
    const counts = ops.cumulativeHistogram(x, { bins: 256 });
    const first = ops.neg(
      ops.max(ops.neg(ops.where(counts, counts, ops.constant(1e9))), { axes: [1], keepDims: true }),
    );
    const all = ops.max(counts, { axes: [1], keepDims: true });
    const table = ops.roundedRatio(
      ops.maximum(ops.sub(counts, first), ops.constant(0)),
      ops.sub(all, first),
      {
        scale: 255,
      },
    );
    return ops.lookup(x, table);
  },
  gradient: false,
};

const bytesFed = (
  name: string,
  inputs: readonly Shape[],
  build: OpCase['build'],
  bytes: readonly number[] = [0],
): OpCase => ({ name: `bytes ${name}`, inputs, bytes, build, range: [-1, 1], gradient: false });

/** Bytes read by kernels of all kinds: element by element, per channel, repeated, inside of maps, by gathering, as floats. */
const fedBytes: OpCase[] = [
  bytesFed('scaled', [[null, 5, 7, 3]], (x) => ops.sub(ops.mul(x, ops.constant(1 / 127.5)), ops.constant(1))),
  bytesFed(
    'of two feeds',
    [
      [null, 37],
      [null, 37],
    ],
    (a, b) => ops.mul(ops.add(a, b), ops.constant(0.01)),
    [0, 1],
  ),
  bytesFed('of a single number', [[null]], (x) => ops.sqrt(x)),
  bytesFed(
    'repeated',
    [
      [null, 3, 1],
      [null, 3, 5],
    ],
    (x, y) => ops.mul(ops.mul(x, ops.constant(0.01)), y),
  ),
  bytesFed('per channel', [[null, 4, 5, 3], [3], [3]], (x, a, b) => ops.add(ops.mul(x, a), b)),
  bytesFed('of many channels', [[null, 2, 3, 21], [21]], (x, a) => ops.mul(x, a)),
  bytesFed(
    'as a column',
    [
      [null, 2, 3, 4],
      [24, 5],
    ],
    (x, w) => ops.matmul(ops.reshape(x, [null, 24]), w),
  ),
  bytesFed('as another shape', [[null, 2, 3, 4]], (x) => ops.relu(ops.reshape(x, [null, 6, 4]))),
  bytesFed('as they are', [[null, 5, 3]], (x) => ops.reshape(x, [null, 15])),
  bytesFed(
    'in a convolution',
    [
      [null, 6, 7, 3],
      [3, 3, 3, 9],
    ],
    (x, w) => ops.mul(ops.conv2d(x, w, { padding: 'same' }), ops.constant(1 / 255)),
  ),
  bytesFed('in a border', [[null, 3, 5, 3]], (x) =>
    ops.pad2d(ops.mul(x, ops.constant(1 / 255)), { top: 1, bottom: 2, left: 0, right: 3 }),
  ),
  bytesFed('cut out', [[null, 6, 5, 3]], (x) =>
    ops.mul(ops.crop2d(x, { top: 1, bottom: 2, left: 0, right: 3 }), ops.constant(1 / 255)),
  ),
  bytesFed('with their moments', [[null, 4, 3, 5]], (x) =>
    ops.normalize(x, { ...ops.batchMoments(x), epsilon: 1e-3 }),
  ),
  bytesFed(
    'joined with floats',
    [
      [null, 4],
      [null, 3],
    ],
    (x, y) => ops.concatenate([x, y], -1),
  ),
  bytesFed(
    'looked up',
    [
      [null, 3, 5, 3],
      [3, 256],
    ],
    (x, table) => ops.lookup(x, table),
  ),
  ...FILL_MODES.flatMap((fillMode) =>
    [
      [null, 5, 6, 3],
      [null, 7, 3, 1],
    ].map((shape, i) =>
      bytesFed(`sampled ${JSON.stringify(shape)} ${fillMode}`, [shape, [null, 8]], (src, transform) => {
        const interpolation = i === 0 ? 'bilinear' : 'nearest';
        return ops.affineSample({ src, transform, interpolation, fillMode, fillValue: 7 });
      }),
    ),
  ),
  bytesFed(
    'sampled under another shape',
    [
      [null, 60],
      [null, 8],
    ],
    (x, transform) =>
      ops.affineSample({ src: ops.reshape(x, [null, 5, 4, 3]), transform, fillMode: 'reflect' }),
  ),
];

/** All cases. */
export const opCases: readonly OpCase[] = [
  ...unary('relu', ops.relu),
  ...unary('relu6', (x) => ops.relu6(ops.mul(x, ops.constant(4)))),
  ...unary('sigmoid', ops.sigmoid, [-12, 12]),
  ...unary('tanh', ops.tanh, [-6, 6]),
  ...unary('exp', ops.exp, [-20, 20]),
  ...unary('log', ops.log, [0.001, 50]),
  ...unary('log1p', ops.log1p, [-0.9, 50]),
  ...unary('expm1', ops.expm1, [-12, 6]),
  ...unary('softplus', ops.softplus, [-20, 20]),
  ...unary('softsign', ops.softsign, [-9, 9]),
  ...unary('erf', ops.erf, [-3, 3]),
  ...unary('neg', ops.neg),
  ...unary('abs', ops.abs),
  ...unary('sqrt', ops.sqrt, [0.01, 9]),
  ...unary('rsqrt', ops.rsqrt, [0.1, 9]),
  ...unary('square', ops.square),
  ...unary('floor', ops.floor, [-5, 5], false),
  ...unary('ceil', ops.ceil, [-5, 5], false),
  ...unary('round', (x) => ops.round(ops.mul(ops.floor(x), ops.constant(0.5))), [-9, 9], false),
  ...unary('sign', (x) => ops.sign(ops.floor(x)), undefined, false),
  ...unary('logicalNot', (x) => ops.logicalNot(ops.floor(x)), undefined, false),
  ...unary('sin', ops.sin, [-9, 9]),
  ...unary('cos', ops.cos, [-9, 9]),
  ...unary('clip', (x) => ops.clip(x, -1, 0.5)),
  ...[3, -2, 1.5, -0.5, 2.3, -1.7].flatMap((exponent) =>
    unary(`pow ${exponent}`, (x) => ops.pow(x, exponent), [0.3, 3]),
  ),
  ...[2, 5, -3, 0].flatMap((exponent) =>
    unary(
      `pow ${exponent} of both signs`,
      (x) => ops.pow(ops.add(x, ops.sign(x)), exponent),
      undefined,
      false,
    ),
  ),
  ...unary('reshape', (x) =>
    ops.reshape(ops.relu(x), x.shape[0] === null ? [null, 1, sampleSize(x.shape)] : [1, 7]),
  ),
  ...unary('stopGradient', (x) => ops.mul(x, ops.stopGradient(x)), undefined, false),
  ...binary('add', ops.add),
  ...binary('sub', ops.sub),
  ...binary('mul', ops.mul),
  ...binary('div', ops.div, [0.3, 3]),
  ...binary('maximum', ops.maximum),
  ...binary('minimum', ops.minimum),
  ...binary('greater', ops.greater, undefined, false),
  ...binary('greaterEqual', ops.greaterEqual, undefined, false),
  ...binary('less', ops.less, undefined, false),
  ...binary('lessEqual', ops.lessEqual, undefined, false),
  ...binary('equal', (a, b) => ops.equal(ops.floor(a), ops.floor(b)), undefined, false),
  ...binary('notEqual', (a, b) => ops.notEqual(ops.floor(a), ops.floor(b)), undefined, false),
  ...binary('logicalAnd', (a, b) => ops.logicalAnd(ops.floor(a), ops.floor(b)), undefined, false),
  ...binary('logicalOr', (a, b) => ops.logicalOr(ops.floor(a), ops.floor(b)), undefined, false),
  ...binary('where', (a, b) => ops.where(ops.greater(a, b), ops.mul(a, b), ops.square(b))),
  ...reductions,
  ...shapeOpCases,
  ...normalizations,
  ...blockNormalizationCases,
  ...normalizedNetworks,
  ...convolutions,
  ...depthwise,
  ...transposed,
  ...grouped,
  ...gradientsOfGradients,
  ...pools,
  ...fused,
  ...chains,
  ...views,
  ...joins,
  ...fedBytes,
  ...lookups,
  ...histograms,
  equalization,
  ...binary('roundedRatio', roundedRatio, [0, 40], false),
  ...samplings,
  ...(
    [
      [
        [null, 7],
        [7, 5],
      ],
      [
        [null, 3, 6],
        [6, 10],
      ],
      [
        [null, 64],
        [64, 10],
      ],
      [
        [null, 1],
        [1, 1],
      ],
      [
        [null, 5, 2, 3],
        [3, 8],
      ],
      [
        [6, 7],
        [7, 9],
      ],
    ] as Shape[][]
  ).flatMap(([x, weights]) => {
    const [ic, oc] = weights as readonly [number, number];
    const transposed = [
      [...x!.slice(0, -1), oc!],
      [ic!, oc!],
    ];
    return [
      { name: `matmul ${JSON.stringify([x, [ic, oc]])}`, inputs: [x!, [ic!, oc!]], build: ops.matmul },
      {
        name: `matmulTransposed ${JSON.stringify(transposed)}`,
        inputs: transposed,
        build: matmulTransposed,
      },
    ];
  }),
  ...[
    [null, 10],
    [null, 3, 4],
    [null, 1],
    [null, 33],
  ].map((shape) => ({
    name: `softmax ${JSON.stringify(shape)}`,
    inputs: [shape],
    range: [-30, 30] as const,
    build: ops.softmax,
  })),
  ...[
    [null, 10],
    [null, 3, 4],
    [null, 19],
  ].map((shape) => ({
    name: `softmaxCrossEntropy ${JSON.stringify(shape)}`,
    inputs: [shape],
    range: [-20, 20] as const,
    build: (x: Node) => ops.softmaxCrossEntropy(ops.oneHot(ops.argMax(ops.neg(x)), shape.at(-1)!), x),
  })),
  ...[
    [null, 10],
    [null, 3, 7],
    [4, 5],
  ].map((shape) => ({
    name: `argMax ${JSON.stringify(shape)}`,
    inputs: [shape],
    build: ops.argMax,
    gradient: false as const,
  })),
  { name: 'transpose whole', inputs: [[3, 4, 5]], build: (x) => ops.transpose(x, [2, 0, 1]) },
  { name: 'transpose rows', inputs: [[3, 4, 5]], build: (x) => ops.transpose(x, [1, 0, 2]) },
  { name: 'transpose batched', inputs: [[null, 4, 5]], build: (x) => ops.transpose(x, [0, 2, 1]) },
  { name: 'broadcastTo', inputs: [[null, 3, 1]], build: (x) => ops.broadcastTo(x, [null, 3, 6]) },
  { name: 'broadcastTo from whole', inputs: [[4]], build: (x) => ops.broadcastTo(x, [null, 3, 4]) },
  {
    name: 'pad2d',
    inputs: [[null, 3, 4, 5]],
    build: (x) => ops.pad2d(x, { top: 1, bottom: 2, left: 0, right: 3 }),
  },
  {
    name: 'crop2d',
    inputs: [[null, 6, 7, 3]],
    build: (x) => ops.crop2d(x, { top: 1, bottom: 2, left: 0, right: 3 }),
  },
];
