/** @file TerminateOnNaN: ends training when the loss becomes NaN or infinite (Keras' `terminate_on_nan.py`). */

import { FoveaError } from '../base/errors.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag } from '../options/kinds.ts';
import { Callback, type Logs } from './callback.ts';
import { textOutput } from './text-output.ts';

/**
 * Sets `model.stopTraining` after a batch whose loss makes the epoch's loss NaN or infinite; with `raiseError` throws
 * FoveaError.
 */
export class TerminateOnNaN extends withOptions(Callback, {
  /** Whether training ends with an error, so that no `onTrainEnd` is called. Default false. */
  raiseError: flag(false),
  /** Where to write. Default: standard output. */
  output: textOutput(),
}) {
  static override readonly className = 'TerminateOnNaN';

  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.raiseError) {
      throw new FoveaError(
        `NaN or Inf loss encountered at batch ${batch}. Loss value: ${loss}. Terminating training immediately.`,
      );
    }
    this.output.write(`Batch ${batch}: Invalid loss, terminating training\n`);
    this.model.stopTraining = true;
  }
}

/** Ends training when the loss becomes NaN or infinite. */
export const terminateOnNaN = factory(TerminateOnNaN);
