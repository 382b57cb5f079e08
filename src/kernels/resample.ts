/** @file Maps of another size: each pixel a weighted sum of a rectangle of the source's pixels; channels are lanes. */

import type { Span } from '../base/resize-spans.ts';
import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { bytesOf, forVectors, nest, sampleLevel } from './nest.ts';

/** How often the pattern of an axis may take to repeat; longer ones are written out position by position. */
const LONGEST_PERIOD = 16;

/** A part of an axis: `spans`, written `count` times. */
interface Stretch {
  /** First position of the result. */
  readonly first: number;
  /** Source position from which the spans count, and how far it moves from round to round. */
  readonly source: number;
  readonly step: number;
  readonly count: number;
  readonly spans: readonly Span[];
}

function sameWeights(a: Span, b: Span): boolean {
  return a.weights.length === b.weights.length && a.weights.every((weight, i) => weight === b.weights[i]);
}

/** The stretch around the middle of an axis whose spans repeat after `period` positions; null when they do not. */
function repeatedAfter(spans: readonly Span[], period: number): Stretch | null {
  const middle = spans.length >> 1;
  if (middle + period >= spans.length) return null;
  const step = spans[middle + period]!.first - spans[middle]!.first;
  const repeats = (at: number) => {
    const [here, next] = [spans[at], spans[at + period]];
    return (
      here !== undefined && next !== undefined && next.first - here.first === step && sameWeights(here, next)
    );
  };
  if (!repeats(middle)) return null;
  let [first, end] = [middle, middle];
  while (repeats(first - 1)) first--;
  while (repeats(end)) end++;
  const count = Math.floor((end - first) / period) + 1;
  return { first, ...pattern(spans.slice(first, first + period)), step, count };
}

function lengthOf({ count, spans }: Stretch): number {
  return count * spans.length;
}

/** The longest stretch around the middle of an axis; null when its spans do not repeat. */
function repeatedStretch(spans: readonly Span[]): Stretch | null {
  let longest: Stretch | null = null;
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    const found = repeatedAfter(spans, period);
    if (found !== null && (longest === null || lengthOf(found) > lengthOf(longest))) longest = found;
  }
  return longest;
}

/** Spans that count from the first source position that one of them has. */
function pattern(spans: readonly Span[]): Pick<Stretch, 'source' | 'spans'> {
  const source = Math.min(...spans.map(({ first }) => first));
  return { source, spans: spans.map(({ first, weights }) => ({ first: first - source, weights })) };
}

/** An axis cut into stretches. */
function stretches(spans: readonly Span[]): Stretch[] {
  const repeated = repeatedStretch(spans);
  const end = repeated === null ? 0 : repeated.first + lengthOf(repeated);
  const alone = spans.flatMap((span, first) =>
    repeated !== null && first >= repeated.first && first < end
      ? []
      : [{ first, ...pattern([span]), step: 0, count: 1 }],
  );
  return repeated === null ? alone : [...alone, repeated];
}

export interface ResampleShape {
  /** Extents of the source. */
  readonly iw: number;
  readonly ih: number;
  readonly c: number;
  /** What each row, and each column, of the result is made of. */
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
}

/** Columns that stay as they are become part of the channels, so that rows move as a whole. */
function withLongRows(shape: ResampleShape): ResampleShape {
  const { iw, c, columns } = shape;
  const isKept =
    columns.length === iw && columns.every((span, i) => span.first === i && isCopy(span.weights));
  return isKept ? { ...shape, iw: 1, c: iw * c, columns: [{ first: 0, weights: [1] }] } : shape;
}

function isCopy(weights: readonly number[]): boolean {
  return weights.length === 1 && weights[0] === 1;
}

/** Pointers: src [ih, iw, c], dst [rows, columns, c]. */
export function resampleKernel(given: ResampleShape, target: VectorTarget): Kernel {
  const { ih, iw, c, rows, columns } = withLongRows(given);
  const ow = columns.length;
  const k = new KernelBuilder(`resample_${ih}x${iw}x${c}_to_${rows.length}x${ow}`, target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  nest(k, [sampleLevel(k.count('samples'), [ih * iw * c, rows.length * ow * c])], [src, dst], ([s, d]) => {
    for (const y of stretches(rows)) {
      for (const x of stretches(columns)) {
        const from = k.pointerAt('src', s!, (y.source * iw + x.source) * c * FLOAT_BYTES);
        const to = k.pointerAt('dst', d!, (y.first * ow + x.first) * c * FLOAT_BYTES);
        const levels = [
          { count: y.count, strides: bytesOf(y.step * iw * c, y.spans.length * ow * c) },
          { count: x.count, strides: bytesOf(x.step * c, x.spans.length * c) },
        ];
        nest(k, levels, [from, to], ([block, out]) => {
          const own = [k.pointerAt('block', block!), k.pointerAt('out', out!)] as const;
          forVectors(k, c, own, (lanes) => emitBlock(k, y.spans, x.spans, { own, iw, ow, c, lanes }));
        });
      }
    }
  });
  return k.finish();
}

interface Block {
  readonly own: readonly [src: Ptr, dst: Ptr];
  readonly iw: number;
  readonly ow: number;
  readonly c: number;
  readonly lanes: number;
}

/** One vector of each pixel of a block of pixels. */
function emitBlock(k: KernelBuilder, rows: readonly Span[], columns: readonly Span[], block: Block): void {
  const { own, iw, ow, c, lanes } = block;
  rows.forEach((y, oh) => {
    columns.forEach((x, ow_) => {
      let sum: Vec | null = null;
      y.weights.forEach((wy, i) => {
        x.weights.forEach((wx, j) => {
          if (wy * wx === 0) return;
          const offset = ((y.first + i) * iw + x.first + j) * c * FLOAT_BYTES;
          const value = k.load(own[0], offset, lanes);
          const weight = wy * wx === 1 ? null : k.constant(wy * wx);
          if (sum === null) sum = weight === null ? value : k.mul(value, weight);
          else sum = weight === null ? k.add(sum, value) : k.fma(value, weight, sum);
        });
      });
      k.store(sum ?? k.constant(0), own[1], (oh * ow + ow_) * c * FLOAT_BYTES, lanes);
    });
  });
}
