/** @file The list of callbacks: a factory each. */

import { BackupAndRestore, type BackupAndRestoreOptions } from './backup-and-restore.ts';
import { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.ts';
import { LambdaCallback, type LambdaCallbackOptions } from './lambda-callback.ts';
import { ModelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint.ts';
import { ProgbarLogger, type ProgbarLoggerOptions } from './progbar-logger.ts';
import { TerminateOnNaN } from './terminate-on-nan.ts';
import type { TextOutput } from './text-output.ts';

export { Callback } from './callback.ts';
export { History } from './history.ts';
export { learningRateScheduler } from './learning-rate-scheduler.ts';
export { reduceLROnPlateau } from './reduce-lr-on-plateau.ts';

/** Backs training up, and goes on from the backup after an interruption. */
export const backupAndRestore = (options: BackupAndRestoreOptions): BackupAndRestore =>
  new BackupAndRestore(options);
/** Ends training when a number no longer gets better. */
export const earlyStopping = (options?: EarlyStoppingOptions): EarlyStopping => new EarlyStopping(options);
/** Calls functions: `lambdaCallback({ onEpochEnd: (epoch, logs) => … })`. */
export const lambdaCallback = (functions: LambdaCallbackOptions): LambdaCallback =>
  new LambdaCallback(functions);
/** Saves the model as training goes on. */
export const modelCheckpoint = (options: ModelCheckpointOptions): ModelCheckpoint =>
  new ModelCheckpoint(options);
/** The progress bar, on a stream of one's choice. */
export const progbarLogger = (options?: ProgbarLoggerOptions): ProgbarLogger => new ProgbarLogger(options);
/** Ends training when the loss is no number any more. */
export const terminateOnNaN = (options?: { readonly output?: TextOutput }): TerminateOnNaN =>
  new TerminateOnNaN(options);
