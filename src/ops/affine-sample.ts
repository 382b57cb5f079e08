/**
 * @file affineSample: images moved, turned, scaled and sheared; each output pixel is read from its place in the input.
 *
 * Source: TensorFlow's ImageProjectiveTransformV3 (tensorflow/core/kernels/image/image_ops.h), which Keras'
 * `ops.image.affine_transform` is. Places are computed in float32 in its order of operations, here and in the kernels,
 * since a place's last bit can decide which pixel is the nearest.
 */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, isBatched, sampleShape, sizeOf } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op, ReferenceTensor } from '../graph/op.ts';
import { holdsBytes } from '../graph/storage.ts';
import {
  type AffineSampling,
  affineSampleKernel,
  type FillMode,
  type Interpolation,
} from '../kernels/affine-sample.ts';

/** What lies outside of an image of one row `abcd`, and how numbers between pixels are found. */
export interface AffineSampleOptions {
  /** Images [n, h, w, c]. */
  readonly src: Node;
  /**
   * Coefficients [n, 8], a0 a1 a2 b0 b1 b2 c0 c1: the output's pixel (x, y) shows the input's place
   * ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1, in pixels from the center of the first.
   * Or [n, 6] for c0 = c1 = 0, which is faster.
   */
  readonly transform: Node;
  /** 'nearest' takes one pixel, 'bilinear' weighs the four around the place. Default 'bilinear'. */
  readonly interpolation?: Interpolation;
  /**
   * 'constant' kkkk|abcd|kkkk with k the fill value, 'nearest' aaaa|abcd|dddd, 'reflect' dcba|abcd|dcba, 'wrap'
   * abcd|abcd|abcd. Default 'constant'.
   */
  readonly fillMode?: FillMode;
  /** Default 0. */
  readonly fillValue?: number;
  /** Extents of the result; those of `src` when left out. */
  readonly oh?: number;
  readonly ow?: number;
}

const INTERPOLATIONS: readonly Interpolation[] = ['nearest', 'bilinear'];
const FILL_MODES: readonly FillMode[] = ['constant', 'nearest', 'reflect', 'wrap'];

/** Rows and numbers of a row stay below this, so that kernels can compute with their places in float32. */
const MOST_IN_FLOATS = 2 ** 22;
/** Numbers of an image stay below this, so that addresses fit 32 bits. */
const MOST_NUMBERS = 2 ** 29;

const f = Math.fround;

/** The place on an axis of `length` pixels from which a place outside of it is read. */
function placeInside(place: number, length: number, fillMode: FillMode): number {
  if (fillMode === 'constant') return place;
  const last = length - 1;
  const clamped = (x: number) => (x > 0 ? Math.min(x, last) : 0);
  if (fillMode === 'nearest' || length === 1) return clamped(place);
  return clamped(fillMode === 'reflect' ? reflected(place, length) : wrapped(place, length));
}

function reflected(place: number, length: number): number {
  const period = 2 * length;
  const size = Math.abs(place);
  const rest = f(size - f(period * Math.floor(f(size / period))));
  if (place < 0) return rest > length ? f(period - rest) : f(rest - 1);
  return rest >= length ? f(f(period - rest) - 1) : rest;
}

function wrapped(place: number, length: number): number {
  const last = length - 1;
  if (place < 0) return f(place + f(length * (Math.floor(f(-place / last)) + 1)));
  return place > last ? f(place - f(length * Math.floor(f(place / last)))) : place;
}

/** Halves go away from zero. */
function rounded(place: number): number {
  const size = Math.abs(place);
  const below = Math.floor(size);
  return Math.sign(place) * (f(size - below) >= 0.5 ? below + 1 : below);
}

/** One image: reads a number, or the fill value outside. */
type Read = (y: number, x: number, channel: number) => number;

function readBilinear(read: Read, y: number, x: number, channel: number): number {
  const [y0, x0] = [Math.floor(y), Math.floor(x)];
  const [wy, wx] = [f(y - y0), f(x - x0)];
  const row = (at: number) => f(x0 + 1 - x) * read(at, x0, channel) + wx * read(at, x0 + 1, channel);
  return f(y0 + 1 - y) * row(y0) + wy * row(y0 + 1);
}

function sampleImage(
  read: Read,
  transform: Float64Array,
  src: readonly number[],
  dst: Float64Array,
  { interpolation, fillMode, fillValue, oh, ow }: AffineSampling,
): void {
  const [h, w, c] = src as [number, number, number];
  const [a0, a1, a2, b0, b1, b2, c0 = 0, c1 = 0] = Array.from(transform, f) as [
    ...[number, number, number, number, number, number, number?, number?],
  ];
  const sum = (p: number, x: number, q: number, y: number, r: number) => f(f(f(p * x) + f(q * y)) + r);
  let at = 0;
  for (let y = 0; y < oh; y++) {
    for (let x = 0; x < ow; x++) {
      const k = sum(c0, x, c1, y, 1);
      const ix = placeInside(f(sum(a0, x, a1, y, a2) / k), w, fillMode);
      const iy = placeInside(f(sum(b0, x, b1, y, b2) / k), h, fillMode);
      for (let channel = 0; channel < c; channel++) {
        if (k === 0) dst[at++] = fillValue;
        else if (interpolation === 'bilinear') dst[at++] = readBilinear(read, iy, ix, channel);
        else dst[at++] = read(rounded(iy), rounded(ix), channel);
      }
    }
  }
}

function referenceSample(
  [src, transform]: readonly ReferenceTensor[],
  attrs: AffineSampling,
  shape: readonly number[],
): Float64Array {
  const [n, h, w, c] = src!.shape as [number, number, number, number];
  const size = sizeOf(shape) / n;
  const count = transform!.shape[1]!;
  const dst = new Float64Array(n * size);
  for (let i = 0; i < n; i++) {
    const image = src!.data.subarray(i * h * w * c, (i + 1) * h * w * c);
    const read: Read = (y, x, channel) =>
      y >= 0 && y < h && x >= 0 && x < w ? image[(y * w + x) * c + channel]! : attrs.fillValue;
    const coefficients = transform!.data.subarray(i * count, (i + 1) * count);
    sampleImage(read, coefficients, [h, w, c], dst.subarray(i * size, (i + 1) * size), attrs);
  }
  return dst;
}

/** Inputs: src [n, h, w, c] and transform [n, 8] or [n, 6]. */
export const affineSampleOp: Op<AffineSampling> = {
  name: 'affineSample',
  infer([src, transform], { oh, ow }) {
    const fits =
      src!.length === 4 &&
      isBatched(src!) &&
      transform!.length === 2 &&
      isBatched(transform!) &&
      (transform![1] === 6 || transform![1] === 8);
    if (!fits) {
      throw new ShapeError(
        'affineSample expects images [null, h, w, c] and transforms [null, 8] or [null, 6], received ' +
          `${formatShape(src!)} and ${formatShape(transform!)}.`,
      );
    }
    const [h, w, c] = sampleShape(src!) as [number, number, number];
    if (Math.max(h, w * c, oh, ow * c) >= MOST_IN_FLOATS || h * w * c >= MOST_NUMBERS) {
      throw new ShapeError(
        `affineSample takes images of fewer than ${MOST_IN_FLOATS} rows, and as many numbers in a row, and fewer than ` +
          `${MOST_NUMBERS} numbers in all; received ${formatShape(src!)} for results of ${oh} × ${ow} pixels.`,
      );
    }
    return [null, oh, ow, c];
  },
  gradient: 'none',
  reference: referenceSample,
  lowering: {
    kind: 'kernel',
    byteInputs: [0],
    lower: ({ node, target }) => {
      const src = node.inputs[0]!;
      const coefficients = node.inputs[1]!.shape[1] as 6 | 8;
      const options = { src: sampleShape(src.shape), bytes: holdsBytes(src), coefficients, target };
      return affineSampleKernel({ ...options, ...node.attrs });
    },
  },
};

function checkedName<T extends string>(kind: string, name: T, known: readonly T[]): T {
  if (!known.includes(name)) throw unknownNameError(kind, name, known);
  return name;
}

function checkedExtent(name: string, extent: number): number {
  if (Number.isInteger(extent) && extent > 0) return extent;
  throw new ValueError(`affineSample: ${name} must be a whole number of at least 1, received ${extent}.`);
}

/**
 * Images [n, h, w, c] as each sample's transform shows them: [n, oh, ow, c]. As Keras' `ops.image.affine_transform`.
 * It has no gradient: asking for one through it throws UnsupportedError. Throws ShapeError for other shapes, ValueError
 * for unknown names and for numbers that cannot be.
 */
export function affineSample(options: AffineSampleOptions): Node {
  const { src, transform, interpolation = 'bilinear', fillMode = 'constant', fillValue = 0 } = options;
  if (!Number.isFinite(fillValue))
    throw new ValueError(`affineSample: fillValue must be a finite number, received ${fillValue}.`);
  return apply(affineSampleOp, [src, transform], {
    interpolation: checkedName('interpolation', interpolation, INTERPOLATIONS),
    fillMode: checkedName('fill mode', fillMode, FILL_MODES),
    fillValue,
    oh: checkedExtent('oh', options.oh ?? src.shape[1] ?? 0),
    ow: checkedExtent('ow', options.ow ?? src.shape[2] ?? 0),
  });
}
