/** @file What a step reports: the loss and the metrics, and the nodes that the step computes for each. */

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
 * as keys.
 */
export function namedResults(
  name: string,
  metric: Metric,
  state: MetricState,
): (readonly [name: string, value: number])[] {
  const result = metric.compute(state);
  return typeof result === 'number' ? [[name, result]] : result.map((value, i) => [`${name}_${i}`, value]);
}
