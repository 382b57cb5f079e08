/**
 * @file conv2d and its two gradients, in NHWC data and HWIO weights (Keras' convolution: the kernel is not flipped).
 *
 * dst[n, oh, ow, oc] = Σ src[n, oh·sh + kh·dh, ow·sw + kw·dw, ic] · weights[kh, kw, ic, oc]
 * Source: keras.io/api/layers/convolution_layers/convolution2d; gradients by the chain rule on that sum.
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { convForwardKernel } from '../kernels/conv-forward.ts';
import { convInputGradientKernel } from '../kernels/conv-input-gradient.ts';
import type { ConvShape } from '../kernels/conv-shape.ts';
import { convWeightsGradientKernel } from '../kernels/conv-weights-gradient.ts';
import { pad2d } from './pad2d.ts';
import { transpose } from './transpose.ts';
import {
  checkWindowFits,
  type Padding,
  samePadding,
  windowCells,
  windowCount,
  windowExtent,
} from './window-geometry.ts';
import { suitsWinograd, winogradConv2d } from './winograd-conv2d.ts';

interface ConvAttributes {
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
}

type Extents4 = readonly [number, number, number, number];

/** All the numbers of a convolution without padding, from its three shapes. */
function convShape(src: Shape, kernel: readonly number[], dst: Shape, attrs: ConvAttributes): ConvShape {
  const [, ih, iw, ic] = src as unknown as Extents4;
  const [, oh, ow, oc] = dst as unknown as Extents4;
  const [kh, kw] = kernel as readonly [number, number];
  const [sh, sw] = attrs.strides;
  const [dh, dw] = attrs.dilation;
  return { ih, iw, ic, oh, ow, oc, kh, kw, sh, sw, dh, dw };
}

/** Calls `visit` with the flat indices of every product of the convolution. */
function visitProducts(
  n: number,
  c: ConvShape,
  visit: (src: number, weights: number, dst: number) => void,
): void {
  for (let i = 0; i < n; i++) {
    for (let oh = 0; oh < c.oh; oh++) {
      for (let ow = 0; ow < c.ow; ow++) {
        for (let kh = 0; kh < c.kh; kh++) {
          for (let kw = 0; kw < c.kw; kw++) {
            const src = ((i * c.ih + oh * c.sh + kh * c.dh) * c.iw + ow * c.sw + kw * c.dw) * c.ic;
            const weights = (kh * c.kw + kw) * c.ic * c.oc;
            const dst = ((i * c.oh + oh) * c.ow + ow) * c.oc;
            for (let ic = 0; ic < c.ic; ic++) {
              for (let oc = 0; oc < c.oc; oc++) visit(src + ic, weights + ic * c.oc + oc, dst + oc);
            }
          }
        }
      }
    }
  }
}

export const conv2dOp: Op<ConvAttributes> = {
  name: 'conv2d',
  infer([src, weights], { strides, dilation }) {
    if (src!.length !== 4 || !isBatched(src!) || weights!.length !== 4 || src![3] !== weights![2]) {
      throw new ShapeError(
        `conv2d: an input [null, h, w, ic], a batch, and weights [kh, kw, ic, oc] with the same ic are expected, ` +
          `received ${formatShape(src!)} and ${formatShape(weights!)}.`,
      );
    }
    const counts = [0, 1].map((axis) =>
      windowCount(src![axis + 1]!, weights![axis]!, strides[axis]!, dilation[axis]!, 'valid'),
    );
    checkWindowFits('conv2d', formatShape(src!), counts);
    return [src![0]!, counts[0]!, counts[1]!, weights![3]!];
  },
  gradient: ({ inputs: [src, weights], attrs }, dy) => [
    inputGradient(dy, weights!, attrs, src!),
    weightsGradient(src!, dy, attrs, weights!),
  ],
  reference([src, weights], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitProducts(shape[0]!, convShape(src!.shape, weights!.shape, shape, attrs), (s, w, d) => {
      dst[d]! += src!.data[s]! * weights!.data[w]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    fusible: 'epilogue+window',
    lower: ({ node, target, epilogue, window }) => {
      const [src, weights] = node.inputs as [Node, Node];
      const shape = convShape(src.shape, weights.shape as number[], node.shape, node.attrs);
      return convForwardKernel({ shape, target, epilogue, window });
    },
  },
  reads({ inputs, attrs: { strides, dilation } }, { cells, axis }) {
    const extent = windowExtent(inputs[1]!.shape[axis - 1]!, dilation[axis - 1]!);
    return windowCells(cells, { extent, stride: strides[axis - 1]!, before: 0 });
  },
};

interface InputGradientAttributes extends ConvAttributes {
  /** Height and width of the convolution's input. */
  readonly input: readonly [number, number];
}

/** Inputs: dy [n, oh, ow, oc] and the weights with ic and oc swapped, [kh, kw, oc, ic]. */
export const conv2dInputGradientOp: Op<InputGradientAttributes> = {
  name: 'conv2dInputGradient',
  infer: ([dy, weights], { input }) => [dy![0]!, ...input, weights![3]!],
  gradient: ({ inputs: [dy, swapped], attrs }, gradient) => {
    const weights = swapChannels(swapped!);
    const { strides, dilation } = attrs;
    return [
      apply(conv2dOp, [gradient, weights], { strides, dilation }),
      swapChannels(weightsGradient(gradient, dy!, attrs, weights)),
    ];
  },
  reference([dy, weights], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    const c = convShape(shape, weights!.shape, dy!.shape, attrs);
    const block = c.ic * c.oc;
    visitProducts(shape[0]!, c, (s, w, d) => {
      const tap = Math.floor(w / block) * block;
      const ic = Math.floor((w - tap) / c.oc);
      const oc = (w - tap) % c.oc;
      dst[s]! += dy!.data[d]! * weights!.data[tap + oc * c.ic + ic]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const [dy, weights] = node.inputs as [Node, Node];
      const shape = convShape(node.shape, weights.shape as number[], dy.shape, node.attrs);
      return convInputGradientKernel({ shape, target });
    },
  },
  reads({ inputs, attrs: { strides, dilation } }, { cells: { from, to }, axis }) {
    const extent = windowExtent(inputs[1]!.shape[axis - 1]!, dilation[axis - 1]!);
    const stride = strides[axis - 1]!;
    return { from: Math.ceil((from - extent + 1) / stride), to: Math.floor((to - 1) / stride) + 1 };
  },
};

interface WeightsGradientAttributes extends ConvAttributes {
  readonly kernel: readonly [number, number];
}

/** Inputs: src [n, ih, iw, ic] and dy [n, oh, ow, oc]; the result [kh, kw, ic, oc] is summed over the batch. */
export const conv2dWeightsGradientOp: Op<WeightsGradientAttributes> = {
  name: 'conv2dWeightsGradient',
  infer: ([src, dy], { kernel }) => [...kernel, src![3]!, dy![3]!],
  gradient: ({ inputs: [src, dy], attrs }, gradient) => {
    const { strides, dilation } = attrs;
    return [
      inputGradient(dy!, gradient, attrs, src!),
      apply(conv2dOp, [src!, gradient], { strides, dilation }),
    ];
  },
  reference([src, dy], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitProducts(src!.shape[0]!, convShape(src!.shape, shape, dy!.shape, attrs), (s, w, d) => {
      dst[w]! += src!.data[s]! * dy!.data[d]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    accumulates: () => true,
    lower: ({ node, target }) => {
      const [src, dy] = node.inputs as [Node, Node];
      const shape = convShape(src.shape, node.attrs.kernel, dy.shape, node.attrs);
      return convWeightsGradientKernel({ shape, target });
    },
  },
};

/** Weights [kh, kw, ic, oc] as [kh, kw, oc, ic], and the other way round. */
function swapChannels(weights: Node): Node {
  return transpose(weights, [0, 1, 3, 2]);
}

/** The gradient of the input `src` of a convolution with `weights` [kh, kw, ic, oc]. Of `src` only the extents count. */
export function inputGradient(
  dy: Node,
  weights: Node,
  { strides, dilation }: ConvAttributes,
  src: Pick<Node, 'shape'>,
): Node {
  const input = [src.shape[1]!, src.shape[2]!] as const;
  const swapped = swapChannels(weights);
  // Of one pixel to one pixel: a product with the transposed matrix, without sums over neighbours.
  const pointwise = Math.max(weights.shape[0]!, weights.shape[1]!, ...strides) === 1;
  return pointwise
    ? apply(conv2dOp, [dy, swapped], { strides, dilation })
    : apply(conv2dInputGradientOp, [dy, swapped], { strides, dilation, input });
}

/** The gradient of the weights of a convolution. Of `weights` only the shape counts. */
function weightsGradient(
  src: Node,
  dy: Node,
  { strides, dilation }: ConvAttributes,
  weights: Pick<Node, 'shape'>,
): Node {
  const kernel = [weights.shape[0]!, weights.shape[1]!] as const;
  return apply(conv2dWeightsGradientOp, [src, dy], { strides, dilation, kernel });
}

export interface ConvOptions {
  readonly strides?: readonly [number, number];
  readonly padding?: Padding;
  readonly dilation?: readonly [number, number];
}

/**
 * Convolution of `src` [n, ih, iw, ic] with `weights` [kh, kw, ic, oc] → [n, oh, ow, oc].
 * 'same' adds zeros so that oh = ceil(ih / sh); the odd row or column goes to the bottom or right.
 * Throws ShapeError when channels differ or the output would have no pixels.
 */
export function conv2d(src: Node, weights: Node, options: ConvOptions = {}): Node {
  const { strides = [1, 1], padding = 'valid', dilation = [1, 1] } = options;
  if (
    [...strides, ...dilation].every((step) => step === 1) &&
    suitsWinograd(src.shape, weights.shape, padding)
  ) {
    return winogradConv2d(src, weights, padding);
  }
  let padded = src;
  if (padding === 'same' && src.shape.length === 4 && weights.shape.length === 4) {
    const [top, bottom] = samePadding(src.shape[1]!, weights.shape[0]!, strides[0], dilation[0]);
    const [left, right] = samePadding(src.shape[2]!, weights.shape[1]!, strides[1], dilation[1]);
    padded = pad2d(src, { top, bottom, left, right });
  }
  return apply(conv2dOp, [padded, weights], { strides, dilation });
}
