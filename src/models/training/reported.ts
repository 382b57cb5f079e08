/** @file What a step reports: the loss and the metrics, and the nodes that the step computes for each. */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { Node } from '../../graph/node.ts';
import {
  type Contributions,
  contributingNodes,
  type MetricState,
  readContributions,
} from '../../metrics/contributions.ts';
import type { Metric } from '../../metrics/metric.ts';

/** A metric that a step reports. */
export interface Reported {
  /** The key in logs and history. A metric of several numbers has a key for each, with its place: `f1_score_0`. */
  readonly name: string;
  readonly metric: Metric;
  readonly contributions: Contributions;
}

/** The nodes that the step must give out, each once. */
export function reportedNodes(reported: readonly Reported[]): Node[] {
  return [...new Set(reported.flatMap(({ contributions }) => contributingNodes(contributions)))];
}

/** What a batch of `samples` contributes to each metric; `read` gives the numbers of nodes. */
export function readReported(
  reported: readonly Reported[],
  samples: number,
  read: (node: Node) => ArrayLike<number>,
): MetricState[] {
  return reported.map(({ contributions }) => readContributions(contributions, samples, read));
}

/**
 * A metric's numbers by the keys under which they are logged. Several numbers have the metric's name and their places
 * as keys. Throws ValueError when the metric computes something else.
 */
export function namedResults(
  name: string,
  metric: Metric,
  state: MetricState,
): (readonly [name: string, value: number])[] {
  const result: unknown = metric.compute(state);
  if (typeof result === 'number') return [[name, result]];
  // A part of the state, which is a typed array, may be the result as it is.
  const list = ArrayBuffer.isView(result) ? Array.from(result as Float64Array) : result;
  if (Array.isArray(list) && list.every((value) => typeof value === 'number')) {
    return list.map((value, i) => [`${name}_${i}`, value]);
  }
  throw new ValueError(
    `Metric '${metric.name}': its compute gave ${describeValue(result)}, expected a number or a list of numbers.`,
  );
}
