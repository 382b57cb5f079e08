/**
 * @file Work that element-wise groups take over from other groups: sums over the pixels of a value that they compute,
 * borders around it, and reading a map inside of a larger one. A group also joins the group that computes the value it
 * reads.
 */

import { isBatched, sameShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { isChannelwise } from './channelwise-kernel.ts';
import { isFlat } from './elementwise-kernel.ts';
import {
  accumulates,
  alongside,
  type ElementwiseGroup,
  type Group,
  isSampleGroup,
  type KernelGroup,
  sourceOf,
} from './groups.ts';
import type { Sweeps } from './recompute.ts';

export interface AbsorbContext {
  /** The readers of each node; null where it is read through a view. */
  readonly users: ReadonlyMap<Node, readonly Node[] | null>;
  readonly leaving: ReadonlySet<Node>;
  /** All nodes, inputs before users. */
  readonly order: readonly Node[];
  readonly sweeps: Sweeps;
  /** Nodes of a group at most. */
  readonly limit: number;
}

/** The groups, in no order, with all such work taken over. */
export function absorb(groups: readonly Group[], context: AbsorbContext): Group[] {
  const several = context.sweeps.count > 1;
  const result = new Groups(groups, context);
  for (const group of groups) {
    if (group.kind !== 'kernel' || group.epilogue.length > 0) continue;
    const what = alongside(group.producer);
    if (what?.kind === 'inside') result.readInside(group);
    // In a step of one sweep no group waits for a sum, and the numbers of the sum are in the cache, so a sum stays a
    // group of its own.
    else if (what?.kind === 'border' || (what?.kind === 'sum' && several)) result.attach(group);
  }
  if (several) result.joinAll();
  return result.list;
}

class Groups {
  list: Group[];
  readonly #context: AbsorbContext;
  readonly #place: ReadonlyMap<Node, number>;
  readonly #makers = new Map<Node, Group>();

  constructor(groups: readonly Group[], context: AbsorbContext) {
    this.list = [...groups];
    this.#context = context;
    this.#place = new Map(context.order.map((node, i) => [node, i]));
    this.#note(groups);
  }

  /** Lets all readers of a map that is cut out of a larger one read it inside of that one. */
  readInside(group: KernelGroup): void {
    const map = group.producer;
    const { users, leaving } = this.#context;
    if (leaving.has(map) || users.get(map) === null) return;
    const readers = this.list.filter((each) => each.inputs.includes(map));
    const fits = (each: Group): each is ElementwiseGroup =>
      each.kind === 'elementwise' && isChannelwise(each) && sameShape(each.shape, map.shape);
    if (!readers.every(fits)) return;
    for (const reader of readers)
      this.#replace([reader], { ...reader, insides: new Set([...reader.insides, map]) });
    this.#replace([group]);
  }

  /** Gives a sum or a border to the group that computes its input; a sum of something else becomes a group of its own. */
  attach(group: KernelGroup): void {
    const node = group.producer;
    const input = node.inputs[0]!;
    // A bordered map is always in memory: it has more pixels than its group computes.
    const computed = alongside(input) === null;
    const host = this.list.find(
      (each) => computed && each.kind === 'elementwise' && each.nodes.includes(input),
    );
    if (host?.kind === 'elementwise') {
      if (isChannelwise(host) && host.nodes.length < this.#context.limit)
        this.#replace([group, host], this.#group([...host.nodes, node], host.insides));
    } else if (accumulates(node) && isBatched(input.shape)) {
      const alone = this.#group([node], new Set());
      if (isChannelwise(alone)) this.#replace([group], alone);
    }
  }

  /** Joins each group with sums, and each of whole values, to the one that computes what it reads, if it can. */
  joinAll(): void {
    for (const group of [...this.list]) {
      let reader = group;
      while (reader.kind === 'elementwise' && this.list.includes(reader)) {
        const joined = this.#joined(reader);
        if (joined === null) break;
        reader = joined;
      }
    }
  }

  #joined(reader: ElementwiseGroup): ElementwiseGroup | null {
    const whole = !isSampleGroup(reader);
    if (!whole && !reader.results.some(accumulates)) return null;
    const makers = this.#needs(reader);
    for (const maker of makers) {
      if (maker.kind !== 'elementwise' || isSampleGroup(maker) === whole) continue;
      if (!sameShape(maker.shape, reader.shape) || this.#sweep(maker) !== this.#sweep(reader)) continue;
      if (maker.nodes.length + reader.nodes.length > this.#context.limit) continue;
      if (makers.some((other) => other !== maker && this.#reaches(other, maker))) continue;
      const insides = new Set([...maker.insides, ...reader.insides]);
      const joined = this.#group([...maker.nodes, ...reader.nodes], insides);
      // A member's value that is read under another shape must be in memory.
      if (joined.inputs.some((input) => joined.nodes.includes(sourceOf(joined, input)))) continue;
      if (!(whole ? isFlat(joined) : isChannelwise(joined))) continue;
      this.#replace([maker, reader], joined);
      return joined;
    }
    return null;
  }

  #needs(group: Group): Group[] {
    const makers = group.inputs.map((input) => this.#makers.get(sourceOf(group, input)));
    return [...new Set(makers.filter((maker) => maker !== undefined && maker !== group))] as Group[];
  }

  #reaches(from: Group, to: Group, seen = new Set<Group>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return this.#needs(from).some((each) => this.#reaches(each, to, seen));
  }

  #sweep({ nodes }: ElementwiseGroup): number {
    return Math.max(...nodes.map((node) => this.#context.sweeps.of.get(node)!));
  }

  #replace(old: readonly Group[], ...now: readonly Group[]): void {
    this.list = [...this.list.filter((each) => !old.includes(each)), ...now];
    this.#note(now);
  }

  #note(groups: readonly Group[]): void {
    for (const group of groups) for (const node of group.results) this.#makers.set(node, group);
  }

  /** A group of these nodes. */
  #group(nodes: readonly Node[], insides: ReadonlySet<Node>): ElementwiseGroup {
    const { users, leaving } = this.#context;
    const members = new Set(nodes);
    const isResult = (node: Node): boolean =>
      leaving.has(node) || (users.get(node)?.some((user) => !members.has(user)) ?? true);
    const sorted = [...members].sort((a, b) => this.#place.get(a)! - this.#place.get(b)!);
    const first = sorted.find((node) => alongside(node) === null);
    return {
      kind: 'elementwise',
      shape: first === undefined ? sorted[0]!.inputs[0]!.shape : first.shape,
      nodes: sorted,
      results: sorted.filter(isResult),
      inputs: [...new Set(sorted.flatMap((node) => node.inputs.filter((input) => !members.has(input))))],
      insides,
    };
  }
}
