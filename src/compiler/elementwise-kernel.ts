/** @file The kernel of an element-wise group: loop nests with broadcasting, or one flat run where all shapes agree. */

import { isBatched, sampleShape, sampleSize } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { holdsBytes, viewed } from '../graph/storage.ts';
import { KernelBuilder } from '../kernels/builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from '../kernels/ir.ts';
import { forVectors, nest, sampleLevel } from '../kernels/nest.ts';
import { accumulates, type ElementwiseGroup, isSampleGroup, readsShards } from './groups.ts';

/**
 * What the kernel of an element-wise group reads. Constants of one number are not among it: they are written into the
 * code.
 */
export function elementwiseOperands(group: ElementwiseGroup): Node[] {
  return group.inputs.filter((input) => literalOf(input) === null);
}

/** True when the group can be cut into slices: no operand is repeated along only a part of the axes. */
export function isFlat(group: ElementwiseGroup): boolean {
  const size = sampleSize(group.shape);
  return elementwiseOperands(group).every((input) => [1, size].includes(sampleSize(input.shape)));
}

/** A constant's only number, or null. */
export function literalOf(node: Node): number | null {
  const leaf = viewed(node);
  if (leaf.op.lowering.kind !== 'leaf' || leaf.op.lowering.source !== 'constant') return null;
  const { values } = leaf.attrs as { values: readonly number[] };
  return values.length === 1 ? values[0]! : null;
}

interface Context {
  readonly k: KernelBuilder;
  readonly group: ElementwiseGroup;
  readonly shards: number;
}

/**
 * Pointers: operands in the order of `elementwiseOperands`, then the results. Per-sample groups and flat whole groups
 * take one count (samples, elements); other whole groups none. A batch sum's pointer is its first shard.
 */
export function elementwiseKernel(group: ElementwiseGroup, shards: number, target: VectorTarget): Kernel {
  const name = group.nodes.map((node) => node.op.name).join('_');
  const k = new KernelBuilder(`${name}_${sampleShape(group.shape).join('x') || 'scalar'}`, target);
  const operands = elementwiseOperands(group);
  const pointers = [
    ...operands.map((_, i) => k.pointer(`src${i}`)),
    ...group.results.map((_, i) => k.pointer(`dst${i}`)),
  ];
  const context = { k, group, shards };
  if (isSampleGroup(group) || !isFlat(group)) nestedBody(context, operands, pointers);
  else flatBody(context, operands, pointers);
  return k.finish();
}

/** One loop over the elements of a slice. */
function flatBody(context: Context, operands: readonly Node[], pointers: readonly Ptr[]): void {
  const { k, group } = context;
  const elements = k.count('elements');
  const size = sampleSize(group.shape);
  const strides = pointers.map((_, i) =>
    i < operands.length && sampleSize(operands[i]!.shape) !== size ? 0 : 1,
  );
  const running = pointers.map((ptr) => k.pointerAt(ptr.role, ptr));
  const bumps = (count: number) =>
    running.map((ptr, i) => ({ ptr, bytes: strides[i]! * count * FLOAT_BYTES }));
  const step = (count: number) => () => emitStep(context, operands, running, strides, count);
  k.loop({ int: elements, op: 'div', by: k.lanes }, bumps(k.lanes), step(k.lanes));
  k.loop({ int: elements, op: 'mod', by: k.lanes }, bumps(1), step(1));
}

/** Loops over the samples and axes; the innermost axis in vectors. */
function nestedBody(context: Context, operands: readonly Node[], pointers: readonly Ptr[]): void {
  const { k, group } = context;
  const dims = sampleShape(group.shape);
  const values = [...operands, ...group.results];
  const widths = values.map(elementBytes);
  const axes = collapse(
    dims,
    values.map((node) => stridesOf(node, dims)),
  );
  const inner = axes.pop()!;
  const samples = isSampleGroup(group) ? k.count('samples') : null;
  const levels = [
    {
      ...sampleLevel(samples, []),
      strides: values.map((node, i) => (isBatched(node.shape) ? sampleSize(node.shape) * widths[i]! : 0)),
    },
    ...axes.map(({ size, strides }) => ({
      count: size,
      strides: strides.map((stride, i) => stride * widths[i]!),
    })),
  ];
  nest(k, levels, pointers, (at) => {
    const own = at.map((ptr) => k.pointerAt(ptr.role, ptr));
    const moving = own.flatMap((ptr, i) =>
      inner.strides[i] === 0 ? [] : [{ ptr, elementBytes: widths[i]! }],
    );
    forVectors(k, inner.size, moving, (count) => emitStep(context, operands, own, inner.strides, count));
  });
}

/** A node's stride along each of the group's axes, in elements; 0 where it is repeated. */
function stridesOf(node: Node, dims: readonly number[]): number[] {
  const own = sampleShape(node.shape);
  const strides = new Array<number>(dims.length).fill(0);
  let stride = 1;
  for (let axis = own.length - 1; axis >= 0; axis--) {
    if (own[axis] !== 1) strides[axis + dims.length - own.length] = stride;
    stride *= own[axis]!;
  }
  return strides;
}

interface Axis {
  readonly size: number;
  /** One stride for each value. */
  readonly strides: readonly number[];
}

/** Axes of extent 1 vanish; neighbours that every value walks as one become one. Outermost first, at least one. */
function collapse(dims: readonly number[], strides: readonly (readonly number[])[]): Axis[] {
  const axes: Axis[] = [];
  dims.forEach((size, axis) => {
    if (size === 1) return;
    const here = strides.map((list) => list[axis]!);
    const last = axes.at(-1);
    if (last !== undefined && here.every((stride, i) => last.strides[i] === stride * size)) {
      axes[axes.length - 1] = { size: last.size * size, strides: here };
    } else axes.push({ size, strides: here });
  });
  return axes.length > 0 ? axes : [{ size: 1, strides: strides.map(() => 1) }];
}

/** Loads the operands, computes the group, stores the results: `count` elements. */
function emitStep(
  context: Context,
  operands: readonly Node[],
  pointers: readonly Ptr[],
  strides: readonly number[],
  count: number,
): void {
  const { k, group } = context;
  const values = new Map<Node, Vec>();
  operands.forEach((node, i) => {
    values.set(node, loadOperand(context, node, pointers[i]!, strides[i]!, count));
  });
  computeNodes(k, group, values);
  group.results.forEach((node, i) => {
    k.store(values.get(node)!, pointers[operands.length + i]!, 0, count);
  });
}

/** Adds the group's element-wise nodes to `values`, which has those of its operands. */
export function computeNodes(k: KernelBuilder, group: ElementwiseGroup, values: Map<Node, Vec>): void {
  for (const node of group.nodes) {
    const { lowering } = node.op;
    if (lowering.kind !== 'elementwise') continue;
    const args = node.inputs.map((input) => values.get(input) ?? k.constant(literalOf(input)!));
    values.set(node, lowering.emit(k, args, node.attrs));
  }
}

function loadOperand(
  { k, group, shards }: Context,
  node: Node,
  ptr: Ptr,
  stride: number,
  count: number,
): Vec {
  if (holdsBytes(node)) return stride === 0 ? repeatedByte(k, ptr) : loadMap(k, node, ptr, 0, count);
  const load = (offset: number) => (stride === 0 ? k.broadcast(ptr, offset) : k.load(ptr, offset, count));
  if (!accumulates(viewed(node)) || !readsShards(group, node)) return load(0);
  return sumShards(k, load, shards, sampleSize(node.shape));
}

/** Bytes of an element of the node's numbers. */
export function elementBytes(node: Node): number {
  return holdsBytes(node) ? 1 : FLOAT_BYTES;
}

/** Loads `count` numbers of an operand as floats. */
export function loadMap(k: KernelBuilder, node: Node, ptr: Ptr, offset: number, count: number): Vec {
  return holdsBytes(node) ? k.unary('toFloat', k.loadBytes(ptr, offset, count)) : k.load(ptr, offset, count);
}

function repeatedByte(k: KernelBuilder, ptr: Ptr): Vec {
  return k.unary('toFloat', k.gatherBytes(ptr, k.constantInt(0)));
}

/** The shards' parts added up pairwise, in an order that depends on nothing but their number. */
export function sumShards(
  k: KernelBuilder,
  load: (offset: number) => Vec,
  shards: number,
  elements: number,
): Vec {
  let parts = Array.from({ length: shards }, (_, shard) => load(shard * elements * FLOAT_BYTES));
  while (parts.length > 1) {
    const pairs: Vec[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      pairs.push(i + 1 < parts.length ? k.add(parts[i]!, parts[i + 1]!) : parts[i]!);
    }
    parts = pairs;
  }
  return parts[0]!;
}

/** Pointers: the first shard, dst. One count: elements of the slice. */
export function shardSumKernel(node: Node, shards: number, target: VectorTarget): Kernel {
  const size = sampleSize(node.shape);
  const k = new KernelBuilder(`shard_sum_${shards}x${size}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const elements = k.count('elements');
  const bumps = (count: number) => [src, dst].map((ptr) => ({ ptr, bytes: count * FLOAT_BYTES }));
  const step = (count: number) => () =>
    k.store(
      sumShards(k, (offset) => k.load(src, offset, count), shards, size),
      dst,
      0,
      count,
    );
  k.loop({ int: elements, op: 'div', by: k.lanes }, bumps(k.lanes), step(k.lanes));
  k.loop({ int: elements, op: 'mod', by: k.lanes }, bumps(1), step(1));
  return k.finish();
}
