/**
 * @file Convolution with 3 × 3 weights and strides of 1 by Winograd's algorithm, which needs 16 products where the direct
 * sum takes 36, and its gradients. It reads the weights transformed, as 16 points for each pair of channels.
 *
 * The ops are linear in source and weights, and the adjoint of each is another one of them: the gradient of the source is
 * the convolution of dy with the mirrored weights. Source: Lavin and Gray, arXiv 1509.09308.
 */

import { isBatched, type Shape, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op, ReferenceTensor } from '../graph/op.ts';
import { winogradForwardKernel } from '../kernels/winograd-forward.ts';
import { PATCH_PIXELS, PATCH_RESULTS, POINTS, type WinogradShape } from '../kernels/winograd-patches.ts';
import { winogradWeightsGradientKernel } from '../kernels/winograd-weights-gradient.ts';
import { type Padding, windowCells } from './window-geometry.ts';
import { bothSides, mirrored, transposed, winogradWeights } from './winograd-weights.ts';

/** Aᵀ and Bᵀ of F(2 × 2, 3 × 3). */
const A_TRANSPOSED = [
  [1, 1, 1, 0],
  [0, 1, -1, 1],
];
const B_TRANSPOSED = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, -1, 0, 1],
];

interface WinogradAttributes {
  /** Rows and columns of zeros before the source. */
  readonly before: readonly [number, number];
}

interface ForwardAttributes extends WinogradAttributes {
  /** Height and width of the result. */
  readonly output: readonly [number, number];
}

function winogradShape(
  src: readonly (number | null)[],
  dst: readonly (number | null)[],
  { before }: WinogradAttributes,
): WinogradShape {
  const axis = (i: 0 | 1) => ({ input: src[i + 1]!, output: dst[i + 1]!, before: before[i] });
  return { rows: axis(0), columns: axis(1), ic: src[3]!, oc: dst[3]! };
}

/** Calls `visit` for each patch of each sample, with readers of its 4 × 4 source pixels and 2 × 2 places in the result. */
function visitPatches(
  samples: number,
  { rows, columns, ic, oc }: WinogradShape,
  visit: (
    pixel: (row: number, column: number, channel: number) => number | null,
    result: (row: number, column: number, channel: number) => number | null,
  ) => void,
): void {
  const inside = (value: number, extent: number) => value >= 0 && value < extent;
  for (let n = 0; n < samples; n++) {
    for (let y = 0; y < rows.output; y += PATCH_RESULTS) {
      for (let x = 0; x < columns.output; x += PATCH_RESULTS) {
        const at = (h: number, w: number, high: number, wide: number, channels: number) =>
          inside(h, high) && inside(w, wide) ? ((n * high + h) * wide + w) * channels : null;
        const plus = (place: number | null, channel: number) => (place === null ? null : place + channel);
        visit(
          (row, column, c) =>
            plus(at(y + row - rows.before, x + column - columns.before, rows.input, columns.input, ic), c),
          (row, column, c) => plus(at(y + row, x + column, rows.output, columns.output, oc), c),
        );
      }
    }
  }
}

function read({ data }: ReferenceTensor, place: number | null): number {
  return place === null ? 0 : data[place]!;
}

/** Inputs: src [n, ih, iw, ic] and transformed weights [16, ic, oc] → [n, height, width, oc]. */
export const winogradConv2dOp: Op<ForwardAttributes> = {
  name: 'winogradConv2d',
  infer: ([src, weights], { output }) => [src![0]!, ...output, weights![2]!],
  gradient: (node, dy) => {
    const [src, weights] = node.inputs as [Node, Node];
    return [
      sourceGradient(src, dy, weights, node.attrs),
      apply(winogradWeightsGradientOp, [src, dy], { before: node.attrs.before }),
    ];
  },
  reference([src, weights], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    const w = winogradShape(src!.shape, shape, attrs);
    visitPatches(shape[0]!, w, (pixel, result) => {
      const sums = Array.from({ length: POINTS }, () => new Float64Array(w.oc));
      for (let ic = 0; ic < w.ic; ic++) {
        const points = bothSides(B_TRANSPOSED, (row, column) => read(src!, pixel(row, column, ic))).flat();
        points.forEach((value, point) => {
          for (let oc = 0; oc < w.oc; oc++) {
            sums[point]![oc]! += value * weights!.data[(point * w.ic + ic) * w.oc + oc]!;
          }
        });
      }
      for (let oc = 0; oc < w.oc; oc++) {
        const cells = bothSides(A_TRANSPOSED, (row, column) => sums[PATCH_PIXELS * row + column]![oc]!);
        cells.forEach((line, row) => {
          line.forEach((value, column) => {
            const place = result(row, column, oc);
            if (place !== null) dst[place] = value;
          });
        });
      }
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    fusible: 'epilogue+window',
    windowSize: [2, 2],
    lower: ({ node, target, epilogue, window }) => {
      const shape = winogradShape(node.inputs[0]!.shape, node.shape, node.attrs);
      return winogradForwardKernel({ shape, target, epilogue, window });
    },
  },
  reads: ({ attrs }, { cells, axis }) =>
    windowCells(cells, { extent: 3, stride: 1, before: attrs.before[axis - 1]! }),
};

/** The gradient of `src`, whose convolution with transformed weights has the gradient `dy`. */
function sourceGradient(src: Node, dy: Node, weights: Node, { before }: WinogradAttributes): Node {
  const [top, left] = before;
  return apply(winogradConv2dOp, [dy, mirrored(weights)], {
    before: [2 - top, 2 - left],
    output: [src.shape[1]!, src.shape[2]!],
  });
}

/** Inputs: src [n, ih, iw, ic] and dy [n, oh, ow, oc]; the result [16, ic, oc] is summed over the batch. */
export const winogradWeightsGradientOp: Op<WinogradAttributes> = {
  name: 'winogradWeightsGradient',
  infer: ([src, dy]) => [POINTS, src![3]!, dy![3]!],
  gradient: (node, dweights) => {
    const [src, dy] = node.inputs as [Node, Node];
    return [
      sourceGradient(src, dy, dweights, node.attrs),
      apply(winogradConv2dOp, [src, dweights], {
        before: node.attrs.before,
        output: [dy.shape[1]!, dy.shape[2]!],
      }),
    ];
  },
  reference([src, dy], attrs, shape) {
    const dst = new Float64Array(sizeOf(shape));
    const w = winogradShape(src!.shape, dy!.shape, attrs);
    const spread = transposed(A_TRANSPOSED);
    visitPatches(src!.shape[0]!, w, (pixel, result) => {
      const gradients = Array.from({ length: w.oc }, (_, oc) =>
        bothSides(spread, (row, column) => read(dy!, result(row, column, oc))).flat(),
      );
      for (let ic = 0; ic < w.ic; ic++) {
        const points = bothSides(B_TRANSPOSED, (row, column) => read(src!, pixel(row, column, ic))).flat();
        points.forEach((value, point) => {
          gradients.forEach((gradient, oc) => {
            dst[(point * w.ic + ic) * w.oc + oc]! += value * gradient[point]!;
          });
        });
      }
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    accumulates: () => true,
    lower: ({ node, target }) => {
      const [src, dy] = node.inputs as [Node, Node];
      return winogradWeightsGradientKernel({
        shape: winogradShape(src.shape, dy.shape, node.attrs),
        target,
      });
    },
  },
};

/** Fewer channels, or fewer results along an axis, gain too little; the gradients of more weights take too much memory. */
const [LEAST_CHANNELS, LEAST_RESULTS, MOST_WEIGHTS] = [16, 5, 256 * 256];

/** Rows, and columns, of zeros before the source. */
function zerosBefore(padding: Padding): number {
  return padding === 'same' ? 1 : 0;
}

/** Height and width of the result. */
function outputSize(src: Shape, padding: Padding): readonly [number, number] {
  const lost = 2 - 2 * zerosBefore(padding);
  return [src[1]! - lost, src[2]! - lost];
}

/** True where Winograd's algorithm is faster than the direct sum, for strides of 1 and no dilation. */
export function suitsWinograd(src: Shape, weights: Shape, padding: Padding): boolean {
  if (src.length !== 4 || weights.length !== 4 || !isBatched(src) || src[3] !== weights[2]) return false;
  const [kh, kw, ic, oc] = weights as readonly [number, number, number, number];
  return (
    kh === 3 &&
    kw === 3 &&
    Math.min(ic, oc) >= LEAST_CHANNELS &&
    ic * oc <= MOST_WEIGHTS &&
    Math.min(...outputSize(src, padding)) >= LEAST_RESULTS
  );
}

/** The convolution of `src` [n, ih, iw, ic] with `weights` [3, 3, ic, oc], for strides of 1 and no dilation. */
export function winogradConv2d(src: Node, weights: Node, padding: Padding): Node {
  const before = zerosBefore(padding);
  const output = outputSize(src.shape, padding);
  return apply(winogradConv2dOp, [src, winogradWeights(weights)], {
    before: [before, before],
    output,
  });
}
