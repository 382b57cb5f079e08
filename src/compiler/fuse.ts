/**
 * @file Fusion: bias, activation and pooling into their producers, element-wise neighbours into one kernel.
 * It asks ops for properties (fusible, window, element-wise) and never for their names.
 */

import { isBatched, sameShape, sampleSize } from '../base/shape.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';
import type { KernelLowering } from '../graph/op.ts';
import { viewed } from '../graph/storage.ts';
import type { FusedWindow } from '../kernels/conv-tiles.ts';
import type { VectorTarget } from '../kernels/ir.ts';
import { maxRows } from '../kernels/outer-product.ts';
import { absorb } from './absorb.ts';
import {
  accumulates,
  dependencies,
  type ElementwiseGroup,
  type Group,
  type KernelGroup,
  readsShards,
} from './groups.ts';
import type { Sweeps } from './recompute.ts';

export interface FuseOptions {
  /** Nodes whose numbers leave the step. */
  readonly outputs: readonly Node[];
  readonly sweeps: Sweeps;
  readonly target: VectorTarget;
  /** False: every node is a group of its own. */
  readonly fuse: boolean;
}

interface Context extends FuseOptions {
  /** The readers of each node; null where it is read through a view, which needs its numbers in memory. */
  readonly users: ReadonlyMap<Node, readonly Node[] | null>;
  readonly leaving: ReadonlySet<Node>;
  /** Nodes that already have a group. */
  readonly taken: Set<Node>;
}

/** Element-wise nodes in one kernel at most, so that its values fit into registers. */
const MAX_ELEMENTWISE = 48;

/** Groups of all nodes that are computed, in an order in which each is ready when its turn comes. */
export function fuse(options: FuseOptions): Group[] {
  const order = topologicalOrder(options.outputs).filter((node) => !isFree(node));
  const context: Context = {
    ...options,
    users: usersOf(order),
    leaving: new Set(options.outputs.map(viewed)),
    taken: new Set(),
  };
  const groups: Group[] = [];
  for (const node of order) {
    if (node.op.lowering.kind === 'kernel' && !context.taken.has(node))
      groups.push(kernelGroup(context, node));
  }
  for (const node of [...order].reverse()) {
    if (!context.taken.has(node)) groups.push(elementwiseGroup(context, node, order));
  }
  const { users, leaving, sweeps } = context;
  const all = options.fuse
    ? absorb(groups, { users, leaving, order, sweeps, limit: MAX_ELEMENTWISE })
    : groups;
  return inOrder([...all, ...shardSums(context, all)]);
}

/** Leaves and views need no kernel. */
function isFree(node: Node): boolean {
  const { kind } = node.op.lowering;
  return kind === 'leaf' || kind === 'view';
}

function usersOf(order: readonly Node[]): Map<Node, Node[] | null> {
  const users = new Map<Node, Node[] | null>(order.map((node) => [node, []]));
  for (const node of order) {
    for (const input of new Set(node.inputs)) {
      const source = viewed(input);
      if (source === input) users.get(input)?.push(node);
      else users.set(source, null);
    }
  }
  return users;
}

function kernelGroup(context: Context, producer: Node): KernelGroup {
  context.taken.add(producer);
  const fusible = (producer.op.lowering as KernelLowering).fusible ?? 'none';
  const pooled = context.fuse && fusible === 'epilogue+window' ? fusedWindow(context, producer) : null;
  const last = pooled === null ? producer : pooled.value;
  const { epilogue, extras } =
    context.fuse && fusible !== 'none' ? epilogueOf(context, last) : { epilogue: [], extras: [] };
  return {
    kind: 'kernel',
    producer,
    window: pooled?.window ?? null,
    value: last,
    epilogue,
    results: [epilogue.at(-1) ?? last, ...(pooled !== null && pooled.index !== null ? [pooled.index] : [])],
    inputs: [...producer.inputs.map(viewed), ...extras],
  };
}

/** A max pooling (and its index) of the result of `producer`, when no other node reads that result. */
function fusedWindow(
  context: Context,
  producer: Node,
): { window: FusedWindow; value: Node; index: Node | null } | null {
  const users = context.users.get(producer)!;
  if (users === null || context.leaving.has(producer)) return null;
  const found = users.map((user) => ({ user, window: windowOf(user) }));
  const value = found.find(({ window }) => window?.kind === 'value');
  const index = found.find(({ window }) => window?.kind === 'index');
  if (value === undefined || found.some((each) => each !== value && each !== index)) return null;
  const { height, width } = value.window!;
  const [fitHeight, fitWidth] = (producer.op.lowering as KernelLowering).windowSize ?? [height, width];
  if (height !== fitHeight || width !== fitWidth || height * width > maxRows(context.target, 1)) return null;
  context.taken.add(value.user);
  if (index !== undefined) context.taken.add(index.user);
  return {
    window: { height, width, index: index !== undefined },
    value: value.user,
    index: index?.user ?? null,
  };
}

function windowOf(node: Node): ReturnType<NonNullable<KernelLowering['window']>> {
  const { lowering } = node.op;
  return lowering.kind === 'kernel' && lowering.window !== undefined ? lowering.window(node.attrs) : null;
}

/** Element-wise nodes that an epilogue may go on with before their values meet again. */
const MAX_APART = 8;

/**
 * The element-wise nodes that follow `value` and whose other operands are one number, or one per channel. All but the
 * last one's results are read by the epilogue only.
 */
function epilogueOf(context: Context, value: Node): { epilogue: Node[]; extras: Node[] } {
  const members = [value];
  let epilogue: Node[] = [];
  while (members.length - epilogue.length <= MAX_APART) {
    const next = nextOfEpilogue(context, members);
    if (next === undefined) break;
    members.push(next);
    if (members.slice(0, -1).every((member) => isReadBy(context, member, members)))
      epilogue = members.slice(1);
  }
  for (const node of epilogue) context.taken.add(node);
  const isInside = (input: Node) => input === value || epilogue.includes(input);
  return {
    epilogue,
    extras: epilogue.flatMap(({ inputs }) => inputs.filter((input) => !isInside(input))).map(viewed),
  };
}

function nextOfEpilogue({ users, taken }: Context, members: readonly Node[]): Node | undefined {
  const [value] = members as readonly [Node];
  for (const member of members) {
    for (const user of users.get(member) ?? []) {
      if (!members.includes(user) && !taken.has(user) && continues(value, user, members)) return user;
    }
  }
  return undefined;
}

function continues(value: Node, next: Node, members: readonly Node[]): boolean {
  if (next.op.lowering.kind !== 'elementwise' || !sameShape(next.shape, value.shape)) return false;
  return next.inputs.every((input) => members.includes(input) || epilogueOperand(input, value) !== null);
}

/** True when nothing but `members` reads the numbers of `node`. */
function isReadBy({ users, leaving }: Context, node: Node, members: readonly Node[]): boolean {
  return !leaving.has(node) && users.get(node)?.every((user) => members.includes(user)) === true;
}

/** How an epilogue on `value` may read `operand`: one number, one per channel, or not at all. */
export function epilogueOperand(operand: Node, value: Node): 'scalar' | 'channel' | null {
  if (isBatched(operand.shape) || accumulates(viewed(operand))) return null;
  const size = sampleSize(operand.shape);
  if (size === 1) return 'scalar';
  return operand.shape.at(-1) === value.shape.at(-1) && size === operand.shape.at(-1) ? 'channel' : null;
}

/** The group that ends in `root`: its element-wise inputs of the same shape join while only the group reads them. */
function elementwiseGroup(context: Context, root: Node, order: readonly Node[]): ElementwiseGroup {
  const members = new Set<Node>([root]);
  context.taken.add(root);
  for (let grown = context.fuse; grown; ) {
    grown = false;
    for (const member of [...members]) {
      for (const input of member.inputs) {
        if (members.size >= MAX_ELEMENTWISE || members.has(input) || !joins(context, members, root, input))
          continue;
        members.add(input);
        context.taken.add(input);
        grown = true;
      }
    }
  }
  const nodes = order.filter((node) => members.has(node));
  return {
    kind: 'elementwise',
    shape: root.shape,
    nodes,
    results: nodes.filter((node) => node === root || context.leaving.has(node)),
    inputs: [...new Set(nodes.flatMap((node) => node.inputs.filter((input) => !members.has(input))))],
    insides: new Set(),
  };
}

function joins(context: Context, members: ReadonlySet<Node>, root: Node, input: Node): boolean {
  return (
    input.op.lowering.kind === 'elementwise' &&
    !context.taken.has(input) &&
    sameShape(input.shape, root.shape) &&
    context.users.get(input)?.every((user) => members.has(user)) === true
  );
}

/** Batch sums that leave the step or are not added up by their readers get a group that does. */
function shardSums(context: Context, groups: readonly Group[]): Group[] {
  const needed = new Set<Node>();
  for (const node of context.leaving) if (accumulates(node)) needed.add(node);
  for (const group of groups) {
    for (const input of group.inputs) {
      if (accumulates(viewed(input)) && !readsShards(group, input)) needed.add(viewed(input));
    }
  }
  return [...needed].map((node) => ({ kind: 'shardSum', results: [node], inputs: [node] }));
}

/** Sorts groups so that each comes after those it needs. */
function inOrder(groups: readonly Group[]): Group[] {
  const needs = dependencies(groups);
  const sorted: Group[] = [];
  const seen = new Set<Group>();
  const visit = (group: Group): void => {
    if (seen.has(group)) return;
    seen.add(group);
    for (const needed of needs.get(group)!) visit(needed);
    sorted.push(group);
  };
  for (const group of groups) visit(group);
  return sorted;
}
