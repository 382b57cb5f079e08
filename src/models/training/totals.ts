/** @file Losses and metrics collected over the batches of an epoch, in float64. */

import { Mean } from '../../metrics/metric.ts';
import type { ReportedValue } from './step-graph.ts';

/** Means so far, weighted by the batches' sizes. */
export class Totals {
  // In the order in which `evaluate` lists them.
  readonly #means = new Map<string, Mean>();
  /** The same by name. */
  #sorted: (readonly [string, Mean])[] = [];

  /** Adds one batch's numbers. */
  add(reported: readonly ReportedValue[], values: readonly number[], samples: number): void {
    reported.forEach(({ name, perSample }, i) => {
      let mean = this.#means.get(name);
      if (mean === undefined) {
        mean = new Mean();
        this.#means.set(name, mean);
        this.#sorted = [...this.#means].sort(([a], [b]) => (a < b ? -1 : 1));
      }
      const count = samples * (perSample ?? 1);
      mean.update(perSample === null ? values[i]! : values[i]! / count, count);
    });
  }

  /** By name, sorted, as Keras' logs are. */
  logs(): Record<string, number> {
    const logs: Record<string, number> = {};
    for (const [name, mean] of this.#sorted) logs[name] = mean.result;
    return logs;
  }

  /** The loss alone, or a list with the loss first. */
  list(): number | number[] {
    const values = [...this.#means.values()].map((mean) => mean.result);
    return values.length === 1 ? values[0]! : values;
  }
}
