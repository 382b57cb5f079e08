/**
 * @file Images read at places that a transform gives. The lanes are numbers of an output row; each finds its pixel and
 * channel, computes the place in the input, limits it to the image, and gathers.
 *
 * Places are computed without fused multiply-adds, so that they are the same bits on all targets.
 */

import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Mask, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { bytesOf, forVectors, nest, sampleLevel } from './nest.ts';

export type Interpolation = 'nearest' | 'bilinear';
export type FillMode = 'constant' | 'nearest' | 'reflect' | 'wrap';

/** How images are sampled; oh and ow are the result's extents. */
export interface AffineSampling {
  readonly interpolation: Interpolation;
  readonly fillMode: FillMode;
  readonly fillValue: number;
  readonly oh: number;
  readonly ow: number;
}

interface Options extends AffineSampling {
  /** h, w, c of the images. */
  readonly src: readonly number[];
  /** True when the images are bytes. */
  readonly bytes: boolean;
  /** Coefficients of a transform: 8, or 6 without a division. */
  readonly coefficients: 6 | 8;
  readonly target: VectorTarget;
}

/** Pointers: src [h, w, c], transform [coefficients], dst [oh, ow, c]. One count: samples. */
export function affineSampleKernel(options: Options): Kernel {
  const { interpolation, fillMode, fillValue, oh, ow, bytes, coefficients, target } = options;
  const [h, w, c] = options.src as [number, number, number];
  const name = `affine_sample_${[h, w, c].join('x')}_${oh}x${ow}_${interpolation}_${fillMode}_${fillValue}${bytes ? '_bytes' : ''}${coefficients === 8 ? '_divided' : ''}`;
  const k = new KernelBuilder(name, target);
  const pointers = [k.pointer('src'), k.pointer('transform'), k.pointer('dst')];
  const strides = [h * w * c * (bytes ? 1 : FLOAT_BYTES), ...bytesOf(coefficients, oh * ow * c)];
  nest(k, [{ ...sampleLevel(k.count('samples'), []), strides }], pointers, ([src, transform, dst]) => {
    new ImageSampler(k, options, src!, transform!).rows(dst!);
  });
  return k.finish();
}

/** What is added up for a pixel of a row: the pixel times the first, the second, the third. */
type Terms = readonly [slope: Vec, start: Vec, last: Vec];

/** How places follow from the pixels of an output row; `scale` is what both are divided by, null without. */
interface Row {
  readonly x: Terms;
  readonly y: Terms;
  readonly scale: Terms | null;
}

/** A place on one axis, limited to the image. */
interface Place {
  /** The pixel at or before the place, and the one behind it, which is the last one behind the last. */
  readonly first: Vec;
  readonly second: Vec;
  /** What each of the two pixels weighs. */
  readonly weights: readonly [Vec, Vec];
  /** Where the pixels are inside of the image; null where they always are. */
  readonly inside: readonly [Mask, Mask] | null;
}

/** Writes the code for one image. */
class ImageSampler {
  readonly #k: KernelBuilder;
  readonly #options: Options;
  readonly #src: Ptr;
  readonly #coefficients: readonly Vec[];

  constructor(k: KernelBuilder, options: Options, src: Ptr, transform: Ptr) {
    this.#k = k;
    this.#options = options;
    this.#src = src;
    this.#coefficients = Array.from({ length: options.coefficients }, (_, i) =>
      k.broadcast(transform, i * FLOAT_BYTES),
    );
  }

  rows(dst: Ptr): void {
    const k = this.#k;
    const { oh, ow } = this.#options;
    const c = this.#options.src[2]!;
    const [a0, a1, a2, b0, b1, b2, c0, c1] = this.#coefficients;
    const y = k.constant(0, 'y');
    const out = k.pointerAt('out', dst);
    k.loop(oh, [], () => {
      const row: Row = {
        x: [a0!, k.mul(a1!, y), a2!],
        y: [b0!, k.mul(b1!, y), b2!],
        scale: c0 === undefined ? null : [c0, k.mul(c1!, y), k.constant(1)],
      };
      const element = k.vec('element');
      k.copyInto(element, k.iota());
      forVectors(k, ow * c, [out], (count) => {
        k.store(this.#sample(element, row), out, 0, count);
        k.binaryInto('add', element, element, k.constant(k.lanes));
      });
      k.binaryInto('add', y, y, k.constant(1));
    });
  }

  /** The numbers of a row at `element`. */
  #sample(element: Vec, row: Row): Vec {
    const k = this.#k;
    const { interpolation, fillValue, src } = this.#options;
    const [h, w, c] = src as [number, number, number];
    const { pixel, channel } = this.#pixelOf(element, c);
    const along = ([slope, start, last]: Terms) => k.add(k.add(k.mul(slope, pixel), start), last);
    const scale = row.scale === null ? null : along(row.scale);
    const place = (terms: Terms) => (scale === null ? along(terms) : k.div(along(terms), scale));
    const [x, y] = [this.#inside(place(row.x), w), this.#inside(place(row.y), h)];
    const value = interpolation === 'nearest' ? this.#nearest(y, x, channel) : this.#bilinear(y, x, channel);
    if (scale === null) return value;
    return k.select(k.compare('equal', scale, k.constant(0)), k.constant(fillValue), value);
  }

  #pixelOf(element: Vec, c: number): { pixel: Vec; channel: Vec | null } {
    const k = this.#k;
    if (c === 1) return { pixel: element, channel: null };
    // Halfway between the numbers, so that rounding of 1 / c cannot lead to another pixel.
    const pixel = k.unary('floor', k.mul(k.add(element, k.constant(0.5)), k.constant(1 / c)));
    return { pixel, channel: k.sub(element, k.mul(pixel, k.constant(c))) };
  }

  /** The place from which a place outside of `length` pixels is read. */
  #inside(place: Vec, length: number): Vec {
    const k = this.#k;
    const { fillMode } = this.#options;
    if (fillMode === 'constant') return place;
    if (length === 1) return k.constant(0);
    if (fillMode === 'reflect') return this.#limited(this.#reflected(place, length), length);
    return this.#limited(fillMode === 'wrap' ? this.#wrapped(place, length) : place, length);
  }

  /** 0 for NaN. */
  #limited(place: Vec, length: number): Vec {
    const k = this.#k;
    return k.min(k.max(place, k.constant(0)), k.constant(length - 1));
  }

  #reflected(place: Vec, length: number): Vec {
    const k = this.#k;
    const period = k.constant(2 * length);
    const size = k.unary('abs', place);
    const periods = k.unary('floor', k.div(size, period));
    const rest = k.sub(size, k.mul(period, periods));
    const back = k.sub(period, rest);
    const before = k.select(k.compare('less', k.constant(length), rest), back, k.sub(rest, k.constant(1)));
    const behind = k.select(
      k.compare('lessEqual', k.constant(length), rest),
      k.sub(back, k.constant(1)),
      rest,
    );
    return k.select(k.compare('less', place, k.constant(0)), before, behind);
  }

  #wrapped(place: Vec, length: number): Vec {
    const k = this.#k;
    const last = k.constant(length - 1);
    const times = k.unary('floor', k.div(k.unary('abs', place), last));
    const before = k.add(place, k.mul(k.constant(length), k.add(times, k.constant(1))));
    const behind = k.sub(place, k.mul(k.constant(length), times));
    const outside = k.select(k.compare('less', place, k.constant(0)), before, behind);
    const inside = k.maskOp(
      'and',
      k.compare('lessEqual', k.constant(0), place),
      k.compare('lessEqual', place, last),
    );
    return k.select(inside, place, outside);
  }

  #nearest(y: Vec, x: Vec, channel: Vec | null): Vec {
    const k = this.#k;
    const [h, w] = this.#options.src as [number, number, number];
    const [row, column] = [this.#rounded(y, h), this.#rounded(x, w)];
    const value = this.#read(this.#rowStart(row.pixel), this.#offset(column.pixel, channel));
    if (row.inside === null || column.inside === null) return value;
    return this.#filled(k.maskOp('and', row.inside, column.inside), value);
  }

  /** The nearest pixel; halves go away from zero. */
  #rounded(place: Vec, length: number): { pixel: Vec; inside: Mask | null } {
    const k = this.#k;
    const constantMode = this.#options.fillMode === 'constant';
    const size = constantMode ? k.max(place, k.constant(0)) : place;
    const below = k.unary('floor', size);
    const half = k.compare('lessEqual', k.constant(0.5), k.sub(size, below));
    const pixel = k.select(half, k.add(below, k.constant(1)), below);
    const last = k.constant(length - 1);
    if (!constantMode) return { pixel, inside: null };
    const inside = k.maskOp(
      'and',
      k.compare('less', k.constant(-0.5), place),
      k.compare('lessEqual', pixel, last),
    );
    return { pixel: k.min(pixel, last), inside };
  }

  #bilinear(y: Vec, x: Vec, channel: Vec | null): Vec {
    const k = this.#k;
    const [h, w] = this.#options.src as [number, number, number];
    const [down, across] = [this.#place(y, h), this.#place(x, w)];
    const offsets = [across.first, across.second].map((pixel) => this.#offset(pixel, channel));
    const rows = [down.first, down.second].map((pixel, i) => {
      const start = this.#rowStart(pixel);
      const parts = offsets.map((offset, j) => {
        const value = this.#read(start, offset);
        const filled =
          down.inside === null || across.inside === null
            ? value
            : this.#filled(k.maskOp('and', down.inside[i]!, across.inside[j]!), value);
        return k.mul(across.weights[j]!, filled);
      });
      return k.mul(down.weights[i]!, k.add(parts[0]!, parts[1]!));
    });
    return k.add(rows[0]!, rows[1]!);
  }

  #place(place: Vec, length: number): Place {
    const k = this.#k;
    const below = k.unary('floor', place);
    const behind = k.add(below, k.constant(1));
    const weights = [k.sub(behind, place), k.sub(place, below)] as const;
    const last = k.constant(length - 1);
    if (this.#options.fillMode !== 'constant')
      return { first: below, second: k.min(behind, last), weights, inside: null };
    const inside = [below, behind].map((pixel) =>
      k.maskOp('and', k.compare('lessEqual', k.constant(0), pixel), k.compare('lessEqual', pixel, last)),
    ) as [Mask, Mask];
    return { first: this.#limited(below, length), second: this.#limited(behind, length), weights, inside };
  }

  #filled(inside: Mask, value: Vec): Vec {
    return this.#k.select(inside, value, this.#k.constant(this.#options.fillValue));
  }

  /** Where a row starts, in numbers; integers, since a float is too small for large images. */
  #rowStart(pixel: Vec): Vec {
    const k = this.#k;
    const [, w, c] = this.#options.src as [number, number, number];
    return k.intBinary('mulInt', k.unary('toInt', pixel), k.constantInt(w * c));
  }

  /** The number's place in its row. */
  #offset(pixel: Vec, channel: Vec | null): Vec {
    const k = this.#k;
    if (channel === null) return k.unary('toInt', pixel);
    return k.unary('toInt', k.add(k.mul(pixel, k.constant(this.#options.src[2]!)), channel));
  }

  #read(rowStart: Vec, offset: Vec): Vec {
    const k = this.#k;
    const index = k.intBinary('addInt', rowStart, offset);
    return this.#options.bytes
      ? k.unary('toFloat', k.gatherBytes(this.#src, index))
      : k.gather(this.#src, index);
  }
}
