/**
 * @file Pooling: the maximum or mean of windows over each channel, and their gradients.
 * 'same' windows reach past the map; cells outside do not count (Keras: the mean divides by the valid cells).
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, checkNode, mayRearrange, type Node } from '../graph/node.ts';
import type { KernelLowering, Op, ReferenceTensor } from '../graph/op.ts';
import { averagePoolGradientKernel, maxUnpoolKernel, poolAtKernel, poolKernel } from '../kernels/pool.ts';
import { add, addOp } from './elementwise/add.ts';
import { relu, reluOp } from './elementwise/relu.ts';
import { type PoolAttributes, poolCells, poolShape, type SlidPool, visitWindows } from './pool-geometry.ts';
import { checkWindowFits, type Padding } from './window-geometry.ts';

type GradientAttributes = PoolAttributes & {
  /** Height and width of the pooled map. */
  readonly input: readonly [number, number];
};

/** The attributes of an op on the map that `src` is. */
function onMap(attrs: PoolAttributes, src: Node): GradientAttributes {
  return { ...attrs, input: [src.shape[1]!, src.shape[2]!] };
}

function pooling({ input: _, ...attrs }: GradientAttributes): PoolAttributes {
  return attrs;
}

function inferPool(name: string): (inputs: readonly Shape[], attrs: PoolAttributes) => Shape {
  return ([src], attrs) => {
    if (src!.length !== 4 || !isBatched(src!))
      throw new ShapeError(`${name} expects a batch [null, h, w, c], received ${formatShape(src!)}.`);
    const { rows, columns, c } = poolShape(src!, attrs);
    checkWindowFits(name, formatShape(src!), [rows.length, columns.length]);
    return [src![0]!, rows.length, columns.length, c];
  };
}

/** Place of the first maximum. */
function firstMaximum(values: Float64Array, src: readonly number[]): number {
  let best = 0;
  for (let j = 1; j < src.length; j++) if (values[src[j]!]! > values[src[best]!]!) best = j;
  return best;
}

function definePool(
  name: string,
  kind: 'max' | 'maxIndex' | 'average',
  gradient: Op<PoolAttributes>['gradient'],
  window?: KernelLowering<PoolAttributes>['window'],
): Op<PoolAttributes> {
  return {
    name,
    infer: inferPool(name),
    gradient,
    reference([x]: readonly ReferenceTensor[], attrs, shape) {
      const dst = new Float64Array(sizeOf(shape));
      visitWindows(shape[0]!, poolShape(x!.shape, attrs), (d, src, places) => {
        const best = firstMaximum(x!.data, src);
        if (kind === 'max') dst[d] = x!.data[src[best]!]!;
        else if (kind === 'maxIndex') dst[d] = places[best]!;
        else dst[d] = src.reduce((total, s) => total + x!.data[s]!, 0) / src.length;
      });
      return dst;
    },
    lowering: {
      kind: 'kernel',
      ...(window === undefined ? {} : { window }),
      lower: ({ node, target }) =>
        poolKernel({ kind, shape: poolShape(node.inputs[0]!.shape, node.attrs), target }),
    },
    reads: (node, { cells, axis }) => poolCells(cells, axis, node.inputs[0]!.shape, node.attrs),
  };
}

/** A producer can pool its tile when windows do not overlap and none is cut off by the map's edge. */
function tileWindow(kind: 'value' | 'index'): NonNullable<KernelLowering<PoolAttributes>['window']> {
  return (attrs) => {
    if ('outputSize' in attrs || attrs.padding !== 'valid') return null;
    const [height, width] = attrs.poolSize;
    return height === attrs.strides[0] && width === attrs.strides[1] ? { kind, height, width } : null;
  };
}

/** The place (row · width + column in the window) of each window's first maximum. */
export const maxPool2dIndexOp: Op<PoolAttributes> = definePool(
  'maxPool2dIndex',
  'maxIndex',
  'none',
  tileWindow('index'),
);

export const maxPool2dOp: Op<PoolAttributes> = definePool(
  'maxPool2d',
  'max',
  (node, dy) => {
    const src = node.inputs[0]!;
    const index = apply(maxPool2dIndexOp, [src], node.attrs);
    return [apply(maxUnpool2dOp, [dy, index], onMap(node.attrs, src))];
  },
  tileWindow('value'),
);

export const averagePool2dOp: Op<PoolAttributes> = definePool('averagePool2d', 'average', (node, dy) => [
  apply(averagePool2dGradientOp, [dy], onMap(node.attrs, node.inputs[0]!)),
]);

function inferUnpool([dy]: readonly Shape[], { input }: GradientAttributes): Shape {
  return [dy![0]!, ...input, dy![3]!];
}

/** Gradient of max pooling: each window's dy is added to the cell given by `index`. Inputs: dy, index. */
export const maxUnpool2dOp: Op<GradientAttributes> = {
  name: 'maxUnpool2d',
  infer: inferUnpool,
  gradient: ({ inputs, attrs }, gradient) => [
    apply(pool2dAtOp, [gradient, inputs[1]!], pooling(attrs)),
    null,
  ],
  reference([dy, index], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitWindows(shape[0]!, poolShape(shape, attrs), (d, src, places) => {
      dst[src[places.indexOf(index!.data[d]!)]!]! += dy!.data[d]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => maxUnpoolKernel({ shape: poolShape(node.shape, node.attrs), target }),
  },
};

/** The number at each window's place that `index` gives. Inputs: src, index. */
export const pool2dAtOp: Op<PoolAttributes> = {
  name: 'pool2dAt',
  infer: inferPool('pool2dAt'),
  gradient: ({ inputs, attrs }, dy) => [
    apply(maxUnpool2dOp, [dy, inputs[1]!], onMap(attrs, inputs[0]!)),
    null,
  ],
  reference([x, index], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitWindows(shape[0]!, poolShape(x!.shape, attrs), (d, src, places) => {
      dst[d] = x!.data[src[places.indexOf(index!.data[d]!)]!]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) =>
      poolAtKernel({ shape: poolShape(node.inputs[0]!.shape, node.attrs), target }),
  },
};

/** Gradient of average pooling: each window's dy is shared by its valid cells. */
export const averagePool2dGradientOp: Op<GradientAttributes> = {
  name: 'averagePool2dGradient',
  infer: inferUnpool,
  gradient: (node, gradient) => [apply(averagePool2dOp, [gradient], pooling(node.attrs))],
  reference([dy], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitWindows(shape[0]!, poolShape(shape, attrs), (d, src) => {
      for (const s of src) dst[s]! += dy!.data[d]! / src.length;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) =>
      averagePoolGradientKernel({ shape: poolShape(node.shape, node.attrs), target }),
  },
};

export interface PoolOptions {
  readonly poolSize: readonly [number, number];
  /** The pool size when left out. */
  readonly strides?: readonly [number, number];
  readonly padding?: Padding;
}

/** Windows of more cells are pooled along rows first: a kernel has a load for each cell of its window. */
const MOST_CELLS = 32;

/**
 * The poolings, one after another, that give what `options` ask for. Columns go before rows, so that the first maximum
 * of a window is the same.
 */
function steps({ poolSize, strides = poolSize, padding = 'valid' }: PoolOptions): SlidPool[] {
  const [height, width] = poolSize;
  if (height === 1 || width === 1 || height * width <= MOST_CELLS) return [{ poolSize, strides, padding }];
  return [
    { poolSize: [1, width], strides: [1, strides[1]], padding },
    { poolSize: [height, 1], strides: [strides[0], 1], padding },
  ];
}

/**
 * Maxima of the windows of `x` [n, h, w, c]; the first maximum of a window takes its gradient. Throws ShapeError when no
 * window fits.
 *
 * When `x` is the result of a bias or ReLU, these move after the pooling. Both are monotone, so the numbers are the
 * same, and they and their gradients then work on the smaller map.
 */
export function maxPool2d(x: Node, options: PoolOptions): Node {
  if (mayRearrange() && x.op === reluOp) return relu(maxPool2d(x.inputs[0]!, options));
  if (mayRearrange() && x.op === addOp && isPerChannel(x.inputs[1]!))
    return add(maxPool2d(x.inputs[0]!, options), x.inputs[1]!);
  return steps(options).reduce((maps: Node, step) => apply(maxPool2dOp, [maps], step), x);
}

/** One number per channel, or one in all: the same for every pixel of a window. */
function isPerChannel(value: Node): boolean {
  return !isBatched(value.shape) && value.shape.slice(0, -1).every((dim) => dim === 1);
}

/** Means of the windows of `x` [n, h, w, c] over their cells inside the map. Throws ShapeError when no window fits. */
export function averagePool2d(x: Node, options: PoolOptions): Node {
  return steps(options).reduce((maps: Node, step) => apply(averagePool2dOp, [maps], step), x);
}

/** As Keras does, rows first: so the gradient of equal maxima goes to the same one. */
function adaptivePool(
  op: Op<PoolAttributes>,
  x: Node,
  { outputSize: [oh, ow] }: { readonly outputSize: readonly [number, number] },
): Node {
  checkNode(op.name, x);
  const shortened = x.shape[1] === oh ? x : apply(op, [x], { outputSize: [oh, x.shape[2]!] });
  return x.shape[2] === ow ? shortened : apply(op, [shortened], { outputSize: [oh, ow] });
}

/** `x` [n, h, w, c] as [n, ...outputSize, c]: maxima of windows that cover the map. */
export function adaptiveMaxPool2d(
  x: Node,
  options: { readonly outputSize: readonly [number, number] },
): Node {
  return adaptivePool(maxPool2dOp, x, options);
}

/** `x` [n, h, w, c] as [n, ...outputSize, c]: means of windows that cover the map. */
export function adaptiveAveragePool2d(
  x: Node,
  options: { readonly outputSize: readonly [number, number] },
): Node {
  return adaptivePool(averagePool2dOp, x, options);
}
