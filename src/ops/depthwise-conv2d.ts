/**
 * @file depthwiseConv2d and its two gradients, in NHWC data: a convolution of every channel by itself.
 *
 * dst[n, oh, ow, c] = Σ src[n, oh·sh + kh·dh - top, ow·sw + kw·dw - left, c] · weights[kh, kw, c], where src is 0
 * outside the map. Source: keras.io/api/layers/convolution_layers/depthwise_convolution2d; gradients by the chain rule.
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, checkNode, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import {
  type DepthwiseShape,
  depthwiseForwardKernel,
  depthwiseInputGradientKernel,
  depthwiseWeightsGradientKernel,
} from '../kernels/depthwise-conv.ts';
import type { Border } from '../kernels/pad.ts';
import type { ConvOptions } from './conv2d.ts';
import { pad2dOp } from './pad2d.ts';
import { repeat } from './repeat.ts';
import { reshape } from './reshape.ts';
import { checkWindowFits, samePadding, windowCells, windowCount, windowExtent } from './window-geometry.ts';

interface DepthwiseAttributes {
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Rows and columns of zeros before and after the map. */
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** The numbers of the axes, from the shapes of the map, the weights and the result. */
function depthwiseShape(
  src: Shape,
  kernel: readonly number[],
  dst: Shape,
  attrs: DepthwiseAttributes,
): DepthwiseShape {
  const axis = (i: 0 | 1) => ({
    input: src[i + 1] as number,
    output: dst[i + 1] as number,
    size: kernel[i]!,
    stride: attrs.strides[i],
    dilation: attrs.dilation[i],
    before: (i === 0 ? attrs.rows : attrs.columns)[0],
  });
  return { rows: axis(0), columns: axis(1), channels: src[3] as number };
}

/** Calls `visit` with the flat indices of every product. */
function visitProducts(
  samples: number,
  { rows, columns, channels }: DepthwiseShape,
  visit: (src: number, weights: number, dst: number) => void,
): void {
  for (let i = 0; i < samples * rows.output * columns.output; i++) {
    const [ow, oh] = [i % columns.output, Math.floor(i / columns.output) % rows.output];
    const sample = Math.floor(i / (rows.output * columns.output));
    for (let tap = 0; tap < rows.size * columns.size; tap++) {
      const y = oh * rows.stride + Math.floor(tap / columns.size) * rows.dilation - rows.before;
      const x = ow * columns.stride + (tap % columns.size) * columns.dilation - columns.before;
      if (y < 0 || y >= rows.input || x < 0 || x >= columns.input) continue;
      const src = ((sample * rows.input + y) * columns.input + x) * channels;
      for (let c = 0; c < channels; c++) visit(src + c, tap * channels + c, i * channels + c);
    }
  }
}

export const depthwiseConv2dOp: Op<DepthwiseAttributes> = {
  name: 'depthwiseConv2d',
  infer([src, weights], { strides, dilation, rows, columns }) {
    const counts = [rows, columns].map(([before, behind], axis) =>
      windowCount(
        src![axis + 1]! + before + behind,
        weights![axis]!,
        strides[axis]!,
        dilation[axis]!,
        'valid',
      ),
    );
    checkWindowFits('depthwiseConv2d', formatShape(src!), counts);
    return [src![0]!, counts[0]!, counts[1]!, src![3]!];
  },
  gradient: ({ inputs: [src, weights], attrs }, dy) => [
    inputGradient(dy, weights!, attrs, src!),
    weightsGradient(src!, dy, attrs, weights!),
  ],
  reference([src, weights], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    const d = depthwiseShape(src!.shape, weights!.shape, shape, attrs);
    visitProducts(shape[0]!, d, (s, w, o) => {
      dst[o]! += src!.data[s]! * weights!.data[w]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    fusible: 'epilogue',
    lower: ({ node, target, epilogue }) => {
      const [src, weights] = node.inputs as [Node, Node];
      const shape = depthwiseShape(src.shape, weights.shape as number[], node.shape, node.attrs);
      return depthwiseForwardKernel({ shape, target, epilogue });
    },
  },
  reads({ inputs, attrs: { strides, dilation, rows, columns } }, { cells, axis }) {
    const extent = windowExtent(inputs[1]!.shape[axis - 1]!, dilation[axis - 1]!);
    return windowCells(cells, {
      extent,
      stride: strides[axis - 1]!,
      before: (axis === 1 ? rows : columns)[0],
    });
  },
};

interface InputGradientAttributes extends DepthwiseAttributes {
  /** Height and width of the convolution's input. */
  readonly input: readonly [number, number];
}

/** Inputs: dy [n, oh, ow, c] and the weights [kh, kw, c]. */
export const depthwiseInputGradientOp: Op<InputGradientAttributes> = {
  name: 'depthwiseConv2dInputGradient',
  infer: ([dy], { input }) => [dy![0]!, ...input, dy![3]!],
  gradient: ({ inputs: [dy, weights], attrs }, gradient) => [
    apply(depthwiseConv2dOp, [gradient, weights!], attrs),
    weightsGradient(gradient, dy!, attrs, weights!),
  ],
  reference([dy, weights], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitProducts(shape[0]!, depthwiseShape(shape, weights!.shape, dy!.shape, attrs), (s, w, o) => {
      dst[s]! += dy!.data[o]! * weights!.data[w]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const [dy, weights] = node.inputs as [Node, Node];
      const shape = depthwiseShape(node.shape, weights.shape as number[], dy.shape, node.attrs);
      return depthwiseInputGradientKernel({ shape, target });
    },
  },
};

interface WeightsGradientAttributes extends DepthwiseAttributes {
  readonly kernel: readonly [number, number];
}

/** Inputs: src [n, ih, iw, c] and dy [n, oh, ow, c]; the result [kh, kw, c] is summed over the batch. */
export const depthwiseWeightsGradientOp: Op<WeightsGradientAttributes> = {
  name: 'depthwiseConv2dWeightsGradient',
  infer: ([src], { kernel }) => [...kernel, src![3]!],
  gradient: ({ inputs: [src, dy], attrs }, gradient) => [
    inputGradient(dy!, gradient, attrs, src!),
    apply(depthwiseConv2dOp, [src!, gradient], attrs),
  ],
  reference([src, dy], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    visitProducts(src!.shape[0]!, depthwiseShape(src!.shape, shape, dy!.shape, attrs), (s, w, o) => {
      dst[w]! += src!.data[s]! * dy!.data[o]!;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    accumulates: () => true,
    lower: ({ node, target }) => {
      const [src, dy] = node.inputs as [Node, Node];
      const shape = depthwiseShape(src.shape, node.attrs.kernel, dy.shape, node.attrs);
      return depthwiseWeightsGradientKernel({ shape, target });
    },
  },
};

function inputGradient(dy: Node, weights: Node, attrs: DepthwiseAttributes, src: Pick<Node, 'shape'>): Node {
  const { strides, dilation, rows, columns } = attrs;
  const input = [src.shape[1]!, src.shape[2]!] as const;
  return apply(depthwiseInputGradientOp, [dy, weights], { strides, dilation, rows, columns, input });
}

function weightsGradient(
  src: Node,
  dy: Node,
  attrs: DepthwiseAttributes,
  weights: Pick<Node, 'shape'>,
): Node {
  const { strides, dilation, rows, columns } = attrs;
  const kernel = [weights.shape[0]!, weights.shape[1]!] as const;
  return apply(depthwiseWeightsGradientOp, [src, dy], { strides, dilation, rows, columns, kernel });
}

function checkShapes(src: Shape, weights: Shape): void {
  const fits = src.length === 4 && isBatched(src) && weights.length === 4 && !isBatched(weights);
  if (fits && src[3] === weights[2]) return;
  throw new ShapeError(
    'depthwiseConv2d: an input [null, h, w, ic], a batch, and weights [kh, kw, ic, multiplier] with the same ic are ' +
      `expected, received ${formatShape(src)} and ${formatShape(weights)}.`,
  );
}

/**
 * Convolution of every channel of `src` [n, ih, iw, ic] by itself, with `weights` [kh, kw, ic, multiplier] →
 * [n, oh, ow, ic · multiplier]: result channel ic · multiplier + m is channel ic with its m-th kernel, as in Keras. 'same'
 * adds zeros so that oh = ceil(ih / sh); the odd row or column goes to the bottom or right. Throws ShapeError when
 * channels differ or the output would have no pixels.
 */
export function depthwiseConv2d(src: Node, weights: Node, options: ConvOptions = {}): Node {
  for (const node of [src, weights]) checkNode('depthwiseConv2d', node);
  checkShapes(src.shape, weights.shape);
  const { strides = [1, 1], padding = 'valid', dilation = [1, 1] } = options;
  const [, ih, iw, ic] = src.shape as readonly [null, number, number, number];
  const [kh, kw, , multiplier] = weights.shape as readonly [number, number, number, number];
  const around = (input: number, size: number, axis: 0 | 1): readonly [number, number] =>
    padding === 'same' ? samePadding(input, size, strides[axis], dilation[axis]) : [0, 0];
  const attrs = { strides, dilation, rows: around(ih, kh, 0), columns: around(iw, kw, 1) };
  const channels = ic * multiplier;
  if (multiplier === 1) return withoutCopiedBorder(src, reshape(weights, [kh, kw, channels]), attrs);
  return apply(depthwiseConv2dOp, [repeat(src, multiplier), reshape(weights, [kh, kw, channels])], attrs);
}

/** The convolution; of a map in a border of zeros, that of the map itself, since the kernels make borders themselves. */
function withoutCopiedBorder(src: Node, weights: Node, attrs: DepthwiseAttributes): Node {
  if (src.op !== pad2dOp) return apply(depthwiseConv2dOp, [src, weights], attrs);
  const { top, bottom, left, right } = src.attrs as Border;
  const rows = [attrs.rows[0] + top, attrs.rows[1] + bottom] as const;
  const columns = [attrs.columns[0] + left, attrs.columns[1] + right] as const;
  return withoutCopiedBorder(src.inputs[0]!, weights, { ...attrs, rows, columns });
}
