/** @file TerminateOnNaN: ends training when the loss becomes NaN or infinite (Keras' `terminate_on_nan.py`). */

import { factory, withOptions } from '../options/configurable.ts';
import { Callback, type Logs } from './callback.ts';
import { textOutput } from './text-output.ts';

/** Sets `model.stopTraining` after a batch whose loss makes the epoch's loss NaN or infinite. */
export class TerminateOnNaN extends withOptions(Callback, {
  /** Where to write. Default: standard output. */
  output: textOutput(),
}) {
  static override readonly className = 'TerminateOnNaN';

  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    if (loss === undefined || Number.isFinite(loss)) return;
    this.output.write(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}

/** Ends training when the loss becomes NaN or infinite. */
export const terminateOnNaN = factory(TerminateOnNaN);
