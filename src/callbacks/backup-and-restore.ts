/** @file BackupAndRestore: goes on after an interruption (Keras' `backup_and_restore.py`), with the same bits. */

import { BackupFolder } from '../formats/backup-folder.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag, text } from '../options/kinds.ts';
import type { OptionsOf } from '../options/option.ts';
import { Callback } from './callback.ts';
import { saveFrequency } from './save-frequency.ts';

const OPTIONS = {
  /** The folder for the backup, which is made if need be. No other run may use it. */
  backupDir: text(),
  /** 'epoch', or a number of batches; batches then run one by one. Default 'epoch'. */
  saveFreq: saveFrequency(),
  /** Whether the previous backup is kept too, in case the newest is damaged. Default false. */
  doubleCheckpoint: flag(false),
  /** Whether the backup is removed when training is over. Default true. */
  deleteCheckpoint: flag(true),
};

/** Options of `backupAndRestore`. */
export type BackupAndRestoreOptions = OptionsOf<typeof OPTIONS>;

/**
 * Backs the whole training state up as `fit` goes on, and makes a `fit` that finds a backup go on where that was taken,
 * also after `kill -9`. The run then ends with the same weights, history and logs, bit for bit, as one that was not
 * interrupted, if the same program runs again: the same data, options and callbacks (see `Model.restoreTrainingState` for
 * datasets).
 */
export class BackupAndRestore extends withOptions(Callback, OPTIONS) {
  static override readonly className = 'BackupAndRestore';
  override readonly runsLast = true;
  readonly #folder = new BackupFolder(this.backupDir, this.doubleCheckpoint);
  #batchesSince = 0;

  /** Throws ValueError for an unknown or wrong option. */
  constructor(options: BackupAndRestoreOptions) {
    super(options);
    const { saveFreq } = this;
    // This method exists only where it is needed: `fit` is faster when no callback acts on batches.
    if (saveFreq !== 'epoch') this.onTrainBatchEnd = () => this.#afterBatch(saveFreq);
  }

  /** Throws FormatError when the backup is damaged, ValueError when it is of another model or run. */
  override async onTrainBegin(): Promise<void> {
    this.#batchesSince = 0;
    const state = await this.#folder.read();
    if (state !== null) this.model.restoreTrainingState(state);
  }

  async #afterBatch(every: number): Promise<void> {
    if (++this.#batchesSince < every) return;
    this.#batchesSince = 0;
    await this.#folder.write(this.model.trainingState());
  }

  override async onEpochEnd(): Promise<void> {
    if (this.saveFreq === 'epoch') await this.#folder.write(this.model.trainingState());
  }

  override async onTrainEnd(): Promise<void> {
    if (this.deleteCheckpoint) await this.#folder.remove();
  }
}

/** Backs training up, and goes on from the backup after an interruption. */
export const backupAndRestore = factory(BackupAndRestore);
