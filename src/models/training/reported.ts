/** @file What a step reports: metrics, the loss among them, and what the step computes for each. */

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
  /** The key in logs and history; of several numbers with their places behind it: `f1_score_0`. */
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

/** A metric's numbers by the names under which they are logged: of several, the metric's with their places behind it. */
export function namedResults(
  name: string,
  metric: Metric,
  state: MetricState,
): (readonly [name: string, value: number])[] {
  const result = metric.compute(state);
  return typeof result === 'number' ? [[name, result]] : result.map((value, i) => [`${name}_${i}`, value]);
}
