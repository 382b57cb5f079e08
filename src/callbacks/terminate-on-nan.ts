/** @file TerminateOnNaN: ends training when the loss is no number any more (Keras' `terminate_on_nan.py`). */

import { Callback, type Logs } from './callback.ts';
import { standardOutput, type TextOutput } from './text-output.ts';

/** Sets `model.stopTraining` after a batch whose loss makes the epoch's loss NaN or infinite. */
export class TerminateOnNaN extends Callback {
  readonly #output: TextOutput;

  constructor(options: { readonly output?: TextOutput } = {}) {
    super();
    this.#output = options.output ?? standardOutput();
  }

  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    if (loss === undefined || Number.isFinite(loss)) return;
    this.#output.write(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}
