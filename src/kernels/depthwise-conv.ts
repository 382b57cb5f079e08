/**
 * @file Depthwise convolution and its gradients: every channel by itself, so channels are lanes. A tile is some
 * neighbouring results of a row. A pixel that several of them read is loaded once, and the map is neither copied nor
 * padded.
 */

import { KernelBuilder } from './builder.ts';
import { type AxisWalk, type DepthwiseAxis, forwardWalk, gradientWalk, type Tap } from './depthwise-axis.ts';
import { applyEpilogue, type BoundEpilogue, bindEpilogue, type Epilogue } from './epilogue.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { bytesOf, forVectors, nest, sampleLevel } from './nest.ts';

/** The axes of the maps, and the channels. */
export interface DepthwiseShape {
  readonly rows: DepthwiseAxis;
  readonly columns: DepthwiseAxis;
  readonly channels: number;
}

interface DepthwiseOptions {
  readonly shape: DepthwiseShape;
  readonly target: VectorTarget;
}

/** How maps are walked: `read` is the map that the taps read, `written` the map with one element for each result. */
interface Walk {
  readonly rows: AxisWalk;
  readonly columns: AxisWalk;
  readonly channels: number;
  readonly read: MapExtents;
  readonly written: MapExtents;
  /** Taps of a row of the kernel. */
  readonly taps: number;
}

interface MapExtents {
  readonly height: number;
  readonly width: number;
}

interface TilePointers {
  readonly src: Ptr;
  readonly weights: Ptr;
  readonly dst: Ptr;
}

/**
 * A tile: the taps of the kernel's rows, which are the same for all results, and the taps of its columns for each
 * result.
 */
interface Tile {
  readonly rows: readonly Tap[];
  readonly results: readonly (readonly Tap[])[];
}

interface LoadedEpilogue {
  readonly bound: BoundEpilogue | null;
  readonly operands: readonly Vec[];
}

/** The most multiply-adds of a tile that are written out; with more, the tile loops over the rows of the kernel. */
const MOST_WRITTEN = 80;
const MOST_RESULTS = 8;

/** Pointers: src [ih, iw, c], weights [kh, kw, c], epilogue operands, dst [oh, ow, c]. */
export function depthwiseForwardKernel({
  shape,
  target,
  epilogue,
}: DepthwiseOptions & { readonly epilogue: Epilogue | null }): Kernel {
  const name = depthwiseName('forward', shape);
  const k = new KernelBuilder(epilogue === null ? name : `${name}_${epilogue.name}`, target);
  const [src, weights] = [k.pointer('src'), k.pointer('weights')];
  const bound = bindEpilogue(k, epilogue);
  const dst = k.pointer('dst');
  const walk = forward(shape);
  forTiles(k, walk, { src, weights, dst }, bound, (at, tile, count, operands) => {
    sumTaps(k, walk, at, tile, count, operands);
  });
  return k.finish();
}

/** Pointers: dy [oh, ow, c], weights [kh, kw, c], dst [ih, iw, c]. */
export function depthwiseInputGradientKernel({ shape, target }: DepthwiseOptions): Kernel {
  const k = new KernelBuilder(depthwiseName('input_gradient', shape), target);
  const [src, weights, dst] = [k.pointer('dy'), k.pointer('weights'), k.pointer('dst')];
  const walk = backward(shape);
  forTiles(k, walk, { src, weights, dst }, null, (at, tile, count, operands) => {
    sumTaps(k, walk, at, tile, count, operands);
  });
  return k.finish();
}

/** Pointers: src [ih, iw, c], dy [oh, ow, c], dst [kh, kw, c], which is added to. */
export function depthwiseWeightsGradientKernel({ shape, target }: DepthwiseOptions): Kernel {
  const k = new KernelBuilder(depthwiseName('weights_gradient', shape), target);
  const [src, dy, weights] = [k.pointer('src'), k.pointer('dy'), k.pointer('dst')];
  const walk = forward(shape);
  forTiles(k, walk, { src, weights, dst: dy }, null, (at, tile, count) => {
    addTaps(k, walk, at, tile, count);
  });
  return k.finish();
}

function depthwiseName(kind: string, { rows, columns, channels }: DepthwiseShape): string {
  const axis = ({ input, size, stride, dilation, before }: DepthwiseAxis) =>
    `${input}k${size}s${stride}d${dilation}p${before}`;
  return `depthwise_${kind}_${axis(rows)}_${axis(columns)}_${channels}`;
}

function forward({ rows, columns, channels }: DepthwiseShape): Walk {
  const [read, written] = [
    { height: rows.input, width: columns.input },
    { height: rows.output, width: columns.output },
  ];
  const axes = { rows: forwardWalk(rows), columns: forwardWalk(columns) };
  return { ...axes, channels, read, written, taps: columns.size };
}

function backward(shape: DepthwiseShape): Walk {
  const { read, written, ...rest } = forward(shape);
  const axes = { rows: gradientWalk(shape.rows), columns: gradientWalk(shape.columns) };
  return { ...rest, ...axes, read: written, written: read };
}

/** Calls `body` in the loops over samples, rows, tiles and vectors of channels. */
function forTiles(
  k: KernelBuilder,
  walk: Walk,
  { src, weights, dst }: TilePointers,
  bound: BoundEpilogue | null,
  body: (at: TilePointers, tile: Tile, count: number, epilogue: LoadedEpilogue) => void,
): void {
  const { rows, columns, channels, read, written } = walk;
  const move = (ptr: Ptr, floats: number) => k.pointerAt(ptr.role, ptr, floats * FLOAT_BYTES);
  const [readRow, writtenRow] = [read.width * channels, written.width * channels];
  const samples = sampleLevel(k.count('samples'), [read.height * readRow, written.height * writtenRow]);
  const tiles = columns.groups(resultsOfTile(k.target, walk));
  nest(k, [samples], [src, dst], ([from, to]) => {
    for (const y of rows.groups(1)) {
      const row = [move(from!, y.source * readRow), move(to!, y.first * writtenRow)];
      const strides = bytesOf(rows.sourceStep * readRow, rows.step * writtenRow);
      nest(k, [{ count: y.count, strides }], row, ([rowFrom, rowTo]) => {
        for (const x of tiles) {
          const first = [move(rowFrom!, x.source * channels), move(rowTo!, x.first * channels)];
          const pixels = x.results.length * channels;
          const level = {
            count: x.count,
            strides: bytesOf(columns.sourceStep * pixels, columns.step * pixels),
          };
          nest(k, [level], first, ([s, d]) => {
            const tile = { rows: y.results[0]!, results: x.results };
            forChannels(k, channels, { src: s!, weights, dst: d! }, bound, (at, count, operands) =>
              body(at, tile, count, operands),
            );
          });
        }
      });
    }
  });
}

/** Calls `body` for each vector of channels, with the epilogue's operands loaded. */
function forChannels(
  k: KernelBuilder,
  channels: number,
  { src, weights, dst }: TilePointers,
  bound: BoundEpilogue | null,
  body: (at: TilePointers, count: number, epilogue: LoadedEpilogue) => void,
): void {
  const [s, w, d] = [src, weights, dst].map((ptr) => k.pointerAt(ptr.role, ptr)) as [Ptr, Ptr, Ptr];
  const operands = bound?.pointers.map((ptr) => k.pointerAt(ptr.role, ptr)) ?? [];
  const isScalar = (i: number) => bound!.epilogue.operands[i]!.kind === 'scalar';
  const moving = [s, w, d, ...operands.filter((_, i) => !isScalar(i))];
  forVectors(k, channels, moving, (count) => {
    const loaded = operands.map((ptr, i) => (isScalar(i) ? k.broadcast(ptr) : k.load(ptr, 0, count)));
    body({ src: s, weights: w, dst: d }, count, { bound, operands: loaded });
  });
}

/** How many results of a tile fit into the registers, next to the taps of a row and the pixels that they read. */
function resultsOfTile(target: VectorTarget, { taps, columns }: Walk): number {
  const fits = (results: number) =>
    target.operands === 'hoisted'
      ? results + taps + (results - 1) * columns.sourceStep + taps <= target.registers
      : results + taps + 2 <= target.registers;
  let results = 1;
  while (results < MOST_RESULTS && fits(results + 1)) results++;
  return results;
}

/** Calls `body` for each row of the kernel, in a loop or written out, with the offsets that it adds to its pointers. */
function forKernelRows(
  k: KernelBuilder,
  walk: Walk,
  { rows, results }: Tile,
  { src, weights }: TilePointers,
  body: (src: Ptr, weights: Ptr, offsets: { readonly src: number; readonly weights: number }) => void,
): void {
  const [readRow, tapRow] = bytesOf(walk.read.width * walk.channels, walk.taps * walk.channels) as [
    number,
    number,
  ];
  const offsetsOf = ({ kernel, offset }: Tap) => ({ src: offset * readRow, weights: kernel * tapRow });
  const writtenOut = k.target.operands === 'streamed' && rows.length * results.flat().length <= MOST_WRITTEN;
  if (writtenOut || rows.length < 2) {
    for (const tap of rows) body(src, weights, offsetsOf(tap));
    return;
  }
  // The taps inside the map have equal distances, in the map and in the kernel.
  const [first, second] = [offsetsOf(rows[0]!), offsetsOf(rows[1]!)];
  const level = { count: rows.length, strides: [second.src - first.src, second.weights - first.weights] };
  const at = [k.pointerAt('row', src, first.src), k.pointerAt('taps', weights, first.weights)];
  nest(k, [level], at, ([s, w]) => body(s!, w!, { src: 0, weights: 0 }));
}

/** Calls `visit` with each pixel of a row that the tile reads, and with each result that reads it and the tap. */
function forReads(
  { results }: Tile,
  visit: (pixel: number, uses: readonly { readonly result: number; readonly kernel: number }[]) => void,
): void {
  const reads = new Map<number, { result: number; kernel: number }[]>();
  results.forEach((taps, result) => {
    for (const { kernel, offset } of taps)
      reads.set(offset, [...(reads.get(offset) ?? []), { result, kernel }]);
  });
  for (const pixel of [...reads.keys()].sort((a, b) => a - b)) visit(pixel, reads.get(pixel)!);
}

/** Registers for the taps of a row that the tile's results use (weights, or sums so far), by place in the kernel. */
function loadTaps(
  k: KernelBuilder,
  { results }: Tile,
  ptr: Ptr,
  offset: number,
  step: number,
  count: number,
) {
  const places = [...new Set(results.flat().map(({ kernel }) => kernel))];
  return new Map(
    places.map((kernel) => [kernel, k.load(ptr, offset + kernel * step, count, `tap${kernel}`)]),
  );
}

/** dst = the sum over the taps, after the epilogue. */
function sumTaps(
  k: KernelBuilder,
  walk: Walk,
  at: TilePointers,
  tile: Tile,
  count: number,
  { bound, operands }: LoadedEpilogue,
): void {
  const step = walk.channels * FLOAT_BYTES;
  const sums = tile.results.map((_, i) => k.constant(0, `acc${i}`));
  forKernelRows(k, walk, tile, at, (src, weights, offsets) => {
    const taps = loadTaps(k, tile, weights, offsets.weights, step, count);
    forReads(tile, (pixel, uses) => {
      const value = k.load(src, offsets.src + pixel * step, count, 'x');
      for (const { result, kernel } of uses) k.fmaInto(sums[result]!, value, taps.get(kernel)!);
    });
  });
  sums.forEach((sum, i) => {
    k.store(applyEpilogue(k, bound, sum, operands), at.dst, i * walk.columns.step * step, count);
  });
}

/**
 * For each result of the tile: weights += the pixel that the tap reads times the result's number, which is read from
 * `dst`.
 */
function addTaps(k: KernelBuilder, walk: Walk, at: TilePointers, tile: Tile, count: number): void {
  const step = walk.channels * FLOAT_BYTES;
  const slopes = tile.results.map((_, i) => k.load(at.dst, i * step, count, `dy${i}`));
  forKernelRows(k, walk, tile, at, (src, weights, offsets) => {
    const sums = loadTaps(k, tile, weights, offsets.weights, step, count);
    forReads(tile, (pixel, uses) => {
      const value = k.load(src, offsets.src + pixel * step, count, 'x');
      for (const { result, kernel } of uses) k.fmaInto(sums.get(kernel)!, value, slopes[result]!);
    });
    for (const [kernel, sum] of sums) k.store(sum, weights, offsets.weights + kernel * step, count);
  });
}
