/** @file TensorBoard: logs, weights and the model in files for TensorBoard (Keras' `tensorboard.py`). */

import type { StateValue } from '../base/state-value.ts';
import { EventFile } from '../formats/tensorboard/event-file.ts';
import { kerasModel, type Summary, scalar } from '../formats/tensorboard/events.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, text, unsupported, wrongValue } from '../options/kinds.ts';
import { Option, type OptionsOf } from '../options/option.ts';
import { Callback, type Logs } from './callback.ts';
import { optimizerOf } from './learning-rate.ts';

/** After each epoch, or after so many batches. */
type UpdateFrequency = 'epoch' | number;

function updateFrequency(): Option<UpdateFrequency, UpdateFrequency | 'batch', false> {
  const expected = "'epoch', 'batch' or a whole number of batches from 1 up";
  return new Option<UpdateFrequency, UpdateFrequency | 'batch', false>({
    expected,
    read(given, place) {
      if (given === 'batch') return 1;
      if (given === 'epoch' || (Number.isSafeInteger(given) && (given as number) > 0))
        return given as UpdateFrequency;
      throw wrongValue(place, expected, given);
    },
    fallback: () => 'epoch',
  });
}

const OPTIONS = {
  /** The folder, with `train` and `validation` inside; `tensorboard --logdir` takes it. Default 'logs'. */
  logDir: text('logs'),
  /** Every so many epochs, how the weights of each layer are distributed; 0: never. Default 0. */
  histogramFreq: count(0, { least: 0 }),
  /** Whether to write the graph of layers. Default true. */
  writeGraph: flag(true),
  /**
   * Whether weights are written as pictures together with their distribution: the first three kernels of convolutions of
   * one or three channels, matrices and vectors. Default false.
   */
  writeImages: flag(false),
  /** Whether to write how many steps were done in a second. Default false. */
  writeStepsPerSecond: flag(false),
  /**
   * 'epoch'; or 'batch' or a number of batches, after which the logs of batches are written too, under the names
   * `batch_loss` and so on. Default 'epoch'.
   */
  updateFreq: updateFrequency(),
  profileBatch: unsupported(0),
  embeddingsFreq: unsupported(0),
  embeddingsMetadata: unsupported(null),
};

/** Options of `tensorBoard`. */
export type TensorBoardOptions = OptionsOf<typeof OPTIONS>;

/** The batches so far. */
type BoardState = { readonly trainBatch: number };

/**
 * Writes event files that TensorBoard shows: `epoch_loss`, `epoch_accuracy` and so on, and `epoch_learning_rate`, in `train`
 * and `validation`; `evaluation_loss_vs_iterations` and so on at the end of each validation and evaluation; and what the
 * options ask for. Steps are epochs from 0, batches from 1, and changes of the weights.
 */
export class TensorBoard extends withOptions(Callback, OPTIONS) {
  static override readonly className = 'TensorBoard';
  /** Its methods for batches only read. Where they take the time, batches must run one by one. */
  override readonly onlyWatches = !this.writeStepsPerSecond;
  #train!: EventFile;
  #validation!: EventFile;
  #trainBatch = 0;
  #batchBegan = 0;
  #epochBegan = 0;
  #iterations = 0;

  /** Throws ValueError for an unknown or wrong option, UnsupportedError for profiles and embeddings. */
  constructor(options: TensorBoardOptions = {}) {
    super(options);
    const { updateFreq } = this;
    if (updateFreq === 'epoch') return;
    // These methods exist only where they are needed: `fit` is faster when no callback acts on batches.
    this.onTrainBatchBegin = () => {
      this.#batchBegan = performance.now();
    };
    this.onTrainBatchEnd = (_batch, logs) => this.#afterBatch(updateFreq, logs);
  }

  override setModel(...[model]: Parameters<Callback['setModel']>): void {
    super.setModel(model);
    this.#train = new EventFile(`${this.logDir}/train`);
    this.#validation = new EventFile(`${this.logDir}/validation`);
  }

  override getState(): BoardState {
    return { trainBatch: this.#trainBatch };
  }

  override setState(state: StateValue): void {
    this.#trainBatch = (state as BoardState).trainBatch;
  }

  /** Throws FoveaError when the files cannot be written. */
  override async onTrainBegin(): Promise<void> {
    this.#trainBatch = 0;
    if (this.writeGraph) await this.#train.add(0, this.#graph());
    await this.#train.flush();
  }

  /** Nothing for a model of one's own class, and, with a warning, for one that holds what JSON cannot. */
  #graph(): Summary[] {
    const { className, name } = this.model;
    if (className !== 'Functional' && className !== 'Sequential') return [];
    try {
      return [kerasModel('keras', this.model.toJson())];
    } catch (error) {
      console.warn(`tensorBoard: there is no graph, since '${name}' failed to serialize as JSON. ${error}`);
      return [];
    }
  }

  async #afterBatch(every: number, logs: Logs): Promise<void> {
    this.#trainBatch++;
    if (this.#trainBatch % every !== 0) return;
    const seconds = (performance.now() - this.#batchBegan) / 1000;
    const speed: Logs = this.writeStepsPerSecond ? { steps_per_second: 1 / seconds } : {};
    await this.#train.add(this.#trainBatch, scalars('batch_', { ...speed, ...logs }));
  }

  override onEpochBegin(): void {
    this.#epochBegan = performance.now();
    this.#iterations = optimizerOf(this.className, this.model).iterations;
  }

  /** Throws FoveaError when the files cannot be written. */
  override async onEpochEnd(epoch: number, logs: Record<string, number>): Promise<void> {
    const { learningRate, iterations } = optimizerOf(this.className, this.model);
    const [train, validation] = partsOf(logs);
    train.learning_rate = learningRate;
    if (this.writeStepsPerSecond) {
      const seconds = (performance.now() - this.#epochBegan) / 1000;
      train.steps_per_second = (iterations - this.#iterations) / seconds;
    }
    await this.#train.add(epoch, scalars('epoch_', train));
    if (this.histogramFreq > 0 && epoch % this.histogramFreq === 0) {
      // Loaded here, since few runs need it and the PNG encoder behind it.
      const { summariesOf } = await import('./weight-summaries.ts');
      for (const { weights } of this.model.layers) {
        for (const weight of weights) {
          const name = `${this.model.name}/${weight.name}`;
          await this.#train.add(epoch, summariesOf(weight, name, this.writeImages));
        }
      }
    }
    await this.#train.flush();
    await this.#validation.add(epoch, scalars('epoch_', validation));
    await this.#validation.flush();
  }

  /** Throws FoveaError when the files cannot be written. */
  override async onTestEnd(logs: Logs = {}): Promise<void> {
    const { iterations } = optimizerOf(this.className, this.model);
    await this.#validation.add(iterations, scalars('evaluation_', logs, '_vs_iterations'));
    await this.#validation.flush();
  }

  override async onTrainEnd(): Promise<void> {
    await this.#train.flush();
  }
}

function scalars(prefix: string, logs: Logs, suffix = ''): Summary[] {
  return Object.entries(logs).map(([name, value]) => scalar(`${prefix}${name}${suffix}`, value));
}

/** The logs of training, and those of validation under the same names. */
function partsOf(logs: Logs): [train: Record<string, number>, validation: Record<string, number>] {
  const [train, validation]: [Record<string, number>, Record<string, number>] = [{}, {}];
  for (const [name, value] of Object.entries(logs)) {
    if (name.startsWith('val_')) validation[name.slice(4)] = value;
    else train[name] = value;
  }
  return [train, validation];
}

/** Writes files for TensorBoard. */
export const tensorBoard = factory(TensorBoard);
