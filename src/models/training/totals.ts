/** @file Losses and metrics collected over the batches of an epoch, in float64 on the host. */

import type { MetricState } from '../../metrics/contributions.ts';
import type { Metric } from '../../metrics/metric.ts';
import { namedResults, type Reported } from './reported.ts';

/** A metric's numbers by the names under which they are logged. */
type Results = readonly (readonly [name: string, value: number])[];

/** The metrics of an epoch under way, in the order of `evaluate`: their states, and the numbers computed from them. */
export type TotalsState = readonly {
  readonly name: string;
  readonly state: MetricState;
  readonly results: Results;
}[];

/**
 * A metric's state, and the metric itself. Before the first batch of this run the metric is not known: then it is the
 * numbers of a restored state.
 */
interface Total {
  readonly state: MetricState;
  readonly source: Metric | Results;
}

/** The metrics' states so far. */
export class Totals {
  // By name, in the order in which `evaluate` lists them.
  readonly #totals = new Map<string, Total>();

  /** Adds what one batch contributes to each metric. */
  add(reported: readonly Reported[], contributions: readonly MetricState[]): void {
    reported.forEach(({ name, metric }, i) => {
      const known = this.#totals.get(name);
      const added = contributions[i]!;
      const state = known === undefined ? added : metric.merge(known.state, added);
      this.#totals.set(name, { state, source: metric });
    });
  }

  /** Everything collected so far; `setState` goes on from it. */
  getState(): TotalsState {
    return [...this.#totals].map(([name, total]) => ({
      name,
      state: total.state,
      results: resultsOf(name, total),
    }));
  }

  /** Goes on from a state. To be called before anything is added. */
  setState(state: TotalsState): void {
    for (const { name, state: vectors, results } of state) {
      this.#totals.set(name, { state: vectors, source: results });
    }
  }

  /** By name, sorted, as Keras' logs are. */
  logs(): Record<string, number> {
    return Object.fromEntries(this.#results().sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A list with the loss first. A metric of several numbers adds each of them. */
  list(): number[] {
    return this.#results().map(([, value]) => value);
  }

  /** Whether larger or smaller numbers are better, by name, where that is known. */
  directions(): Map<string, 'up' | 'down'> {
    const directions = new Map<string, 'up' | 'down'>();
    for (const [name, total] of this.#totals) {
      const direction = 'direction' in total.source ? total.source.direction : null;
      if (direction === null) continue;
      for (const [each] of resultsOf(name, total)) directions.set(each, direction);
    }
    return directions;
  }

  #results(): (readonly [string, number])[] {
    return [...this.#totals].flatMap(([name, total]) => resultsOf(name, total));
  }
}

function resultsOf(name: string, { state, source }: Total): Results {
  return 'compute' in source ? namedResults(name, source, state) : source;
}
