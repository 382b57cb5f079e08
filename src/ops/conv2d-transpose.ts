/**
 * @file conv2dTranspose: the gradient of a convolution's input as an operation of its own. Each pixel of the source,
 * times the kernel, is added to a window of the result. Source: Dumoulin and Visin, "A guide to convolution arithmetic
 * for deep learning", arXiv 1603.07285, ch. 4; sizes as in keras/src/backend/common/backend_utils.py.
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { type ConvOptions, inputGradient } from './conv2d.ts';
import { crop2d } from './pad2d.ts';
import { type Padding, windowExtent } from './window-geometry.ts';

export interface TransposeOptions extends ConvOptions {
  /** Added to the smallest size of the result, below the strides; null: 'same' gives strides times the source's size. */
  readonly outputPadding?: readonly [number, number] | null;
}

interface TransposedAxis {
  readonly input: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Padding;
  /** Added to the smallest size; null for Keras' own choice. */
  readonly more: number | null;
}

/** The extent that all windows cover, and the part of it that is the result. */
interface Covered {
  readonly extent: number;
  readonly before: number;
  readonly count: number;
}

function coveredBy({ input, size, stride, dilation, padding, more }: TransposedAxis): Covered {
  const window = windowExtent(size, dilation);
  const full = (input - 1) * stride + window;
  if (padding === 'valid') {
    const extent = full + (more ?? Math.max(0, stride - window));
    return { extent, before: 0, count: extent };
  }
  const count = more === null ? input * stride : (input - 1) * stride + (window % 2) + more;
  const before = Math.floor(Math.max(0, full - count) / 2);
  return { extent: Math.max(full, before + count), before, count };
}

/**
 * Transposed convolution of `src` [n, h, w, ic] with `weights` [kh, kw, oc, ic] → [n, h', w', oc]. With padding 'valid'
 * h' = (h - 1)·sh + max(kh, sh), or (h - 1)·sh + kh + outputPadding; with 'same' h' = h·sh, or (h - 1)·sh + kh mod 2 +
 * outputPadding, where dilation widens kh. Throws ShapeError when channels differ or the result would have no pixels.
 */
export function conv2dTranspose(src: Node, weights: Node, options: TransposeOptions = {}): Node {
  for (const node of [src, weights]) checkNode('conv2dTranspose', node);
  const received = `${formatShape(src.shape)} and ${formatShape(weights.shape)}`;
  const fits = src.shape.length === 4 && isBatched(src.shape) && weights.shape.length === 4;
  if (!fits || isBatched(weights.shape) || src.shape[3] !== weights.shape[3]) {
    throw new ShapeError(
      'conv2dTranspose: an input [null, h, w, ic], a batch, and weights [kh, kw, oc, ic] with the same ic are expected, ' +
        `received ${received}.`,
    );
  }
  const { strides = [1, 1], padding = 'valid', dilation = [1, 1], outputPadding = null } = options;
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    coveredBy({
      input: src.shape[axis + 1]!,
      size: weights.shape[axis]!,
      stride: strides[axis],
      dilation: dilation[axis],
      padding,
      more: outputPadding?.[axis] ?? null,
    }),
  ) as [Covered, Covered];
  if (rows.count <= 0 || columns.count <= 0) {
    throw new ShapeError(
      `conv2dTranspose: the result would have no pixels (${rows.count} × ${columns.count}) for ${received}. ` +
        "Leave outputPadding out, or use padding: 'valid'.",
    );
  }
  const all = inputGradient(
    src,
    weights,
    { strides, dilation },
    { shape: [null, rows.extent, columns.extent] },
  );
  const [top, bottom] = around(rows);
  const [left, right] = around(columns);
  return top + bottom + left + right === 0 ? all : crop2d(all, { top, bottom, left, right });
}

function around({ extent, before, count }: Covered): [number, number] {
  return [before, extent - before - count];
}
