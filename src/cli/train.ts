/** @file `fovea train`: trains a convnet on a data set and saves it. */

import type { Command } from 'commander';
import { backend, utils } from '../index.ts';
import { BASE_NAMES } from './base/open-base.ts';
import { InterruptedError, UsageError } from './command-error.ts';
import {
  addEngineOptions,
  addImageOptions,
  chooseBackend,
  positiveNumber,
  share,
  wholeNumber,
} from './command-options.ts';
import { BUILT_IN_NAMES } from './data-source.ts';
import { taskOf } from './network.ts';
import { printResult, say } from './output.ts';
import { checkWritable } from './output-file.ts';
import { describe, saveCurves, skippedFiles, test } from './train/outcome.ts';
import { prepare } from './train/prepare.ts';
import { trainPrepared } from './train/stages.ts';
import {
  BUILT_IN_MODEL,
  DEFAULT_OPTIMIZER,
  EPOCHS,
  FINE_TUNE_EPOCHS,
  FINE_TUNE_RATE,
  HEAD_EPOCHS,
  HEAD_OPTIMIZER,
  HELD_OUT,
  type TrainOptions,
} from './train/train-options.ts';

async function checkOut(path: string): Promise<void> {
  if (!path.endsWith('.keras')) {
    throw new UsageError(`--out ${path}: models are saved as .keras files, so the name must end in .keras.`);
  }
  await checkWritable(`--out ${path}`, path);
}

async function train(data: string, options: TrainOptions): Promise<void> {
  const { out } = options;
  if (out !== undefined) await checkOut(out);
  await chooseBackend(options);
  if (options.seed !== undefined) utils.setRandomSeed(options.seed);
  const prepared = await prepare(data, options);
  const { source, model } = prepared;
  const task = taskOf(model, source.classNames.length);
  model.classNames = source.classNames;
  const { name, isa, threads } = backend.describe();
  say(
    `Training ${model.name} (${model.countParams()} parameters) on ${source.name}: ${name}, ${isa}, ${threads} threads.`,
  );
  const run = await trainPrepared(prepared, task, options);
  if (run.secondsPerEpoch.length === 0) {
    throw new InterruptedError(
      'Interrupted before the first epoch: nothing was trained, so nothing was saved.',
    );
  }
  // Saved before the test, so that a second Ctrl-C does not lose the work.
  if (out !== undefined) await model.save(out);
  const curves = await saveCurves(run, options);
  const epochs = run.secondsPerEpoch.length;
  if (run.interrupted && out === undefined) {
    throw new InterruptedError('Interrupted. Nothing was saved, because --out was not given.');
  }
  if (run.interrupted) say(`Interrupted in epoch ${epochs}.`);
  const { testedOn, ...tested } = await test(prepared, task, run);
  const result = {
    dataset: source.name,
    backend: name,
    isa,
    threads,
    epochs,
    seconds: run.seconds,
    secondsPerEpoch: run.secondsPerEpoch,
    trainAccuracy: run.history.accuracy?.at(run.kept ?? -1) ?? null,
    ...tested,
    params: model.countParams(),
    model: out ?? null,
    interrupted: run.interrupted,
    testedOn,
    classNames: source.classNames,
    imageShape: source.imageShape,
    curves,
    skipped: skippedFiles(source),
  };
  const saved = out === undefined ? '' : `\nSaved ${[out, ...Object.values(curves ?? {})].join(', ')}.`;
  printResult(
    options.json,
    result,
    `${describe(run, { ...tested, testedOn }, result.skipped.length)}${saved}`,
  );
}

/** Adds `train` to the program. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('train a convnet on a data set')
    .argument(
      '<data>',
      `built-in data set (${BUILT_IN_NAMES}), or a folder with one sub-folder per class, or with sub-folders train, ` +
        'validation and test that have such sub-folders',
    )
    .option('--model <model>', `${BUILT_IN_MODEL}, or a .keras file to train further`, BUILT_IN_MODEL)
    .option(
      '--base <network>',
      `a pretrained network for photos, which a new classifier is put on: a file, or one of ${BASE_NAMES}`,
    )
    .option(
      '--fine-tune <layer>',
      'with --base: when the classifier is trained, train the network from this layer on too',
    )
    .option(
      '--fine-tune-epochs <n>',
      `passes over the data for --fine-tune (default: ${FINE_TUNE_EPOCHS})`,
      wholeNumber(1),
    )
    .option(
      '--fine-tune-rate <rate>',
      `the optimizer's step size for --fine-tune (default: ${FINE_TUNE_RATE})`,
      positiveNumber,
    )
    .option(
      '--epochs <n>',
      `passes over the data (default: ${EPOCHS}; with --base at most ${HEAD_EPOCHS}, fewer when validation gets no better)`,
      wholeNumber(1),
    )
    .option('--batch-size <n>', 'images per step (default: 64; for photos 20)', wholeNumber(1))
    .option(
      '--optimizer <name>',
      `rmsprop, adam, sgd, … (default: ${DEFAULT_OPTIMIZER}; with --base ${HEAD_OPTIMIZER})`,
    )
    .option(
      '--learning-rate <rate>',
      "the optimizer's step size (default: its own; 0.0001 for cnn on photos with rmsprop); with --base of the classifier",
      positiveNumber,
    )
    .option(
      '--validation-split <share>',
      `share of the training data to hold out, such as 0.2 (default with --base: ${HELD_OUT}, where the folder has no such part)`,
      share,
    )
    .option('--augment', 'mirror, turn, shift and zoom images at random while training')
    .option(
      '--no-flip',
      'with --augment: do not mirror, where left and right matter, as in digits and letters',
    )
    .option('--seed <n>', 'makes the run repeat exactly', wholeNumber(0, 4294967295))
    .option('--out <file>', 'save the trained model here (.keras), its curves beside it')
    .option('--json', 'print the result as one JSON object');
  addImageOptions(addEngineOptions(command)).action(train);
}
