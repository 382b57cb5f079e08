/**
 * @file The kernel of an element-wise group over maps: operands with one number per channel stay in registers during
 * the loop over pixels, sums over pixels are added up in registers, and maps can be read and written inside of larger
 * ones.
 */

import { isBatched, type Shape, sampleShape, sampleSize, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { KernelBuilder } from '../kernels/builder.ts';
import { forColumns } from '../kernels/columns.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from '../kernels/ir.ts';
import { inParts, nest, sampleLevel } from '../kernels/nest.ts';
import { type Border, borderedPlace, fillBorder, type Place } from '../kernels/pad.ts';
import { computeNodes, elementBytes, elementwiseOperands, literalOf, loadMap } from './elementwise-kernel.ts';
import { accumulates, alongside, type ElementwiseGroup, isSampleGroup } from './groups.ts';

/** How an operand is read: one number, one per channel, or one per element. */
type OperandKind = 'scalar' | 'channel' | 'map';

/** How the kernel of a group over samples of `shape` would read `input`; null when it cannot. */
function operandKind(shape: Shape, input: Node): OperandKind | null {
  const dims = sampleShape(shape);
  const own = sampleShape(input.shape);
  if (own.length === dims.length && own.every((extent, axis) => extent === dims[axis])) return 'map';
  if (isBatched(input.shape)) return null;
  const size = sampleSize(input.shape);
  if (size === 1) return 'scalar';
  return size === own.at(-1) && size === dims.at(-1) ? 'channel' : null;
}

/** True when `channelwiseKernel` can be the group's. */
export function isChannelwise(group: ElementwiseGroup): boolean {
  if (!isSampleGroup(group) || sampleShape(group.shape).length === 0) return false;
  return group.inputs.every((input) => literalOf(input) !== null || operandKind(group.shape, input) !== null);
}

/** True when `channelwiseKernel` should be the group's. */
export function prefersChannels(group: ElementwiseGroup): boolean {
  if (!isChannelwise(group)) return false;
  if (group.insides.size > 0 || group.nodes.some((node) => alongside(node) !== null)) return true;
  return elementwiseOperands(group).some((input) => operandKind(group.shape, input) === 'channel');
}

/** The group's maps as rows of pixels. All pixels form one row where no map lies inside of a larger one. */
interface Maps {
  readonly rows: number;
  readonly width: number;
  readonly channels: number;
}

interface Parameter {
  readonly node: Node;
  readonly kind: OperandKind | 'sum';
  readonly place: Place;
  readonly border: Border | null;
  /** Bytes of an element. */
  readonly width: number;
}

interface Context {
  readonly k: KernelBuilder;
  readonly group: ElementwiseGroup;
  readonly maps: Maps;
  /** The rows as they are walked: in pixels, or in other parts where no channel differs from another. */
  readonly walk: Pick<Maps, 'width' | 'channels'>;
  readonly operands: readonly Parameter[];
  readonly results: readonly Parameter[];
}

/** Pointers: operands in the order of `elementwiseOperands`, then the results; sums are added to. One count: samples. */
export function channelwiseKernel(group: ElementwiseGroup, target: VectorTarget): Kernel {
  const dims = sampleShape(group.shape);
  const k = new KernelBuilder(
    `${group.nodes.map((node) => node.op.name).join('_')}_${dims.join('x')}`,
    target,
  );
  const described = describe(group);
  const context = { k, group, ...described, walk: planWalk(described, target) };
  const all = [...context.operands, ...context.results];
  const pointers = all.map(({ kind }, i) => k.pointer(`${kind}${i}`));
  const level = {
    ...sampleLevel(k.count('samples'), []),
    strides: all.map(({ place, width }) => place.sample * width),
  };
  const limit = planBlock(context);
  const scales = all.map(({ kind, width }) => (kind === 'scalar' ? 0 : width / FLOAT_BYTES));
  nest(k, [level], pointers, (at) => {
    all.forEach(({ border }, i) => {
      if (border !== null && i >= context.operands.length) fillBorder(k, context.maps, border, at[i]!);
    });
    forColumns(k, { width: context.walk.channels, limit: limit.vectors, scales }, at, (column, vectors) =>
      emitColumn(context, column, vectors, limit.pixels),
    );
  });
  return k.finish();
}

/** How the group's operands and results lie in memory. */
function describe(group: ElementwiseGroup): Pick<Context, 'maps' | 'operands' | 'results'> {
  const dims = sampleShape(group.shape);
  const channels = dims.at(-1)!;
  const borders = [...group.insides, ...group.nodes].map(borderOf).filter((border) => border !== null);
  const [rows, width] = borders.length > 0 ? [dims[0]!, dims[1]!] : [1, sizeOf(dims.slice(0, -1))];
  const maps = { rows, width, channels };
  const describeOne = (node: Node, kind: Parameter['kind'], border: Border | null): Parameter => {
    const width = elementBytes(node);
    if (kind !== 'map') return { node, kind, border, width, place: { origin: 0, down: 0, sample: 0 } };
    const place = border === null ? plainPlace(maps) : borderedPlace(maps, border);
    return { node, kind, border, width, place: isBatched(node.shape) ? place : { ...place, sample: 0 } };
  };
  return {
    maps,
    operands: elementwiseOperands(group).map((node) =>
      describeOne(node, operandKind(group.shape, node)!, group.insides.has(node) ? borderOf(node) : null),
    ),
    results: group.results.map((node) =>
      describeOne(node, accumulates(node) ? 'sum' : 'map', borderOf(node)),
    ),
  };
}

/** Few channels leave most lanes of a vector empty, so rows without channels of their own are cut into parts that fill them. */
function planWalk(
  { maps: { width, channels }, operands, results }: Pick<Context, 'maps' | 'operands' | 'results'>,
  { lanes }: VectorTarget,
): Context['walk'] {
  const hasChannels =
    operands.some(({ kind }) => kind === 'channel') || results.some(({ kind }) => kind === 'sum');
  if (hasChannels) return { width, channels };
  const row = width * channels;
  const parts = Array.from({ length: Math.min(row, MOST_VECTORS * lanes) }, (_, i) => i + 1);
  const vectorsOf = (part: number) => (row / part) * Math.ceil(part / lanes);
  const best = parts
    .filter((part) => row % part === 0)
    .reduce((least, part) => (vectorsOf(part) <= vectorsOf(least) ? part : least));
  return { width: row / best, channels: best };
}

function borderOf(node: Node): Border | null {
  const what = alongside(node);
  return what === null || what.kind === 'sum' ? null : what.border;
}

function plainPlace({ rows, width, channels }: Maps): Place {
  return { origin: 0, down: width * channels, sample: rows * width * channels };
}

/** The most accumulators and values in use at a time, not counting the operands that stay in registers. */
const WORKING_REGISTERS = 8;
/** Vectors in one round of the loop over pixels, so that their operations overlap. */
const MOST_VECTORS = 4;

/** Vectors of channels and pixels that are computed in one round, as many as the registers allow. */
function planBlock({ k, walk, operands, results }: Context): { vectors: number; pixels: number } {
  const count = (list: readonly Parameter[], kind: Parameter['kind']) =>
    list.filter((each) => each.kind === kind).length;
  const [scalars, channels, sums] = [
    count(operands, 'scalar'),
    count(operands, 'channel'),
    count(results, 'sum'),
  ];
  const room = k.target.registers - WORKING_REGISTERS - scalars;
  for (let vectors = Math.min(MOST_VECTORS, Math.ceil(walk.channels / k.lanes)); vectors >= 1; vectors--) {
    for (let pixels = Math.floor(MOST_VECTORS / vectors); pixels >= 1; pixels--) {
      if (vectors * (channels + sums * pixels) <= room)
        return { vectors, pixels: Math.min(pixels, walk.width) };
    }
  }
  return { vectors: 1, pixels: 1 };
}

/** All pixels of a sample, for some vectors of channels. */
function emitColumn(
  context: Context,
  column: readonly Ptr[],
  vectors: readonly number[],
  pixels: number,
): void {
  const { k, maps, walk, operands, results } = context;
  const all = [...operands, ...results];
  const kept = new Map(
    operands.flatMap(({ node, kind }, i) =>
      kind === 'map' || kind === 'sum'
        ? []
        : [[node, vectors.map((count, v) => loadKept(k, kind, column[i]!, v, count))] as const],
    ),
  );
  const sums = new Map(
    results.flatMap(({ node, kind }) =>
      kind === 'sum' ? [[node, vectors.map(() => zeros(k, pixels))] as const] : [],
    ),
  );
  const isMap = all.map(({ kind }) => kind === 'map');
  const inMaps = all.filter((_, i) => isMap[i]);
  const starts = column.flatMap((ptr, i) =>
    isMap[i] ? [k.pointerAt(ptr.role, ptr, all[i]!.place.origin * all[i]!.width)] : [],
  );
  const down = { count: maps.rows, strides: inMaps.map(({ place, width }) => place.down * width) };
  const along = {
    length: walk.width,
    part: pixels,
    strides: inMaps.map(({ width }) => walk.channels * width),
  };
  nest(k, [down], starts, (row) =>
    inParts(k, along, row, (at, count) => {
      for (let pixel = 0; pixel < count; pixel++)
        vectors.forEach((lanes, v) => emitStep(context, { at, kept, sums, pixel, v, lanes }));
    }),
  );
  results.forEach(({ node, kind }, i) => {
    if (kind !== 'sum') return;
    sums.get(node)!.forEach((parts, v) => addToSum(k, parts, column[operands.length + i]!, v, vectors[v]!));
  });
}

function loadKept(
  k: KernelBuilder,
  kind: 'scalar' | 'channel',
  ptr: Ptr,
  vector: number,
  count: number,
): Vec {
  return kind === 'scalar' ? k.broadcast(ptr) : k.load(ptr, vector * k.lanes * FLOAT_BYTES, count);
}

function zeros(k: KernelBuilder, count: number): Vec[] {
  return Array.from({ length: count }, () => k.constant(0, 'acc'));
}

interface Step {
  /** Pointers of the maps: operands, then results. */
  readonly at: readonly Ptr[];
  readonly kept: ReadonlyMap<Node, readonly Vec[]>;
  /** By vector and pixel. */
  readonly sums: ReadonlyMap<Node, readonly (readonly Vec[])[]>;
  readonly pixel: number;
  readonly v: number;
  readonly lanes: number;
}

/** One vector of one pixel. */
function emitStep(context: Context, { at, kept, sums, pixel, v, lanes }: Step): void {
  const { k, group, walk, operands, results } = context;
  const element = pixel * walk.channels + v * k.lanes;
  let next = 0;
  const values = new Map(
    operands.map(({ node, kind, width }) => [
      node,
      kind === 'map' ? loadMap(k, node, at[next++]!, element * width, lanes) : kept.get(node)![v]!,
    ]),
  );
  computeNodes(k, group, values);
  for (const { node, kind } of results) {
    const value = alongside(node) === null ? values.get(node)! : values.get(node.inputs[0]!)!;
    if (kind === 'sum') {
      const acc = sums.get(node)![v]![pixel]!;
      k.binaryInto('add', acc, acc, value);
    } else k.store(value, at[next++]!, element * FLOAT_BYTES, lanes);
  }
}

/** Adds up the pixels' parts pairwise, and adds the result to the shard's accumulator. */
function addToSum(k: KernelBuilder, parts: readonly Vec[], sum: Ptr, vector: number, count: number): void {
  let left = [...parts];
  while (left.length > 1) {
    left = left.flatMap((part, i) =>
      i % 2 === 1 ? [] : [i + 1 < left.length ? k.add(part, left[i + 1]!) : part],
    );
  }
  const offset = vector * k.lanes * FLOAT_BYTES;
  k.store(k.add(k.load(sum, offset, count), left[0]!), sum, offset, count);
}
