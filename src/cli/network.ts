/** @file The MODEL argument: a saved model, and how data is fed to it. */

import { access } from 'node:fs/promises';
import { OpenSizeError } from '../base/errors.ts';
import { listed } from '../base/listed.ts';
import { formatShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import { tensor } from '../base/tensor.ts';
import { loadModel, UnsupportedError, utils } from '../index.ts';
import { UsageError } from './command-error.ts';
import { say } from './output.ts';
import { type LayerLike, leafLayers, type Pixels, pixelsOf } from './pixels.ts';

/** A model of the library, Sequential or Functional. */
export type Network = Awaited<ReturnType<typeof loadModel>>;

/**
 * Opens a saved model without its optimizer, loss and metrics: they may be a user's own classes, and predicting does
 * not need them. Throws UsageError when there is no such file, FormatError when it is not a model's file.
 */
export async function openModel(path: string): Promise<Network> {
  return open(path, false);
}

/**
 * Opens a saved model with its optimizer, loss and metrics. Where they are not known here, it prints that and opens the
 * model without them. `inputShape`: as `loadModel` takes it. Throws as `openModel` does.
 */
export async function openCompiledModel(path: string, inputShape?: readonly number[]): Promise<Network> {
  try {
    return await open(path, true, inputShape);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const model = await open(path, false, inputShape);
    say(`The optimizer is left out. ${error.message}`);
    return model;
  }
}

/** Whether a model was refused because it leaves the size of its images open. */
export function takesAnySize(error: unknown): boolean {
  return error instanceof Error && (error instanceof OpenSizeError || takesAnySize(error.cause));
}

async function open(path: string, compile: boolean, inputShape?: readonly number[]): Promise<Network> {
  const isUrl = /^[a-z]+:\/\//i.test(path);
  try {
    if (!isUrl) await access(path);
  } catch {
    throw new UsageError(`There is no model file ${path}.`);
  }
  try {
    return await loadModel(path, { compile, ...(inputShape === undefined ? {} : { inputShape }) });
  } catch (error) {
    if (!takesAnySize(error)) throw error;
    throw new UsageError(
      `${path} takes images of any size. Make it for one: fovea convert ${path} sized.keras --image-size 224`,
      { cause: error },
    );
  }
}

/** Extents of the images that a model takes. Throws UsageError unless it takes one batch of images. */
export function imageShapeOf(
  model: Network,
  path: string,
): [height: number, width: number, channels: number] {
  const shapes = model.inputs.map((input) => input.shape);
  const [, height, width, channels] = shapes[0] ?? [];
  const fits = shapes.length === 1 && shapes[0]!.length === 4 && (channels === 1 || channels === 3);
  if (!fits || typeof height !== 'number' || typeof width !== 'number') {
    throw new UsageError(
      `${path} takes ${shapes.map(formatShape).join(' and ')}; expected one input of images ` +
        '[null, height, width, 1 or 3].',
    );
  }
  return [height, width, channels as number];
}

/** The form in which a model wants its images. */
export function imageFormOf(
  model: Network,
  path: string,
): { size: [height: number, width: number]; colorMode: 'rgb' | 'grayscale' } {
  const [height, width, channels] = imageShapeOf(model, path);
  return { size: [height, width], colorMode: channels === 1 ? 'grayscale' : 'rgb' };
}

/** How data is fed to a model. */
export interface Task {
  readonly loss: 'categoricalCrossentropy' | 'binaryCrossentropy';
  readonly classCount: number;
  /** How the model wants its pixels. */
  readonly pixels: Pixels;
}

/** Throws UsageError for a model that does not give a number for each class, such as a base without a classifier. */
export function checkClassifier({ outputs, name }: Network): void {
  const shapes = outputs.map(({ shape }) => shape);
  if (shapes.length === 1 && shapes[0]!.slice(1, -1).every((extent) => extent === 1)) return;
  throw new UsageError(
    `The model '${name}' gives ${shapes.map(formatShape).join(' and ')}; expected one number for each class, [null, classes].`,
  );
}

/** Throws UsageError when the model's outputs do not fit the classes of the data. */
export function taskOf(model: Network, classCount: number): Task {
  checkClassifier(model);
  const units = model.outputs[0]!.shape.at(-1);
  const pixels = pixelsOf(model);
  if (units === classCount) return { loss: 'categoricalCrossentropy', classCount, pixels };
  if (units === 1 && classCount === 2) return { loss: 'binaryCrossentropy', classCount, pixels };
  const names = model.classNames === null ? '' : ` (${listed(model.classNames)})`;
  throw new UsageError(
    `The model tells ${units === 1 ? 2 : units} classes apart${names}, and the data has ${classCount}; expected as many.`,
  );
}

/** Whether the model has layers that change images at random while training. */
export function augmentsImages(model: LayerLike): boolean {
  return [...leafLayers(model)].some(({ className }) => className.startsWith('Random'));
}

/** Throws UsageError when a model for `expected` images is given others. */
export function checkImageShape(given: readonly number[], expected: readonly number[]): void {
  if (given.some((dim, axis) => dim !== expected[axis])) {
    throw new UsageError(
      `The model takes images ${formatShape(expected)}, the data has ${formatShape(given)}.`,
    );
  }
}

/** Class numbers as the model's outputs: one-hot rows, or one column of 0 and 1. */
export function targetsFor({ loss, classCount }: Task, labels: Int32Array): Tensor {
  if (loss === 'categoricalCrossentropy') return utils.toCategorical(labels, classCount);
  return tensor(labels, [labels.length, 1]).cast('float32');
}
