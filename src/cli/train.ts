/** @file `fovea train`: trains a convnet on a data set and saves it. */

import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { ValueError } from '../base/errors.ts';
import { writeFileAtomically } from '../formats/files.ts';
import { backend, type CompileOptions, charts, utils } from '../index.ts';
import { BASE_NAMES, openBase } from './base/open-base.ts';
import { checkLayerOf, transferNetwork, unfreezeFrom } from './base/transfer-network.ts';
import { checkPhotos, formOfBase, joinRuns, stopEarly, withBestEpoch } from './base/transfer-run.ts';
import { InterruptedError, UsageError } from './command-error.ts';
import {
  addEngineOptions,
  addImageOptions,
  chooseBackend,
  type EngineOptions,
  positiveNumber,
  share,
  wholeNumber,
} from './command-options.ts';
import {
  type Augmentation,
  buildConvnet,
  isPhotoShape,
  PHOTO_LEARNING_RATE,
  usualBatchSize,
  withAugmentation,
} from './convnets.ts';
import type { DataPart, DataSource } from './data-parts.ts';
import { BUILT_IN_NAMES, openDataSource } from './data-source.ts';
import {
  augmentsImages,
  checkImageShape,
  imageFormOf,
  imageShapeOf,
  type Network,
  openModel,
  type Task,
  taskOf,
} from './network.ts';
import { percent, printResult, say } from './output.ts';
import { evaluateOn, runTraining, type TrainingOptions, type TrainingRun } from './training-run.ts';

interface TrainOptions extends EngineOptions {
  readonly model: string;
  readonly base?: string;
  readonly fineTune?: string;
  readonly fineTuneEpochs?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly validationSplit?: number;
  readonly augment?: boolean;
  /** False with --no-flip. */
  readonly flip: boolean;
  readonly seed?: number;
  readonly imageSize?: [number, number];
  readonly colorMode?: 'rgb' | 'grayscale';
  readonly out?: string;
  readonly json?: boolean;
}

const BUILT_IN_MODEL = 'cnn';
const DEFAULT_OPTIMIZER = 'rmsprop';
const EPOCHS = 5;
/** Of a classifier on a pretrained network. */
const HEAD_OPTIMIZER = 'adam';
const HEAD_EPOCHS = 30;
const HELD_OUT = 0.2;
const FINE_TUNE_EPOCHS = 10;
/** As in the book: small, so that what the network has learned is changed little. */
const FINE_TUNE_RATE = 1e-5;

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

interface Prepared {
  readonly source: DataSource;
  readonly train: DataPart;
  readonly model: Network;
  /** The pretrained part of the model; null without --base. */
  readonly base: Network | null;
}

function trainingPart({ name, parts }: DataSource): DataPart {
  if (parts.train !== undefined) return parts.train;
  throw new UsageError(`${name} has no images to train on: its sub-folder train is missing or empty.`);
}

async function prepare(data: string, options: TrainOptions): Promise<Prepared> {
  const { batchSize, validationSplit, seed, imageSize: size, colorMode } = options;
  const how = { batchSize, validationSplit, seed };
  if (options.base !== undefined) {
    if (options.model !== BUILT_IN_MODEL) throw new UsageError('Give --model or --base, not both.');
    const { net, ...base } = await openBase(options.base, size);
    const form = formOfBase({ net, ...base }, colorMode);
    const source = await openDataSource(data, { ...how, ...form, usualSplit: HELD_OUT, classNames: null });
    checkPhotos(source);
    const model = transferNetwork({ net, ...base }, source.classNames.length, augmentationOf(options));
    return { source, train: trainingPart(source), model, base: net };
  }
  if (options.fineTune !== undefined || options.fineTuneEpochs !== undefined) {
    throw new UsageError('--fine-tune goes on with a pretrained network; say with --base which one.');
  }
  if (options.model === BUILT_IN_MODEL) {
    const source = await openDataSource(data, { ...how, size, colorMode, classNames: null });
    const { imageShape, classNames, fromFiles: bytes } = source;
    const augment = augmentationOf(options);
    const model = buildConvnet({ imageShape, classCount: classNames.length, bytes, augment });
    return { source, train: trainingPart(source), model, base: null };
  }
  const opened = await openModel(options.model);
  if (size !== undefined || colorMode !== undefined) {
    throw new UsageError(
      '--image-size and --color-mode are set by the model file; leave them out with --model FILE.',
    );
  }
  const form = imageFormOf(opened, options.model);
  const source = await openDataSource(data, { ...how, ...form, classNames: opened.classNames });
  checkImageShape(source.imageShape, imageShapeOf(opened, options.model));
  return { source, train: trainingPart(source), model: augmented(opened, options), base: null };
}

function augmentationOf({ augment, flip }: TrainOptions): Augmentation | null {
  if (augment) return { flip };
  if (!flip) throw new UsageError('--no-flip says how --augment changes images; give both.');
  return null;
}

/** The model with augmentation where it is asked for and not there already. */
function augmented(model: Network, options: TrainOptions): Network {
  const augment = augmentationOf(options);
  if (augment === null) return model;
  if (!augmentsImages(model)) return withAugmentation(model, augment);
  say(`${options.model} has layers for augmentation already; they stay as they are.`);
  return model;
}

function compile({ model, source, base }: Prepared, task: Task, options: TrainOptions): void {
  const optimizer = options.optimizer ?? (base === null ? DEFAULT_OPTIMIZER : HEAD_OPTIMIZER);
  try {
    const name = optimizer as NonNullable<CompileOptions['optimizer']>;
    model.compile({ optimizer: name, loss: task.loss, metrics: ['accuracy'] });
  } catch (error) {
    // The optimizer's name is the only value of `compile` that the user chose.
    if (error instanceof ValueError) throw new UsageError(`--optimizer: ${error.message}`, { cause: error });
    throw error;
  }
  // The book's, for the book's network and optimizer.
  const isBooks =
    base === null &&
    options.model === BUILT_IN_MODEL &&
    optimizer === DEFAULT_OPTIMIZER &&
    isPhotoShape(source.imageShape);
  const learningRate = options.learningRate ?? (isBooks ? PHOTO_LEARNING_RATE : undefined);
  if (learningRate !== undefined) model.optimizer!.learningRate = learningRate;
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

/** Trains the head on the frozen base, and then, where that is asked for, the base from a layer on. */
async function transfer(prepared: Prepared, task: Task, options: TrainOptions): Promise<TrainingRun> {
  const { model, source } = prepared;
  const base = prepared.base!;
  const { fineTune, fineTuneEpochs = FINE_TUNE_EPOCHS, epochs = HEAD_EPOCHS, augment = false } = options;
  // Before the work of the head is done: the layer's name may be wrong.
  if (fineTune !== undefined) checkLayerOf(base, fineTune);
  const callbacks = source.parts.validation === undefined ? [] : [stopEarly()];
  const settled = callbacks.length === 0 ? (run: TrainingRun) => run : withBestEpoch;
  const run = settled(await fit(prepared, task, options, { epochs, callbacks, cacheFeatures: !augment }));
  if (fineTune === undefined || run.interrupted) return run;
  unfreezeFrom(base, fineTune);
  compile(prepared, task, options);
  model.optimizer!.learningRate = options.learningRate ?? FINE_TUNE_RATE;
  say(
    `Fine-tuning ${base.name} from ${fineTune} on: ${model.trainableWeights.reduce((sum, { size }) => sum + size, 0)} parameters train.`,
  );
  const more = callbacks.length === 0 ? [] : [stopEarly()];
  const tuned = await fit(prepared, task, options, { epochs: fineTuneEpochs, callbacks: more });
  return joinRuns(run, settled(tuned));
}

interface Quality {
  /** On what was not trained on: the test part, else the validation part; null without both. */
  readonly testAccuracy: number | null;
  readonly testLoss: number | null;
  readonly testedOn: 'test' | 'validation' | null;
}

async function test({ source, model }: Prepared, task: Task, run: TrainingRun): Promise<Quality> {
  const { test: part } = source.parts;
  if (part === undefined || run.interrupted) {
    const { val_accuracy: accuracy, val_loss: loss } = run.history;
    const testedOn = accuracy === undefined ? null : 'validation';
    const at = run.kept ?? -1;
    return { testAccuracy: accuracy?.at(at) ?? null, testLoss: loss?.at(at) ?? null, testedOn };
  }
  const { accuracy, loss } = await evaluateOn(model, part.examples(task), { verbose: 0 });
  return { testAccuracy: accuracy, testLoss: loss, testedOn: 'test' };
}

/** Where the numbers of a model's training are kept: beside the model. */
export function historyPathOf(model: string): string {
  return `${model.replace(/\.[^./\\]+$/, '')}-history.json`;
}

/** Writes the curves beside the model, and their numbers; null when there is nothing to draw or no model is saved. */
async function saveCurves(
  run: TrainingRun,
  options: TrainOptions,
): Promise<{ svg: string; png: string } | null> {
  if (options.out === undefined || run.secondsPerEpoch.length === 0) return null;
  const stem = options.out.replace(/\.keras$/, '-curves');
  const chart = charts.trainingCurves(run.history);
  const paths = { svg: `${stem}.svg`, png: `${stem}.png` };
  await charts.saveChart(paths.svg, chart);
  await charts.saveChart(paths.png, chart);
  const numbers = JSON.stringify({ history: run.history, secondsPerEpoch: run.secondsPerEpoch }, null, 2);
  await writeFileAtomically(historyPathOf(options.out), new TextEncoder().encode(`${numbers}\n`));
  return paths;
}

function describe(run: TrainingRun, { testAccuracy, testLoss, testedOn }: Quality, skipped: number): string {
  const left = skipped === 0 ? '' : ` ${skipped} ${skipped === 1 ? 'file' : 'files'} could not be read.`;
  const time = `Training took ${run.seconds.toFixed(1)} s.${left}`;
  if (testAccuracy === null || testLoss === null) {
    return `${run.interrupted ? 'Not tested, because training was interrupted.' : 'No test data.'} ${time}`;
  }
  const title = testedOn === 'test' ? 'Test' : 'Validation';
  return `${title} accuracy: ${testAccuracy.toFixed(4)} (${percent(testAccuracy)}), loss: ${testLoss.toFixed(4)}. ${time}`;
}

function skippedFiles({ parts }: DataSource) {
  return Object.values(parts).flatMap((part) => part?.skipped ?? []);
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
  compile(prepared, task, options);
  const { name, isa, threads } = backend.describe();
  say(
    `Training ${model.name} (${model.countParams()} parameters) on ${source.name}: ${name}, ${isa}, ${threads} threads.`,
  );
  const run =
    prepared.base === null
      ? await fit(prepared, task, options, { epochs: options.epochs ?? EPOCHS })
      : await transfer(prepared, task, options);
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
    trainAccuracy: run.history.accuracy?.at(-1) ?? null,
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
      "the optimizer's step size (default: its own; 0.0001 for cnn on photos with rmsprop)",
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
