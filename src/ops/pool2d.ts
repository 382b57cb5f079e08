/**
 * @file Pooling: the maximum or mean of sliding windows over each channel, and their gradients.
 * 'same' windows reach past the map; cells outside do not count (Keras: the mean divides by the valid cells).
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { KernelLowering, Op, ReferenceTensor } from '../graph/op.ts';
import { averagePoolGradientKernel, maxUnpoolKernel, type PoolShape, poolKernel } from '../kernels/pool.ts';
import { add, addOp } from './elementwise/add.ts';
import { relu, reluOp } from './elementwise/relu.ts';
import { checkWindowFits, type Padding, samePadding, windowCount } from './window-geometry.ts';

export interface PoolAttributes {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

interface GradientAttributes extends PoolAttributes {
  /** Height and width of the pooled map. */
  readonly input: readonly [number, number];
}

function poolShape(src: Shape, attrs: PoolAttributes): PoolShape {
  const [, ih, iw, c] = src as readonly [null, number, number, number];
  const [[kh, kw], [sh, sw]] = [attrs.poolSize, attrs.strides];
  const same = attrs.padding === 'same';
  return {
    ih,
    iw,
    c,
    oh: windowCount(ih, kh, sh, 1, attrs.padding),
    ow: windowCount(iw, kw, sw, 1, attrs.padding),
    kh,
    kw,
    sh,
    sw,
    top: same ? samePadding(ih, kh, sh, 1)[0] : 0,
    left: same ? samePadding(iw, kw, sw, 1)[0] : 0,
  };
}

function inferPool(name: string): (inputs: readonly Shape[], attrs: PoolAttributes) => Shape {
  return ([src], attrs) => {
    if (src!.length !== 4 || !isBatched(src!))
      throw new ShapeError(`${name} expects a batch [null, h, w, c], received ${formatShape(src!)}.`);
    const shape = poolShape(src!, attrs);
    checkWindowFits(name, formatShape(src!), [shape.oh, shape.ow]);
    return [src![0]!, shape.oh, shape.ow, shape.c];
  };
}

/** Calls `visit` for each window and channel with the source indices of its valid cells and their places in the window. */
function visitWindows(
  n: number,
  p: PoolShape,
  visit: (dst: number, src: number[], places: number[]) => void,
): void {
  for (let i = 0; i < n; i++) {
    for (let oh = 0; oh < p.oh; oh++) {
      for (let ow = 0; ow < p.ow; ow++) {
        for (let c = 0; c < p.c; c++) {
          const src: number[] = [];
          const places: number[] = [];
          for (let kh = 0; kh < p.kh; kh++) {
            for (let kw = 0; kw < p.kw; kw++) {
              const ih = oh * p.sh - p.top + kh;
              const iw = ow * p.sw - p.left + kw;
              if (ih < 0 || iw < 0 || ih >= p.ih || iw >= p.iw) continue;
              src.push(((i * p.ih + ih) * p.iw + iw) * p.c + c);
              places.push(kh * p.kw + kw);
            }
          }
          visit(((i * p.oh + oh) * p.ow + ow) * p.c + c, src, places);
        }
      }
    }
  }
}

/** Place of the first maximum. */
function firstMaximum(values: Float64Array, src: readonly number[]): number {
  let best = 0;
  for (let j = 1; j < src.length; j++) if (values[src[j]!]! > values[src[best]!]!) best = j;
  return best;
}

function definePool<A extends PoolAttributes>(
  name: string,
  kind: 'max' | 'maxIndex' | 'average',
  gradient: Op<A>['gradient'],
  window?: KernelLowering<A>['window'],
): Op<A> {
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
  };
}

/** A producer can pool its tile when windows do not overlap and none is cut off by the map's edge. */
function tileWindow(kind: 'value' | 'index'): NonNullable<KernelLowering<PoolAttributes>['window']> {
  return ({ poolSize, strides, padding }) =>
    padding === 'valid' && poolSize[0] === strides[0] && poolSize[1] === strides[1]
      ? { kind, height: poolSize[0], width: poolSize[1] }
      : null;
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
    return [apply(maxUnpool2dOp, [dy, index], { ...node.attrs, input: [src.shape[1]!, src.shape[2]!] })];
  },
  tileWindow('value'),
);

export const averagePool2dOp: Op<PoolAttributes> = definePool('averagePool2d', 'average', (node, dy) => {
  const [, ih, iw] = node.inputs[0]!.shape as readonly [null, number, number];
  return [apply(averagePool2dGradientOp, [dy], { ...node.attrs, input: [ih, iw] })];
});

function inferUnpool([dy]: readonly Shape[], { input }: GradientAttributes): Shape {
  return [dy![0]!, ...input, dy![3]!];
}

/** Gradient of max pooling: each window's dy is added to the cell given by `index`. Inputs: dy, index. */
export const maxUnpool2dOp: Op<GradientAttributes> = {
  name: 'maxUnpool2d',
  infer: inferUnpool,
  gradient: 'none',
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

/** Gradient of average pooling: each window's dy is shared by its valid cells. */
export const averagePool2dGradientOp: Op<GradientAttributes> = {
  name: 'averagePool2dGradient',
  infer: inferUnpool,
  gradient: 'none',
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

function attributes({ poolSize, strides = poolSize, padding = 'valid' }: PoolOptions): PoolAttributes {
  return { poolSize, strides, padding };
}

/**
 * Maxima of the windows of `x` [n, h, w, c]. Throws ShapeError when no window fits.
 *
 * When `x` is the result of a bias or ReLU, these move after the pooling. Both are monotone, so the numbers are the
 * same, and they and their gradients then work on the smaller map.
 */
export function maxPool2d(x: Node, options: PoolOptions): Node {
  if (x.op === reluOp) return relu(maxPool2d(x.inputs[0]!, options));
  if (x.op === addOp && isPerChannel(x.inputs[1]!))
    return add(maxPool2d(x.inputs[0]!, options), x.inputs[1]!);
  return apply(maxPool2dOp, [x], attributes(options));
}

/** One number per channel, or one in all: the same for every pixel of a window. */
function isPerChannel(value: Node): boolean {
  return !isBatched(value.shape) && value.shape.slice(0, -1).every((dim) => dim === 1);
}

/** Means of the windows of `x` [n, h, w, c] over their cells inside the map. Throws ShapeError when no window fits. */
export function averagePool2d(x: Node, options: PoolOptions): Node {
  return apply(averagePool2dOp, [x], attributes(options));
}
