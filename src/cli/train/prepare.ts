/** @file What `fovea train` trains, and on what: a new convnet, a saved model, or a classifier on a pretrained network. */

import { openBase } from '../base/open-base.ts';
import { transferNetwork } from '../base/transfer-network.ts';
import { formOfBase } from '../base/transfer-run.ts';
import { UsageError } from '../command-error.ts';
import { type Augmentation, buildConvnet, withAugmentation } from '../convnets.ts';
import type { DataPart, DataSource } from '../data-parts.ts';
import { checkPhotos, openDataSource } from '../data-source.ts';
import {
  augmentsImages,
  checkImageShape,
  imageFormOf,
  imageShapeOf,
  type Network,
  openModel,
} from '../network.ts';
import { say } from '../output.ts';
import { BUILT_IN_MODEL, HELD_OUT, type TrainOptions } from './train-options.ts';

/** A model and its data. */
export interface Prepared {
  readonly source: DataSource;
  readonly train: DataPart;
  readonly model: Network;
  /** The pretrained part of the model; null without --base. */
  readonly base: Network | null;
}

function prepared(source: DataSource, model: Network, base: Network | null = null): Prepared {
  const { train } = source.parts;
  if (train !== undefined) return { source, train, model, base };
  throw new UsageError(`${source.name} has no images to train on: its sub-folder train is missing or empty.`);
}

function augmentationOf({ augment, flip }: TrainOptions): Augmentation | null {
  if (augment) return { flip };
  if (!flip) throw new UsageError('--no-flip says how --augment changes images; give both.');
  return null;
}

/** Throws UsageError for options that do not go together. */
function checkTogether({ base, model, fineTune, fineTuneEpochs, fineTuneRate }: TrainOptions): void {
  if (base !== undefined && model !== BUILT_IN_MODEL)
    throw new UsageError('Give --model or --base, not both.');
  if (base === undefined && fineTune !== undefined) {
    throw new UsageError('--fine-tune goes on with a pretrained network; say with --base which one.');
  }
  if (fineTune === undefined && (fineTuneEpochs !== undefined || fineTuneRate !== undefined)) {
    throw new UsageError(
      '--fine-tune-epochs and --fine-tune-rate say how --fine-tune trains; name the layer with it.',
    );
  }
}

function readingOf({ batchSize, validationSplit, seed }: TrainOptions) {
  return { batchSize, validationSplit, seed, trainsAllClasses: true };
}

async function prepareOnBase(data: string, name: string, options: TrainOptions): Promise<Prepared> {
  // First what takes no download.
  await checkPhotos(data);
  const augment = augmentationOf(options);
  const base = await openBase(name, options.imageSize);
  const form = formOfBase(base, options.colorMode);
  const how = { ...readingOf(options), ...form, usualSplit: HELD_OUT, classNames: null };
  const source = await openDataSource(data, how);
  return prepared(source, transferNetwork(base, source.classNames.length, augment), base.net);
}

async function prepareNew(data: string, options: TrainOptions): Promise<Prepared> {
  const { imageSize: size, colorMode } = options;
  const source = await openDataSource(data, { ...readingOf(options), size, colorMode, classNames: null });
  const { imageShape, classNames, fromFiles: bytes } = source;
  const augment = augmentationOf(options);
  return prepared(source, buildConvnet({ imageShape, classCount: classNames.length, bytes, augment }));
}

async function prepareSaved(data: string, options: TrainOptions): Promise<Prepared> {
  const opened = await openModel(options.model);
  if (options.imageSize !== undefined || options.colorMode !== undefined) {
    throw new UsageError(
      '--image-size and --color-mode are set by the model file; leave them out with --model FILE.',
    );
  }
  const form = imageFormOf(opened, options.model);
  const how = { ...readingOf(options), ...form, classNames: opened.classNames };
  const source = await openDataSource(data, how);
  checkImageShape(source.imageShape, imageShapeOf(opened, options.model));
  return prepared(source, augmented(opened, options));
}

/** The model with augmentation where it is asked for and not there already. */
function augmented(model: Network, options: TrainOptions): Network {
  const augment = augmentationOf(options);
  if (augment === null) return model;
  if (!augmentsImages(model)) return withAugmentation(model, augment);
  say(`${options.model} has layers for augmentation already; they stay as they are.`);
  return model;
}

/** The model and the data that the options name. Throws UsageError for options that do not fit them or each other. */
export async function prepare(data: string, options: TrainOptions): Promise<Prepared> {
  checkTogether(options);
  if (options.base !== undefined) return prepareOnBase(data, options.base, options);
  return options.model === BUILT_IN_MODEL ? prepareNew(data, options) : prepareSaved(data, options);
}
