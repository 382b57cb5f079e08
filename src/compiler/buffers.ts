/** @file Buffers: where each node's numbers are kept, and what each buffer is bound to when a program gets memory. */

import { InternalError } from '../base/errors.ts';
import { isBatched, sampleSize } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { LeafSource } from '../graph/op.ts';
import { holdsBytes, viewed } from '../graph/storage.ts';
import { accumulates, type Group, isSampleGroup, readsShards, sourceOf } from './groups.ts';
import type { Buffer, BufferKind } from './program.ts';
import type { ScheduledPhase } from './schedule.ts';

/** A buffer while the memory plan is still open. */
export type OpenBuffer = { -readonly [K in keyof Buffer]: Buffer[K] };

/** The source of a buffer's numbers: a leaf of the graph, or the program itself. */
export type Binding = { readonly source: LeafSource; readonly leaf: Node } | { readonly source: 'program' };

/** Every buffer of a step, and which node's numbers are where. */
export class Buffers {
  readonly list: OpenBuffer[] = [];
  readonly bindings: Binding[] = [];
  /** Those with the numbers of a feed as floats. */
  readonly copies = new Set<Buffer>();
  readonly #main = new Map<Node, OpenBuffer>();
  readonly #summed = new Map<Node, OpenBuffer>();
  readonly #kept: ReadonlySet<Node>;

  /** `leaving`: nodes whose numbers leave the step. */
  constructor(phases: readonly ScheduledPhase[], leaving: ReadonlySet<Node>) {
    this.#kept = keptNodes(phases, leaving);
  }

  /** The buffer `group` reads `input` from. */
  read(group: Group, input: Node): OpenBuffer {
    const source = sourceOf(group, input);
    return accumulates(source) && !readsShards(group, input)
      ? this.#of(this.#summed, source, 'whole')
      : this.home(source);
  }

  /** The buffer `group` writes its result `node` to. */
  written(group: Group, node: Node): OpenBuffer {
    return group.kind === 'shardSum' ? this.#of(this.#summed, node, 'whole') : this.home(node);
  }

  /** The buffer a node's numbers are read from after a run. */
  result(node: Node): OpenBuffer {
    const source = viewed(node);
    return accumulates(source) ? this.#of(this.#summed, source, 'whole') : this.home(source);
  }

  /** Makes `value`'s numbers appear in `node`'s buffer: an update in place. Only before `value` has a buffer. */
  alias(value: Node, node: Node): void {
    if (this.#main.has(value)) throw new InternalError(`${value.op.name} already has a buffer.`);
    this.#main.set(value, this.home(node));
  }

  /** Scratch memory of one call. */
  scratch(name: string, elements: number): OpenBuffer {
    const buffer = { id: this.list.length, name, kind: 'scratch' as const, elements, arenaOffset: 0 };
    this.list.push(buffer);
    this.bindings.push({ source: 'program' });
    return buffer;
  }

  /** The node's own buffer: its shards for a batch sum. */
  home(node: Node): OpenBuffer {
    return this.#of(this.#main, node, this.#kind(node));
  }

  #kind(node: Node): BufferKind {
    if (accumulates(node)) return 'shard';
    if (!isBatched(node.shape)) return 'whole';
    return node.op.lowering.kind === 'leaf' || this.#kept.has(node) ? 'batch' : 'chunk';
  }

  #of(map: Map<Node, OpenBuffer>, node: Node, kind: BufferKind): OpenBuffer {
    const known = map.get(node);
    if (known !== undefined) return known;
    const name = node.name === '' ? node.op.name : `${node.op.name} ${node.name}`;
    const buffer: OpenBuffer = {
      id: this.list.length,
      name,
      kind,
      elements: sampleSize(node.shape),
      arenaOffset: 0,
    };
    if (holdsBytes(node)) buffer.elementBytes = 1;
    this.list.push(buffer);
    const { lowering } = node.op;
    if (lowering.kind === 'elementwise' && lowering.unchanged === true) this.copies.add(buffer);
    this.bindings.push(
      lowering.kind === 'leaf' ? { source: lowering.source, leaf: node } : { source: 'program' },
    );
    map.set(node, buffer);
    return buffer;
  }
}

/** Batched nodes that must outlive a chunk: they leave the step, or a later sweep reads them. */
function keptNodes(phases: readonly ScheduledPhase[], leaving: ReadonlySet<Node>): Set<Node> {
  const kept = new Set(leaving);
  const madeIn = new Map<Node, ScheduledPhase>();
  for (const phase of phases) {
    for (const group of phase.groups) {
      if (!isSampleGroup(group)) continue;
      for (const node of group.results) madeIn.set(node, phase);
      for (const input of group.inputs) {
        const source = sourceOf(group, input);
        const made = madeIn.get(source);
        if (made !== undefined && made !== phase) kept.add(source);
      }
    }
  }
  return kept;
}
