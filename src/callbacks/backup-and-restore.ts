/** @file BackupAndRestore: goes on after an interruption (Keras' `backup_and_restore.py`), with the same bits. */

import { ValueError } from '../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue } from '../base/options.ts';
import { BackupFolder } from '../formats/backup-folder.ts';
import { Callback } from './callback.ts';

export interface BackupAndRestoreOptions {
  /** The folder for the backup: made if need be, of this run alone. */
  readonly backupDir: string;
  /** 'epoch', or a number of batches; these then run one by one. Default 'epoch'. */
  readonly saveFreq?: 'epoch' | number;
  /** Whether the backup before the newest is kept too, for when that is damaged. Default false. */
  readonly doubleCheckpoint?: boolean;
  /** Whether the backup is removed when training is over. Default true. */
  readonly deleteCheckpoint?: boolean;
}

const OPTIONS = ['backupDir', 'saveFreq', 'doubleCheckpoint', 'deleteCheckpoint'];

/**
 * Backs the whole training state up as `fit` goes on, and makes a `fit` that finds a backup go on where that was taken,
 * also after `kill -9`. The run then ends with the same weights, history and logs, bit for bit, as one that was not
 * interrupted, if the same program runs again: the same data, options and callbacks (see `Model.restoreTrainingState` for
 * datasets).
 */
export class BackupAndRestore extends Callback {
  override readonly runsLast = true;
  readonly #folder: BackupFolder;
  readonly #saveFreq: 'epoch' | number;
  readonly #deletes: boolean;
  #batchesSince = 0;

  /** Throws ValueError for an unknown or wrong option. */
  constructor(options: BackupAndRestoreOptions) {
    super();
    const who = 'BackupAndRestore';
    checkOptionNames(who, options, OPTIONS);
    const { backupDir, saveFreq = 'epoch' } = options;
    if (typeof backupDir !== 'string' || backupDir === '') {
      throw new ValueError(
        `${who}: backupDir must be the path of a folder, received ${describeValue(backupDir)}.`,
      );
    }
    if (saveFreq !== 'epoch' && !(Number.isSafeInteger(saveFreq) && saveFreq > 0)) {
      throw new ValueError(
        `${who}: saveFreq must be 'epoch' or a whole number of batches from 1 up, received ${describeValue(saveFreq)}.`,
      );
    }
    this.#saveFreq = saveFreq;
    this.#folder = new BackupFolder(
      backupDir,
      booleanOption(who, 'doubleCheckpoint', options.doubleCheckpoint, false),
    );
    this.#deletes = booleanOption(who, 'deleteCheckpoint', options.deleteCheckpoint, true);
    // Of its own only where it is needed: `fit` is quicker where nothing acts on batches.
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
    if (this.#saveFreq === 'epoch') await this.#folder.write(this.model.trainingState());
  }

  override async onTrainEnd(): Promise<void> {
    if (this.#deletes) await this.#folder.remove();
  }
}
