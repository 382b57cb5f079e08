/** @file The stages of a training: one; or with a pretrained network its classifier, then the network too. */

import { ValueError } from '../../base/errors.ts';
import type { CompileOptions } from '../../index.ts';
import { checkFineTuned, unfreezeFrom } from '../base/transfer-network.ts';
import { joinRuns, stopEarly, withBestEpoch } from '../base/transfer-run.ts';
import { UsageError } from '../command-error.ts';
import { isPhotoShape, PHOTO_LEARNING_RATE, usualBatchSize } from '../convnets.ts';
import type { Network, Task } from '../network.ts';
import { say } from '../output.ts';
import { runTraining, type TrainingOptions, type TrainingRun } from '../training-run.ts';
import type { Prepared } from './prepare.ts';
import {
  BUILT_IN_MODEL,
  DEFAULT_OPTIMIZER,
  EPOCHS,
  FINE_TUNE_EPOCHS,
  FINE_TUNE_RATE,
  HEAD_EPOCHS,
  HEAD_OPTIMIZER,
  type TrainOptions,
} from './train-options.ts';

function compile(
  { model, base }: Prepared,
  task: Task,
  options: TrainOptions,
  rate: number | undefined,
): void {
  const optimizer = options.optimizer ?? (base === null ? DEFAULT_OPTIMIZER : HEAD_OPTIMIZER);
  try {
    const name = optimizer as NonNullable<CompileOptions['optimizer']>;
    model.compile({ optimizer: name, loss: task.loss, metrics: ['accuracy'] });
  } catch (error) {
    // The optimizer's name is the only value of `compile` that the user chose.
    if (error instanceof ValueError) throw new UsageError(`--optimizer: ${error.message}`, { cause: error });
    throw error;
  }
  if (rate !== undefined) model.optimizer!.learningRate = rate;
}

/** The book's learning rate, for the book's network and optimizer; else undefined: the optimizer's own. */
function usualRate({ base, source }: Prepared, options: TrainOptions): number | undefined {
  const { model, optimizer = DEFAULT_OPTIMIZER } = options;
  const isBooks = base === null && model === BUILT_IN_MODEL && optimizer === DEFAULT_OPTIMIZER;
  return isBooks && isPhotoShape(source.imageShape) ? PHOTO_LEARNING_RATE : undefined;
}

function fit(
  { source, train, model }: Prepared,
  task: Task,
  options: TrainOptions,
  more: Partial<TrainingOptions> & { readonly epochs: number },
): Promise<TrainingRun> {
  const { batchSize = usualBatchSize(source.imageShape), validationSplit } = options;
  const validation = source.parts.validation?.examples(task);
  // Folders come in batches, and have held out what the split says.
  const arrays = validationSplit === undefined ? { batchSize } : { batchSize, validationSplit };
  return runTraining(model, train.examples(task), {
    ...more,
    ...(source.fromFiles ? {} : arrays),
    ...(validation === undefined
      ? {}
      : { validationData: validation.length === 1 ? validation[0] : validation }),
  });
}

/** As `fit`; where there are images for validation, until these get no better, with the weights of the best epoch. */
async function settledFit(
  prepared: Prepared,
  task: Task,
  options: TrainOptions,
  more: Partial<TrainingOptions> & { readonly epochs: number },
): Promise<TrainingRun> {
  const callbacks = prepared.source.parts.validation === undefined ? [] : [stopEarly()];
  return withBestEpoch(await fit(prepared, task, options, { ...more, callbacks }));
}

/** Goes on from `head` with the base's layers from `layer` on. Weights that make validation worse are not kept. */
async function fineTune(
  prepared: Prepared,
  base: Network,
  task: Task,
  options: TrainOptions & { readonly fineTune: string },
  head: TrainingRun,
): Promise<TrainingRun> {
  const { model } = prepared;
  const { fineTuneEpochs: epochs = FINE_TUNE_EPOCHS, fineTuneRate = FINE_TUNE_RATE } = options;
  unfreezeFrom(base, options.fineTune);
  compile(prepared, task, options, fineTuneRate);
  const before = model.getWeights();
  const parameters = model.trainableWeights.reduce((sum, { size }) => sum + size, 0);
  say(`Fine-tuning ${base.name} from ${options.fineTune} on: ${parameters} parameters train.`);
  const run = joinRuns(head, await settledFit(prepared, task, options, { epochs }));
  if (run.kept !== null && run.kept < head.secondsPerEpoch.length) {
    model.setWeights(before);
    say('Fine-tuning made validation no better; the weights from before it are kept.');
  }
  return run;
}

/** Trains the head on the frozen base, and then, where that is asked for, the base from a layer on. */
async function transfer(
  prepared: Prepared,
  base: Network,
  task: Task,
  options: TrainOptions,
): Promise<TrainingRun> {
  const { fineTune: layer, epochs = HEAD_EPOCHS, augment = false } = options;
  // Before the work of the head is done: the layer's name may be wrong.
  if (layer !== undefined) checkFineTuned(base, layer);
  const head = await settledFit(prepared, task, options, { epochs, cacheFeatures: !augment });
  if (layer === undefined || head.interrupted) return head;
  return fineTune(prepared, base, task, { ...options, fineTune: layer }, head);
}

/** Trains as the options say. Throws UsageError for an unknown optimizer and for a layer that cannot be fine-tuned. */
export async function trainPrepared(
  prepared: Prepared,
  task: Task,
  options: TrainOptions,
): Promise<TrainingRun> {
  const { base } = prepared;
  compile(prepared, task, options, options.learningRate ?? usualRate(prepared, options));
  if (base !== null) return transfer(prepared, base, task, options);
  return fit(prepared, task, options, { epochs: options.epochs ?? EPOCHS });
}
