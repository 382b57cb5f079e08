/** @file The MODEL argument: a saved model, or the built-in convnet; and how data is fed to it. */

import { access } from 'node:fs/promises';
import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import { tensor } from '../base/tensor.ts';
import { layers, loadModel, sequential, UnsupportedError, utils } from '../index.ts';
import { UsageError } from './command-error.ts';
import type { LabelledImages } from './image-folder.ts';

/** A model of the library, Sequential or Functional. */
export type Network = Awaited<ReturnType<typeof loadModel>>;

// The last feature map of the chapter's network is 3 x 3; larger images get more levels, until the last map is about as
// small.
const SMALL_MAP = 6;
const LEAST_CONVOLUTIONS = 3;

/**
 * The convnet of the book's chapter 5.1 sized for the data: 3x3 convolutions with 32, 64, 64, … filters and 2x2 pooling
 * between them, until the feature map is small; then a dense layer of 64 and a softmax. For 28x28x1 and ten classes it
 * is the chapter's network, 93,322 parameters. Throws ShapeError for images below 3x3.
 */
export function buildConvnet(imageShape: readonly number[], classCount: number): Network {
  const [height, width] = imageShape as [number, number, number];
  let side = Math.min(height, width);
  if (side < 3)
    throw new ShapeError(`A convnet needs images of 3x3 pixels or more, received ${height}x${width}.`);
  const net = sequential();
  for (let count = 1; ; count++) {
    const filters = count === 1 ? 32 : 64;
    const inputShape = count === 1 ? { inputShape: [...imageShape] } : {};
    net.add(layers.conv2d({ filters, kernelSize: [3, 3], activation: 'relu', ...inputShape }));
    side -= 2;
    const pooled = Math.floor(side / 2);
    if (pooled < 3 || (count >= LEAST_CONVOLUTIONS && side <= SMALL_MAP)) break;
    net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
    side = pooled;
  }
  net.add(layers.flatten());
  net.add(layers.dense({ units: 64, activation: 'relu' }));
  net.add(layers.dense({ units: classCount, activation: 'softmax' }));
  return net;
}

/**
 * Opens a saved model without its optimizer, loss and metrics: they may be a user's own classes, and predicting does
 * not need them. Throws UsageError when there is no such file, FormatError when it is not a model's file.
 */
export async function openModel(path: string): Promise<Network> {
  return open(path, false);
}

/**
 * Opens a saved model with its optimizer, loss and metrics. Where they are not known here, it prints that and opens the
 * model without them. Throws as `openModel` does.
 */
export async function openCompiledModel(path: string): Promise<Network> {
  try {
    return await open(path, true);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const model = await open(path, false);
    process.stderr.write(`The optimizer is left out. ${error.message}\n`);
    return model;
  }
}

async function open(path: string, compile: boolean): Promise<Network> {
  try {
    await access(path);
  } catch {
    throw new UsageError(`There is no model file ${path}.`);
  }
  return loadModel(path, { compile });
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

/** The loss that fits a model's output and the number of classes. */
export interface Task {
  readonly loss: 'categoricalCrossentropy' | 'binaryCrossentropy';
  readonly classCount: number;
}

/** Throws UsageError when the model's outputs do not fit the classes of the data. */
export function taskOf(model: Network, classCount: number): Task {
  const units = model.outputs[0]!.shape.at(-1);
  if (units === classCount) return { loss: 'categoricalCrossentropy', classCount };
  if (units === 1 && classCount === 2) return { loss: 'binaryCrossentropy', classCount };
  throw new UsageError(
    `The model has ${units} outputs and the data ${classCount} classes; expected as many${classCount === 2 ? ', or one output' : ''}.`,
  );
}

/** Throws UsageError when a model for `expected` images is given others. */
export function checkImageShape(images: Tensor, expected: readonly number[]): void {
  if (images.shape.slice(1).some((dim, axis) => dim !== expected[axis])) {
    throw new UsageError(
      `The model takes images ${formatShape(expected)}, the data has ${formatShape(images.shape.slice(1))}.`,
    );
  }
}

/**
 * The data in the form that a model takes: pixels from 0 to 1, and classes as one-hot rows, or as one column of 0 and
 * 1.
 */
export function examplesOf(data: LabelledImages, task: Task): [x: Tensor, y: Tensor] {
  const x = data.images.div(255);
  if (task.loss === 'categoricalCrossentropy') return [x, utils.toCategorical(data.labels, task.classCount)];
  return [x, tensor(data.labels, [data.labels.length, 1]).cast('float32')];
}
