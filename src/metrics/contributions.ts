/** @file What a batch contributes to a metric's state: as nodes while a step is built, as numbers after it has run. */

import { InternalError, ValueError } from '../base/errors.ts';
import { formatShape, isBatched } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import { evaluate } from '../graph/evaluate.ts';
import { checkNode, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { inverseBatchSizeOp, placeholder, sampleIndexOp } from '../ops/leaf.ts';

/** A metric's state: whole vectors by name, row-major where they stand for more axes. */
export type MetricState = Readonly<Record<string, Float64Array>>;

/**
 * What a batch contributes to one part of a state: a whole node's numbers; a number for each sample, or for the batch,
 * which need no output of the step; or a whole node's numbers times the number of samples, for a mean over the batch.
 */
export type Contribution = Node | number | { readonly perBatch: number } | { readonly timesSamples: Node };

/** The contributions by the names of the state's parts. */
export type Contributions = Readonly<Record<string, Contribution>>;

function nodeOf(contribution: Contribution): Node | null {
  if (typeof contribution === 'number' || 'perBatch' in contribution) return null;
  return 'timesSamples' in contribution ? contribution.timesSamples : contribution;
}

/** The nodes whose numbers the contributions need. */
export function contributingNodes(contributions: Contributions): Node[] {
  return Object.values(contributions).flatMap((contribution) => nodeOf(contribution) ?? []);
}

/** Throws ValueError unless all nodes are whole. `who` made them. */
export function checkContributions(who: string, contributions: Contributions): void {
  for (const [name, contribution] of Object.entries(contributions)) {
    if (typeof contribution === 'number' || 'perBatch' in contribution) continue;
    const node = nodeOf(contribution);
    checkNode(`${who}, its '${name}'`, node);
    if (!isBatched(node.shape)) continue;
    throw new ValueError(
      `${who}: its '${name}' has the shape ${formatShape(node.shape)}, one value per sample. ` +
        'A state is made of sums over the batch: use ops.sum.',
    );
  }
}

/** The contributions of a batch of `samples`; `read` gives the numbers of nodes. */
export function readContributions(
  contributions: Contributions,
  samples: number,
  read: (node: Node) => ArrayLike<number>,
): MetricState {
  const vector = (contribution: Contribution): Float64Array => {
    if (typeof contribution === 'number') return Float64Array.of(contribution * samples);
    if ('perBatch' in contribution) return Float64Array.of(contribution.perBatch);
    if (!('timesSamples' in contribution)) return Float64Array.from(read(contribution));
    return Float64Array.from(read(contribution.timesSamples), (value) => value * samples);
  };
  return Object.fromEntries(Object.entries(contributions).map(([name, each]) => [name, vector(each)]));
}

/** The contributions of arrays of equally many samples, computed in float64 by the ops' references. */
export function evaluateContributions(
  arrays: readonly Tensor[],
  contribute: (nodes: readonly Node[]) => Contributions,
): MetricState {
  const samples = arrays[0]!.shape[0]!;
  const nodes = arrays.map(({ shape }, i) =>
    placeholder({ shape: [null, ...shape.slice(1)], name: `input_${i}` }),
  );
  const contributions = contribute(nodes);
  checkContributions('The metric', contributions);
  const wanted = contributingNodes(contributions);
  const leaf = (node: Node) => {
    const shape = node.shape.map((extent) => extent ?? samples);
    const given = arrays[nodes.indexOf(node)];
    const op = node.op as Op<never>;
    if (given !== undefined) return { shape, data: Float64Array.from(given.data) };
    if (op === inverseBatchSizeOp) return { shape, data: Float64Array.of(1 / samples) };
    if (op === sampleIndexOp) return { shape, data: Float64Array.from({ length: samples }, (_, i) => i) };
    return undefined;
  };
  const values = evaluate(wanted, leaf, samples);
  return readContributions(contributions, samples, (node) => {
    const value = values[wanted.indexOf(node)];
    if (value === undefined) throw new InternalError(`'${node.name}' was not evaluated.`);
    return value.data;
  });
}
