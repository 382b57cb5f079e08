/** @file Losses and metrics collected over the batches of an epoch, in float64. */

import { Mean, type MeanState } from '../../metrics/metric.ts';
import type { ReportedValue } from './step-graph.ts';

/** The means of an epoch under way, in the order of `evaluate`. */
export type TotalsState = readonly { readonly name: string; readonly mean: MeanState }[];

/** Means so far, weighted by the batches' sizes. */
export class Totals {
  // In the order in which `evaluate` lists them.
  readonly #means = new Map<string, Mean>();
  /** The same by name. */
  #sorted: (readonly [string, Mean])[] = [];

  /** Adds one batch's numbers. */
  add(reported: readonly ReportedValue[], values: readonly number[], samples: number): void {
    reported.forEach(({ name, perSample }, i) => {
      const mean = this.#means.get(name) ?? this.#add(name);
      const count = samples * (perSample ?? 1);
      mean.update(perSample === null ? values[i]! : values[i]! / count, count);
    });
  }

  #add(name: string): Mean {
    const mean = new Mean();
    this.#means.set(name, mean);
    this.#sorted = [...this.#means].sort(([a], [b]) => (a < b ? -1 : 1));
    return mean;
  }

  /** What was collected so far, to go on from with `setState`. */
  getState(): TotalsState {
    return [...this.#means].map(([name, mean]) => ({ name, mean: mean.getState() }));
  }

  /** Goes on from a state. To be called before anything is added. */
  setState(state: TotalsState): void {
    for (const { name, mean } of state) this.#add(name).setState(mean);
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
