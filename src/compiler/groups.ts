/** @file Groups: the nodes that become one kernel call. What they read, what they write, on which domain they run. */

import { isBatched, type Shape, sameShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Alongside } from '../graph/op.ts';
import { viewed } from '../graph/storage.ts';
import type { FusedWindow } from '../kernels/conv-tiles.ts';

/** Element-wise nodes of one shape, computed together, and sums and borders of their values. */
export interface ElementwiseGroup {
  readonly kind: 'elementwise';
  readonly shape: Shape;
  /** Inputs before users: element-wise nodes, and sums and borders of a value of `shape`. */
  readonly nodes: readonly Node[];
  /** Nodes of the group whose numbers others need. */
  readonly results: readonly Node[];
  /** Nodes that are read, each once; a view counts as itself, since its shape says how it is read. */
  readonly inputs: readonly Node[];
  /** The inputs that are read in place, inside of a larger map. */
  readonly insides: ReadonlySet<Node>;
}

/** A node with a kernel of its own, and the nodes that are fused after it. */
export interface KernelGroup {
  readonly kind: 'kernel';
  readonly producer: Node;
  readonly window: FusedWindow | null;
  /** The result after the window and before the epilogue. */
  readonly value: Node;
  /** Element-wise nodes applied to the result, in order. */
  readonly epilogue: readonly Node[];
  /** The value after window and epilogue, then the window's index when it is asked for. */
  readonly results: readonly Node[];
  /** The producer's inputs, then the epilogue's extra operands. */
  readonly inputs: readonly Node[];
}

/** A batch sum brought together: the shards' accumulators added up in order. */
export interface ShardSumGroup {
  readonly kind: 'shardSum';
  readonly results: readonly [Node];
  readonly inputs: readonly [Node];
}

export type Group = ElementwiseGroup | KernelGroup | ShardSumGroup;

/** What an element-wise group may do for the node: null when it needs a kernel of its own, or none. */
export function alongside(node: Node): Alongside | null {
  const { lowering } = node.op;
  return lowering.kind === 'kernel' ? (lowering.alongside?.(node) ?? null) : null;
}

/** The node in whose buffer the group finds its input. */
export function sourceOf(group: Group, input: Node): Node {
  const inside = group.kind === 'elementwise' && group.insides.has(input);
  return viewed(inside ? input.inputs[0]! : input);
}

/** True when the node is summed over the samples of a step: every shard has a part of it. */
export function accumulates(node: Node): boolean {
  const { lowering } = node.op;
  return lowering.kind === 'kernel' && (lowering.accumulates?.(node) ?? false);
}

/** Bytes of whole values that a call of the node's kernel goes through from end to end, as its op says. */
export function streamedBytes(node: Node): number {
  const { lowering } = node.op;
  return lowering.kind === 'kernel' ? (lowering.streams?.(node) ?? 0) : 0;
}

/** True when the group runs for every sample; else once per step. */
export function isSampleGroup(group: Group): boolean {
  if (group.kind === 'shardSum') return false;
  return group.results.some((node) => isBatched(node.shape) || accumulates(node));
}

/** True when the group adds up the shards of a batch sum itself, element by element, as it reads. */
export function readsShards(group: Group, input: Node): boolean {
  if (!accumulates(viewed(input))) return false;
  if (group.kind === 'shardSum') return true;
  return group.kind === 'elementwise' && !isSampleGroup(group) && sameShape(input.shape, group.shape);
}

/** The groups that each group needs done before it. */
export function dependencies(groups: readonly Group[]): Map<Group, Group[]> {
  const makers = new Map<Node, Group>();
  const shardSums = new Map<Node, Group>();
  for (const group of groups) {
    for (const node of group.results) (group.kind === 'shardSum' ? shardSums : makers).set(node, group);
  }
  return new Map(
    groups.map((group) => {
      const needed = group.inputs.map((input) => {
        const source = sourceOf(group, input);
        return accumulates(source) && !readsShards(group, input) ? shardSums.get(source) : makers.get(source);
      });
      return [group, [...new Set(needed.filter((each) => each !== undefined && each !== group))] as Group[]];
    }),
  );
}

/** A short name for dumps: the ops, and the layer of the first. */
export function groupName(group: Group): string {
  if (group.kind === 'shardSum') return `sum of shards ${group.results[0].op.name}`;
  const nodes = group.kind === 'kernel' ? [group.producer, ...group.epilogue] : group.nodes;
  const ops = nodes.map((node) => node.op.name);
  if (group.kind === 'kernel' && group.window !== null)
    ops.splice(1, 0, `pool${group.window.height}x${group.window.width}`);
  const scope = nodes[0]!.name;
  return `${ops.join('+')}${scope === '' ? '' : ` (${scope})`}`;
}
