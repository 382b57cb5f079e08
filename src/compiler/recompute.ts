/**
 * @file Which sweep over the samples each node runs in, and which values a later sweep computes again. A value that two
 * sweeps need goes through memory. Where it can be computed from one other value that is kept anyway (a normalized map
 * from the convolution's result), the later sweep reads that value and computes it again (Chen et al., arXiv
 * 1604.06174).
 */

import { isBatched } from '../base/shape.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';
import { viewed } from '../graph/storage.ts';
import { accumulates, alongside } from './groups.ts';
import { SweepsApart } from './sweeps-apart.ts';

export interface Sweeps {
  /** The node that replaces each of the roots. */
  readonly roots: ReadonlyMap<Node, Node>;
  /** The first sweep in which each node can run; for a node that is computed again, the sweep that needs it. */
  readonly of: ReadonlyMap<Node, number>;
  /** Whether work on large weights was moved to sweeps of its own. */
  readonly moved: boolean;
  /** Sweeps of the step. */
  readonly count: number;
}

/**
 * From how many kept values a value may be computed again, at most: reading more than one would take as long as reading
 * the value.
 */
const MOST_SOURCES = 1;
/** How many nodes are computed again for one value, at most. */
const MOST_NODES = 12;

/**
 * Places `roots`, the step's outputs and updates, and all they depend on.
 *
 * @param apart Whether work on large weights gets sweeps of its own (`SweepsApart`).
 */
export function placeInSweeps(roots: readonly Node[], apart: boolean): Sweeps {
  const order = topologicalOrder(roots);
  const sweepsApart = apart ? new SweepsApart() : null;
  const of = firstSweeps(order, sweepsApart);
  const sources = new Sources(order, roots);
  const rewritten = new Map<Node, Node>();
  const again = new Map<number, Map<Node, Node>>();
  const remade = (node: Node, sweep: number): Node => {
    const inputs = node.inputs.map((input) => at(input, sweep));
    const changed = inputs.some((input, i) => input !== node.inputs[i]);
    return changed ? { ...node, inputs } : node;
  };
  /** The node as a node of `sweep` reads it. */
  const at = (node: Node, sweep: number): Node => {
    if (!isBatched(node.shape) || of.get(node)! >= sweep || !sources.follows(node))
      return rewritten.get(node)!;
    const here = again.get(sweep) ?? new Map<Node, Node>();
    again.set(sweep, here);
    const known = here.get(node);
    if (known !== undefined) return known;
    const copy = { ...node, inputs: node.inputs.map((input) => at(input, sweep)) };
    here.set(node, copy);
    of.set(copy, sweep);
    return copy;
  };
  for (const node of order) {
    const now = remade(node, of.get(node)!);
    rewritten.set(node, now);
    of.set(now, of.get(node)!);
  }
  const last = Math.max(0, ...order.filter(runsOnSamples).map((node) => of.get(node)!));
  return {
    roots: new Map(roots.map((root) => [root, rewritten.get(root)!])),
    of,
    moved: sweepsApart?.moved ?? false,
    count: last + 1,
  };
}

function runsOnSamples(node: Node): boolean {
  return isBatched(node.shape) || accumulates(node);
}

/** A sum over the batch is complete after its sweep. */
function firstSweeps(order: readonly Node[], apart: SweepsApart | null): Map<Node, number> {
  const sweeps = new Map<Node, number>();
  for (const node of order) {
    const ready = node.inputs.map((input) => sweeps.get(input)! + (accumulates(viewed(input)) ? 1 : 0));
    const first = Math.max(0, ...ready);
    sweeps.set(node, apart === null ? first : apart.place(node, first));
  }
  return sweeps;
}

/** From which kept values each value follows. */
class Sources {
  readonly #users = new Map<Node, number>();
  readonly #leaving: ReadonlySet<Node>;
  readonly #known = new Map<Node, { readonly from: ReadonlySet<Node>; readonly nodes: number }>();

  constructor(order: readonly Node[], roots: readonly Node[]) {
    this.#leaving = new Set(roots.map(viewed));
    for (const node of order) {
      for (const input of new Set(node.inputs)) this.#users.set(input, (this.#users.get(input) ?? 0) + 1);
    }
  }

  /** True when the value should be computed again where a later sweep needs it. */
  follows(node: Node): boolean {
    return !this.#of(node).from.has(node);
  }

  #of(node: Node): { readonly from: ReadonlySet<Node>; readonly nodes: number } {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const found = this.#find(node);
    this.#known.set(node, found);
    return found;
  }

  #find(node: Node): { readonly from: ReadonlySet<Node>; readonly nodes: number } {
    if (!isBatched(node.shape)) return { from: new Set(), nodes: 0 };
    const kept = { from: new Set([node]), nodes: 0 };
    if (!isCheap(node) || this.#leaving.has(viewed(node)) || this.#isEpilogue(node)) return kept;
    const inputs = node.inputs.map((input) => this.#of(input));
    const from = new Set(inputs.flatMap((input) => [...input.from]));
    const nodes = inputs.reduce((sum, input) => sum + input.nodes, 1);
    return from.size <= MOST_SOURCES && nodes <= MOST_NODES ? { from, nodes } : kept;
  }

  /** True when this node is the only reader of a kernel's result, so that the result itself may never be in memory. */
  #isEpilogue(node: Node): boolean {
    return node.inputs.some((input) => {
      if (!isBatched(input.shape) || this.#users.get(input) !== 1) return false;
      const { kind } = input.op.lowering;
      return kind === 'kernel'
        ? alongside(input) === null
        : kind === 'elementwise' && this.#isEpilogue(input);
    });
  }
}

function isCheap(node: Node): boolean {
  const { kind } = node.op.lowering;
  return kind === 'elementwise' || kind === 'view' || alongside(node)?.kind === 'border';
}
