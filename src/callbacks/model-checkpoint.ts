/** @file ModelCheckpoint: saves the model as training goes on (Keras' `model_checkpoint.py`). */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { StateValue } from '../base/state-value.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, number, text } from '../options/kinds.ts';
import type { OptionsOf } from '../options/option.ts';
import { Callback, type Logs } from './callback.ts';
import { MONITOR, Monitor } from './monitor.ts';
import { formatExponent, formatFixed } from './number-format.ts';
import { saveFrequency } from './save-frequency.ts';
import { textOutput } from './text-output.ts';

const OPTIONS = {
  ...MONITOR,
  /**
   * The file: `.keras`, or `.weights.h5` with saveWeightsOnly. `{epoch}`, `{batch}` and keys of the logs in braces are
   * filled in, with formats such as `{epoch:02d}` and `{val_loss:.2f}`. Its folder is made when it does not exist.
   */
  filepath: text(),
  /** 1 says when it saves. Default 0. */
  verbose: count(0, { least: 0 }),
  /** Whether to save only when the number watched has improved. Default false. */
  saveBestOnly: flag(false),
  /** Whether to save the weights alone. Default false. */
  saveWeightsOnly: flag(false),
  /** 'epoch', or a number of batches. Default 'epoch'. */
  saveFreq: saveFrequency(),
  /** A value that the number must be better than for the first save. Default null: none. */
  initialValueThreshold: number(null),
  /** Where to write. Default: standard output. */
  output: textOutput(),
};

/** Options of `modelCheckpoint`. */
export type ModelCheckpointOptions = OptionsOf<typeof OPTIONS>;

/** The best value saved, and batches since the last time that `saveFreq` was reached. */
type CheckpointState = { readonly best: number | null; readonly batchesSince: number };

/** Saves after every epoch, or every so many batches. */
export class ModelCheckpoint extends withOptions(Callback, OPTIONS) {
  static override readonly className = 'ModelCheckpoint';
  readonly #monitor = new Monitor(this.className, this);
  #best = this.initialValueThreshold;
  #epoch = 0;
  #batchesSince = 0;

  /** Throws ValueError for an unknown or wrong option and for a wrong ending of the path. */
  constructor(options: ModelCheckpointOptions) {
    super(options);
    const { saveFreq } = this;
    // This method exists only where it is needed: `fit` is faster when no callback acts on batches.
    if (saveFreq !== 'epoch') this.onTrainBatchEnd = (batch, logs) => this.#afterBatch(saveFreq, batch, logs);
  }

  protected override checkOptions(): void {
    const ending = this.saveWeightsOnly ? '.weights.h5' : '.keras';
    if (this.filepath.endsWith(ending)) return;
    const when = this.saveWeightsOnly
      ? 'When using `saveWeightsOnly: true` in `ModelCheckpoint`, the'
      : 'The';
    throw new ValueError(
      `${when} filepath provided must end in \`${ending}\`. Received: filepath=${describeValue(this.filepath)}.`,
    );
  }

  /** With `saveBestOnly`, the value that was saved last, or `initialValueThreshold`; null before the first. */
  get best(): number | null {
    return this.#best;
  }

  override getState(): CheckpointState {
    return { best: this.#best, batchesSince: this.#batchesSince };
  }

  override setState(state: StateValue): void {
    const { best, batchesSince } = state as CheckpointState;
    this.#best = best;
    this.#batchesSince = batchesSince;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  async #afterBatch(every: number, batch: number, logs: Logs): Promise<void> {
    if (++this.#batchesSince < every) return;
    this.#batchesSince = 0;
    if (this.saveBestOnly) this.#monitor.resolve(this.model);
    await this.#save({ ...logs, batch: batch + 1 }, logs);
  }

  override async onEpochEnd(_epoch: number, logs: Record<string, number>): Promise<void> {
    if (this.saveFreq !== 'epoch') return;
    if (this.saveBestOnly) this.#monitor.resolve(this.model);
    await this.#save(logs, logs);
  }

  async #save(fields: Logs, logs: Logs): Promise<void> {
    const epoch = this.#epoch + 1;
    const path = fillIn(this.filepath, { ...fields, epoch });
    if (!this.#wants(logs, path)) return;
    if (this.saveWeightsOnly) await this.model.saveWeights(path, { makeFolder: true });
    else await this.model.save(path, { makeFolder: true });
    this.#say(`\nEpoch ${epoch}: finished saving model to ${path}\n`);
  }

  #wants(logs: Logs, path: string): boolean {
    const prefix = `\nEpoch ${this.#epoch + 1}: `;
    if (!this.saveBestOnly) {
      this.#say(`${prefix}saving model to ${path}\n`);
      return true;
    }
    const { name } = this.#monitor;
    const current = logs[name];
    if (current === undefined) {
      console.warn(`Can save best model only with ${name} available.`);
      return true;
    }
    const best = this.#best === null ? 'None' : formatFixed(this.#best, 5);
    if (!this.#monitor.improves(current, this.#best)) {
      this.#say(`${prefix}${name} did not improve from ${best}\n`);
      return false;
    }
    this.#say(
      `${prefix}${name} improved from ${best} to ${formatFixed(current, 5)}, saving model to ${path}\n`,
    );
    this.#best = current;
    return true;
  }

  #say(text: string): void {
    if (this.verbose > 0) this.output.write(text);
  }
}

/** Python's str.format for numbers: `{name}`, `{name:02d}`, `{name:.2f}`, `{name:.3e}`. Throws ValueError for others. */
function fillIn(path: string, fields: Logs): string {
  return path.replace(/\{(\w+)(?::([^{}]*))?\}/g, (field, name: string, format: string | undefined) => {
    const value = fields[name];
    if (value === undefined) {
      throw new ValueError(
        `Failed to format this callback filepath: "${path}". There is no '${name}'; there are ${Object.keys(fields).join(', ')}.`,
      );
    }
    const [, zeros = '', width = '', digits, kind] = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/.exec(format ?? '') ?? [
      null,
    ];
    if (kind === undefined)
      throw new ValueError(`Failed to format this callback filepath: cannot read "${field}" in "${path}".`);
    const text =
      kind === 'f'
        ? formatFixed(value, Number(digits ?? 6))
        : kind === 'e'
          ? formatExponent(value, Number(digits ?? 6))
          : String(value);
    return text.padStart(Number(width), zeros === '0' ? '0' : ' ');
  });
}

/** Saves the model as training goes on. */
export const modelCheckpoint = factory(ModelCheckpoint);
