/** @file Says what `cacheFeatures` computes, and how far it is. */

import type { CallbackModel } from '../../callbacks/callback.ts';
import { CallbackList } from '../../callbacks/callback-list.ts';
import { type GivenCallbacks, listOf } from '../../callbacks/given-callbacks.ts';
import { ProgbarLogger } from '../../callbacks/progbar-logger.ts';
import { standardOutput } from '../../callbacks/text-output.ts';
import type { Verbose } from './run-options.ts';

/** A pass that computes features. */
export interface FeaturePass {
  /** Batches; null while unknown. */
  readonly steps: number | null;
  /** Samples; null while unknown. */
  readonly samples: number | null;
  /** Bytes of one sample's features. */
  readonly bytes: number;
}

/** A line that says what is computed, and a progress bar, where `fit` shows its own. */
export class FeatureProgress {
  readonly #model: CallbackModel;
  readonly #verbose: Verbose;
  readonly #output;
  #bar: CallbackList | null = null;

  constructor(
    model: CallbackModel,
    { callbacks, verbose = 'auto' }: { readonly callbacks?: GivenCallbacks; readonly verbose?: Verbose },
  ) {
    const given = listOf(callbacks).find((callback) => callback instanceof ProgbarLogger);
    this.#model = model;
    this.#verbose = verbose;
    this.#output = given?.output ?? standardOutput();
  }

  async begin(name: string, { steps, samples, bytes }: FeaturePass): Promise<void> {
    const params = { verbose: this.#verbose, epochs: 1, steps };
    const bar = new ProgbarLogger({ output: this.#output });
    const callbacks = this.#verbose === 0 ? [] : [bar];
    this.#bar = new CallbackList({ callbacks, model: this.#model, params, history: false });
    if (this.#verbose !== 0) {
      const each = `${readable(bytes)} a sample`;
      const all =
        samples === null ? each : `${samples} samples, ${each}, ${readable(samples * bytes)} in memory`;
      this.#output.write(`Features of the ${name}, computed once: ${all}\n`);
    }
    await this.#bar.call('onPredictBegin');
  }

  async batch(index: number): Promise<void> {
    await this.#bar?.call('onPredictBatchEnd', index);
  }

  async end(): Promise<void> {
    await this.#bar?.call('onPredictEnd');
  }

  /** In the place of `end`, when the pass was stopped. */
  stopped(): void {
    this.#bar = null;
    if (this.#verbose !== 0) this.#output.write('\nStopped: the features computed so far are not kept.\n');
  }
}

function readable(bytes: number): string {
  const [unit, size] = bytes < 2 ** 20 ? ['kB', 2 ** 10] : ['MB', 2 ** 20];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
