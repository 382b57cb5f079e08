/**
 * @file Sweeps of their own for work on large weights. Such work goes through all weights with every call, so a call
 * should have many samples; work on large maps should have few, so that they stay in the caches. One sweep has one size
 * of chunks, so the two are not put into one sweep.
 */

import { isBatched, sampleSize } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { FLOAT_BYTES } from '../kernels/ir.ts';
import { accumulates, streamedBytes } from './groups.ts';

/** Weights of this size do not stay in a core's caches from one call to the next. */
const LARGE_WEIGHTS = 2 ** 20;
/** Values of this many bytes per sample count as large maps. */
const LARGE_MAP = 2 ** 16;

type Content = 'weights' | 'maps';

/** What large things the sweeps that nodes were placed in have so far. */
export class SweepsApart {
  readonly #contents: (Content | undefined)[] = [];

  /** Whether a node was given a later sweep than it could run in. */
  moved = false;

  /** The sweep of a node that can run in sweep `first` or later. Nodes are placed in topological order. */
  place(node: Node, first: number): number {
    const content = contentOf(node);
    if (content === null) return first;
    let sweep = first;
    while (this.#contents[sweep] !== undefined && this.#contents[sweep] !== content) sweep++;
    this.moved ||= sweep > first;
    this.#contents[sweep] = content;
    return sweep;
  }
}

/** Null for nodes that can be in any sweep. */
function contentOf(node: Node): Content | null {
  const { lowering } = node.op;
  if (lowering.kind === 'view' || lowering.kind === 'leaf') return null;
  if (lowering.kind === 'elementwise' && lowering.unchanged === true) return null;
  if (!isBatched(node.shape) && !accumulates(node)) return null;
  if (streamedBytes(node) >= LARGE_WEIGHTS) return 'weights';
  const largest = Math.max(...[node, ...node.inputs].map(mapBytes));
  return largest >= LARGE_MAP ? 'maps' : null;
}

function mapBytes({ shape }: Node): number {
  return isBatched(shape) ? sampleSize(shape) * FLOAT_BYTES : 0;
}
