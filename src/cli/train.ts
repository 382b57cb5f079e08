/** @file `fovea train`: trains a convnet on a data set and saves it. */

import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { ValueError } from '../base/errors.ts';
import type { CallbackLike } from '../callbacks/callback.ts';
import { ProgbarLogger } from '../callbacks/progbar-logger.ts';
import { backend, type CompileOptions, utils } from '../index.ts';
import { InterruptedError, UsageError } from './command-error.ts';
import {
  addEngineOptions,
  addImageOptions,
  chooseBackend,
  type EngineOptions,
  share,
  wholeNumber,
} from './command-options.ts';
import { BUILT_IN_NAMES, type DataSource, loadDataSource } from './data-source.ts';
import { InterruptWatch } from './interrupt.ts';
import {
  buildConvnet,
  checkImageShape,
  examplesOf,
  imageFormOf,
  imageShapeOf,
  type Network,
  openModel,
  type Task,
  taskOf,
} from './network.ts';
import { percent, printResult, say } from './output.ts';

interface TrainOptions extends EngineOptions {
  readonly model: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: string;
  readonly validationSplit?: number;
  readonly seed?: number;
  readonly imageSize?: [number, number];
  readonly colorMode?: 'rgb' | 'grayscale';
  readonly out?: string;
  readonly json?: boolean;
}

const BUILT_IN_MODEL = 'cnn';

/** Checked before training, so that the work is not lost. */
async function checkOut(path: string): Promise<void> {
  if (!path.endsWith('.keras')) {
    throw new UsageError(`--out ${path}: models are saved as .keras files, so the name must end in .keras.`);
  }
  const folder = dirname(resolve(path));
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw new UsageError(`--out ${path}: the folder ${folder} does not exist or cannot be written to.`);
  }
}

async function prepare(data: string, options: TrainOptions): Promise<{ source: DataSource; model: Network }> {
  const given = { size: options.imageSize, colorMode: options.colorMode };
  if (options.model === BUILT_IN_MODEL) {
    const source = await loadDataSource(data, given);
    return { source, model: buildConvnet(source.train.images.shape.slice(1), source.classNames.length) };
  }
  const model = await openModel(options.model);
  if (given.size !== undefined || given.colorMode !== undefined) {
    throw new UsageError(
      '--image-size and --color-mode are set by the model file; leave them out with --model FILE.',
    );
  }
  const source = await loadDataSource(data, imageFormOf(model, options.model));
  checkImageShape(source.train.images, imageShapeOf(model, options.model));
  return { source, model };
}

function compile(model: Network, task: Task, optimizer: string): void {
  try {
    const name = optimizer as NonNullable<CompileOptions['optimizer']>;
    model.compile({ optimizer: name, loss: task.loss, metrics: ['accuracy'] });
  } catch (error) {
    // The optimizer's name is the only value of `compile` that the user chose.
    if (error instanceof ValueError) throw new UsageError(`--optimizer: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Notes how long each epoch takes. */
function epochClock(seconds: number[]): CallbackLike {
  let start = 0;
  return {
    onEpochBegin: () => {
      start = performance.now();
    },
    onEpochEnd: () => {
      seconds.push((performance.now() - start) / 1000);
    },
  };
}

interface Run {
  readonly history: Readonly<Record<string, number[]>>;
  readonly secondsPerEpoch: number[];
  readonly seconds: number;
  readonly interrupted: boolean;
}

async function fit(model: Network, source: DataSource, task: Task, options: TrainOptions): Promise<Run> {
  const [x, y] = examplesOf(source.train, task);
  const watch = new InterruptWatch();
  const secondsPerEpoch: number[] = [];
  const split = options.validationSplit === undefined ? {} : { validationSplit: options.validationSplit };
  const start = performance.now();
  watch.start();
  try {
    const { history } = await model.fit(x, y, {
      epochs: options.epochs,
      batchSize: options.batchSize,
      callbacks: [watch.callback, epochClock(secondsPerEpoch), new ProgbarLogger({ output: process.stderr })],
      ...split,
    });
    const seconds = (performance.now() - start) / 1000;
    return { history, secondsPerEpoch, seconds, interrupted: watch.asked };
  } finally {
    watch.stop();
  }
}

/** Accuracy and loss on data that was not trained on: the test part, else the validation part, else null. */
async function test(
  model: Network,
  source: DataSource,
  task: Task,
  run: Run,
): Promise<{ testAccuracy: number | null; testLoss: number | null }> {
  if (source.test === undefined || run.interrupted) {
    const { val_accuracy: accuracy, val_loss: loss } = run.history;
    return { testAccuracy: accuracy?.at(-1) ?? null, testLoss: loss?.at(-1) ?? null };
  }
  const [x, y] = examplesOf(source.test, task);
  const [testLoss, testAccuracy] = await model.evaluate(x, y, { verbose: 0 });
  return { testAccuracy, testLoss };
}

function describe(result: {
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  readonly seconds: number;
  readonly interrupted: boolean;
}): string {
  const { testAccuracy, testLoss, seconds, interrupted } = result;
  const quality =
    testAccuracy === null || testLoss === null
      ? interrupted
        ? 'Not tested, because training was interrupted.'
        : 'No test data.'
      : `Test accuracy: ${testAccuracy.toFixed(4)} (${percent(testAccuracy)}), loss: ${testLoss.toFixed(4)}.`;
  return `${quality} Training took ${seconds.toFixed(1)} s.`;
}

async function train(data: string, options: TrainOptions): Promise<void> {
  const { out } = options;
  if (out !== undefined) await checkOut(out);
  await chooseBackend(options);
  if (options.seed !== undefined) utils.setRandomSeed(options.seed);
  const { source, model } = await prepare(data, options);
  const task = taskOf(model, source.classNames.length);
  model.classNames = source.classNames;
  compile(model, task, options.optimizer);
  const { name, isa, threads } = backend.describe();
  say(
    `Training ${model.name} (${model.countParams()} parameters) on ${source.name}: ${name}, ${isa}, ${threads} threads.`,
  );
  const run = await fit(model, source, task, options);
  // Saved before the test, so that a second Ctrl-C does not lose the work.
  if (out !== undefined) await model.save(out);
  const epochs = run.secondsPerEpoch.length;
  if (run.interrupted && out === undefined) {
    throw new InterruptedError('Interrupted. Nothing was saved, because --out was not given.');
  }
  if (run.interrupted) say(`Interrupted in epoch ${epochs} of ${options.epochs}.`);
  const tested = await test(model, source, task, run);
  const result = {
    dataset: source.name,
    backend: name,
    isa,
    threads,
    epochs,
    seconds: run.seconds,
    secondsPerEpoch: run.secondsPerEpoch,
    trainAccuracy: run.history.accuracy?.at(-1) ?? null,
    ...tested,
    params: model.countParams(),
    model: out ?? null,
    interrupted: run.interrupted,
  };
  const saved = out === undefined ? '' : `\nSaved ${out}.`;
  printResult(options.json, result, `${describe(result)}${saved}`);
}

/** Adds `train` to the program. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('train a convnet on a data set')
    .argument('<data>', `built-in data set (${BUILT_IN_NAMES}), or a folder with one sub-folder per class`)
    .option('--model <model>', `${BUILT_IN_MODEL}, or a .keras file to train further`, BUILT_IN_MODEL)
    .option('--epochs <n>', 'passes over the data', wholeNumber(1), 5)
    .option('--batch-size <n>', 'images per step', wholeNumber(1), 64)
    .option('--optimizer <name>', 'rmsprop, adam, sgd, …', 'rmsprop')
    .option('--validation-split <share>', 'share of the training data to hold out, such as 0.2', share)
    .option('--seed <n>', 'makes the run repeat exactly', wholeNumber(0, 4294967295))
    .option('--out <file>', 'save the trained model here (.keras)')
    .option('--json', 'print the result as one JSON object');
  addImageOptions(addEngineOptions(command)).action(train);
}
