/** @file Metric, the base of what is reported but not trained on, and Mean, which collects values over batches. */

import type { Config } from '../base/config.ts';
import { toSnakeCase } from '../base/names.ts';
import { checkOptionNames, refuseOption } from '../base/options.ts';
import type { Node } from '../graph/node.ts';

/** Options that every metric takes. */
export interface MetricOptions {
  /** The name in logs and history. Default: the class name in snake case. */
  readonly name?: string;
}

/** A number per prediction whose mean over an epoch is reported. */
export abstract class Metric {
  /** Keras' class name, as files have it. */
  abstract readonly className: string;
  /** Whether more or less is better, for callbacks that look for the best epoch; null where nobody can know. */
  readonly direction: 'up' | 'down' | null = null;
  /** The name in logs and history. */
  readonly name: string;

  /** Throws ValueError for an unknown option. */
  constructor(className: string, options: MetricOptions, known: readonly string[] = []) {
    checkOptionNames(className, options, ['name', 'dtype', ...known]);
    refuseOption(className, 'dtype', (options as { dtype?: unknown }).dtype, 'float32');
    this.name = options.name ?? toSnakeCase(className);
  }

  /**
   * One value per prediction, batched; the metric is the mean of all of them. Throws ShapeError when labels and
   * predictions do not fit.
   */
  abstract build(yTrue: Node, yPred: Node): Node;

  /** The options in Keras' snake_case: what files have under `config`. */
  getConfig(): Config {
    return { name: this.name, dtype: 'float32' };
  }
}

/** Where a mean is. */
export type MeanState = { readonly total: number; readonly count: number };

/** A weighted mean in float64 over any number of batches. */
export class Mean {
  #total = 0;
  #count = 0;

  /** Adds `value`, the mean of `weight` samples. */
  update(value: number, weight = 1): void {
    this.#total += value * weight;
    this.#count += weight;
  }

  /** The mean so far; 0 before the first value, as in Keras. */
  get result(): number {
    return this.#count === 0 ? 0 : this.#total / this.#count;
  }

  /** The sum and its weight, to go on from with `setState`. */
  getState(): MeanState {
    return { total: this.#total, count: this.#count };
  }

  /** Goes on from a state. */
  setState({ total, count }: MeanState): void {
    this.#total = total;
    this.#count = count;
  }

  /** Forgets everything. */
  reset(): void {
    this.#total = 0;
    this.#count = 0;
  }
}
