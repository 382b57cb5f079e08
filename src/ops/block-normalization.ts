/**
 * @file Blocks of each sample brought to mean 0 and variance 1: what layer normalization (Ba et al. 2016, arXiv 1607.06450),
 * group normalization (Wu & He 2018, arXiv 1803.08494) and RMS normalization (Zhang & Sennrich 2019, arXiv 1910.07467)
 * do. They differ in what a block is.
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op, ReferenceTensor } from '../graph/op.ts';
import {
  normalizeGroupsGradientKernel,
  normalizeGroupsKernel,
  normalizeGroupsScaleGradientKernel,
} from '../kernels/group-normalization.ts';
import type { BlockNormalization, Blocks } from '../kernels/normalized-blocks.ts';
import {
  normalizeRowsGradientKernel,
  normalizeRowsKernel,
  normalizeRowsScaleGradientKernel,
} from '../kernels/row-normalization.ts';
import { add } from './elementwise/add.ts';
import { mul } from './elementwise/mul.ts';
import { rsqrt } from './elementwise/rsqrt.ts';
import { square } from './elementwise/square.ts';
import { sub } from './elementwise/sub.ts';
import { constant } from './leaf.ts';
import { mean, sum } from './reduce.ts';
import { reshape } from './reshape.ts';

export type { BlockNormalization, Blocks };

function checkBlocks(
  name: string,
  x: Shape,
  { blocks }: BlockNormalization,
  parameters: readonly Shape[],
): void {
  const { rows, pixels, groups, width } = blocks;
  const fits =
    isBatched(x) &&
    sampleSize(x) === rows * pixels * groups * width &&
    parameters.every((shape) => !isBatched(shape) && sampleSize(shape) === groups * width);
  if (fits) return;
  throw new ShapeError(
    `${name}: a batch of ${rows} × ${pixels} × ${groups} × ${width} numbers, and ${groups * width} for each parameter, are ` +
      `expected, received ${[x, ...parameters].map(formatShape).join(', ')}.`,
  );
}

/** True when a block's numbers lie one after another, each with a parameter of its own. */
function areRows({ pixels, groups }: Blocks): boolean {
  return pixels === 1 && groups === 1;
}

/** Calls `visit` for each block with the places of its numbers, and of their parameters. */
function visitBlocks(
  size: number,
  { rows, pixels, groups, width }: Blocks,
  visit: (places: readonly number[], parameters: readonly number[]) => void,
): void {
  const row = pixels * groups * width;
  for (let start = 0; start < size; start += rows * row) {
    for (let r = 0; r < rows; r++) {
      for (let group = 0; group < groups; group++) {
        const places: number[] = [];
        const parameters: number[] = [];
        for (let pixel = 0; pixel < pixels; pixel++) {
          for (let i = 0; i < width; i++) {
            places.push(start + r * row + (pixel * groups + group) * width + i);
            parameters.push(group * width + i);
          }
        }
        visit(places, parameters);
      }
    }
  }
}

function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** The numbers at `places` normalized, and what they were multiplied by. */
function normalized(x: Float64Array, places: readonly number[], { epsilon, centered }: BlockNormalization) {
  const numbers = places.map((at) => x[at]!);
  const center = centered ? average(numbers) : 0;
  const differences = numbers.map((value) => value - center);
  const scale = 1 / Math.sqrt(average(differences.map((value) => value * value)) + epsilon);
  return { values: differences.map((value) => value * scale), scale };
}

/** Inputs: x, and gamma, and beta, [groups, width] under any shape. */
export const normalizeBlocksOp: Op<BlockNormalization> = {
  name: 'normalizeBlocks',
  infer([x, ...parameters], attrs) {
    checkBlocks('normalizeBlocks', x!, attrs, parameters);
    return x!;
  },
  gradient: ({ inputs: [x, gamma, beta], attrs }, dy) => {
    const dx = apply(normalizeBlocksGradientOp, gamma === undefined ? [dy, x!] : [dy, x!, gamma], attrs);
    if (gamma === undefined) return [dx];
    const dGamma = reshape(apply(normalizeBlocksScaleGradientOp, [dy, x!], attrs), gamma.shape);
    return beta === undefined ? [dx, dGamma] : [dx, dGamma, reshape(sumOfParameters(dy, attrs), beta.shape)];
  },
  reference([x, gamma, beta]: readonly ReferenceTensor[], attrs) {
    const dst = new Float64Array(x!.data.length);
    visitBlocks(dst.length, attrs.blocks, (places, parameters) => {
      const { values } = normalized(x!.data, places, attrs);
      places.forEach((at, i) => {
        const own = parameters[i]!;
        dst[at] = values[i]! * (gamma?.data[own] ?? 1) + (beta?.data[own] ?? 0);
      });
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node: { attrs, inputs }, target }) => {
      const options = { ...attrs, parameters: (inputs.length - 1) as 0 | 1 | 2, target };
      return areRows(attrs.blocks) ? normalizeRowsKernel(options) : normalizeGroupsKernel(options);
    },
  },
  // Each pixel by itself, or the whole map.
  reads: ({ shape, attrs: { blocks } }, { cells }) =>
    blocks.pixels === 1 && blocks.rows % ((shape[1] ?? 1) * (shape[2] ?? 1)) === 0 ? cells : null,
};

/** The sum over all samples, rows and pixels: [groups · width]. */
function sumOfParameters(dy: Node, { blocks: { groups, width } }: BlockNormalization): Node {
  const channels = groups * width;
  const maps =
    dy.shape.at(-1) === channels ? dy : reshape(dy, [null, sampleSize(dy.shape) / channels, channels]);
  return sum(maps, { axes: maps.shape.slice(0, -1).map((_, axis) => axis) });
}

/** Inputs: dy, x, and gamma where the normalization has one. */
export const normalizeBlocksGradientOp: Op<BlockNormalization> = {
  name: 'normalizeBlocksGradient',
  infer([dy, x, ...parameters], attrs) {
    checkBlocks('normalizeBlocksGradient', dy!, attrs, parameters);
    return x!;
  },
  gradient: secondGradient,
  reference([dy, x, gamma]: readonly ReferenceTensor[], attrs) {
    const dst = new Float64Array(x!.data.length);
    visitBlocks(dst.length, attrs.blocks, (places, parameters) => {
      const { values, scale } = normalized(x!.data, places, attrs);
      const v = places.map((at, i) => dy!.data[at]! * (gamma?.data[parameters[i]!] ?? 1));
      const center = attrs.centered ? average(v) : 0;
      const slope = average(v.map((value, i) => value * values[i]!));
      places.forEach((at, i) => {
        dst[at] = scale * (v[i]! - center - slope * values[i]!);
      });
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node: { attrs, inputs }, target }) => {
      const options = { ...attrs, parameters: (inputs.length - 2) as 0 | 1, target };
      return areRows(attrs.blocks)
        ? normalizeRowsGradientKernel(options)
        : normalizeGroupsGradientKernel(options);
    },
  },
};

/**
 * The gradient of the gradient. Of a block of N numbers, with y the normalized ones, s their scale and P the (symmetric)
 * matrix of dy ↦ dx without gamma, v = dy · gamma, and f = Σ g · P v: ds/dx = -s² · y / N and d(Σ y · g)/dx = P g, so
 * df/dx = -s / N · (f · y + Σ y · v · P g + Σ y · g · P v).
 */
function secondGradient({ inputs, attrs }: Node<BlockNormalization>, g: Node): readonly (Node | null)[] {
  const [dy, x, gamma] = inputs as [Node, Node, Node?];
  const { rows, pixels, groups, width } = attrs.blocks;
  const split = (value: Node) => reshape(value, [null, rows, pixels, groups, width]);
  const parameter = gamma === undefined ? constant(1) : reshape(gamma, [groups, width]);
  const back = (value: Node) => reshape(value, x.shape);
  const total = (a: Node, b: Node) => sum(mul(a, b), { axes: [2, 4], keepDims: true });
  const slopeOf = (value: Node) => split(apply(normalizeBlocksGradientOp, [back(value), x], attrs));
  const v = mul(split(dy), parameter);
  const along = split(g);
  const [pv, pg] = [slopeOf(v), slopeOf(along)];
  const y = split(apply(normalizeBlocksOp, [x], attrs));
  const parts = add(add(mul(total(along, pv), y), mul(total(y, v), pg)), mul(total(y, along), pv));
  const factor = mul(scaleOf(split(x), attrs), constant(-1 / (pixels * width)));
  const dx = back(mul(factor, parts));
  const dDy = back(mul(pg, parameter));
  if (gamma === undefined) return [dDy, dx];
  const dGamma = sum(mul(split(dy), pg), { axes: [0, 1, 2] });
  return [dDy, dx, reshape(dGamma, gamma.shape)];
}

/** 1 / √(variance + epsilon) of each block of `x` [n, rows, pixels, groups, width]. */
function scaleOf(x: Node, { centered, epsilon }: BlockNormalization): Node {
  const axes = [2, 4];
  const differences = centered ? sub(x, mean(x, { axes, keepDims: true })) : x;
  return rsqrt(add(mean(square(differences), { axes, keepDims: true }), constant(epsilon)));
}

/** Inputs: dy, x. The gradient of gamma: dy times the normalized numbers, summed over samples, rows and pixels. */
export const normalizeBlocksScaleGradientOp: Op<BlockNormalization> = {
  name: 'normalizeBlocksScaleGradient',
  infer([dy], attrs) {
    checkBlocks('normalizeBlocksScaleGradient', dy!, attrs, []);
    return [attrs.blocks.groups * attrs.blocks.width];
  },
  gradient: ({ inputs: [dy, x], attrs }, gradient) => [
    apply(normalizeBlocksOp, [x!, gradient], attrs),
    apply(normalizeBlocksGradientOp, [dy!, x!, gradient], attrs),
  ],
  reference([dy, x]: readonly ReferenceTensor[], attrs, shape) {
    const dst = new Float64Array(shape[0]!);
    visitBlocks(x!.data.length, attrs.blocks, (places, parameters) => {
      const { values } = normalized(x!.data, places, attrs);
      places.forEach((at, i) => {
        dst[parameters[i]!]! += dy!.data[at]! * values[i]!;
      });
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    accumulates: () => true,
    lower: ({ node: { attrs }, target }) => {
      const options = { ...attrs, target };
      return areRows(attrs.blocks)
        ? normalizeRowsScaleGradientKernel(options)
        : normalizeGroupsScaleGradientKernel(options);
    },
  },
};

/**
 * Each block of `x`, a batch whose samples have the numbers of `blocks`, brought to mean 0 and variance 1 (`centered:
 * false`: divided by the root of the mean of its squares), then multiplied by `gamma` and moved by `beta`, [groups,
 * width] under any shape. Throws ShapeError when sizes differ.
 */
export function normalizeBlocks(
  x: Node,
  options: BlockNormalization & { readonly gamma?: Node; readonly beta?: Node },
): Node {
  const { gamma, beta, blocks, epsilon, centered } = options;
  const attrs = { blocks, epsilon, centered };
  if (gamma === undefined) {
    const result = apply(normalizeBlocksOp, [x], attrs);
    if (beta === undefined) return result;
    throw new ShapeError('normalizeBlocks: beta goes with gamma.');
  }
  return apply(normalizeBlocksOp, beta === undefined ? [x, gamma] : [x, gamma, beta], attrs);
}
