/** @file The built-in networks: the book's convnets, sized for the data, with augmentation in front when it is asked for. */

import { ShapeError } from '../base/errors.ts';
import { input, layers, type Sequential, sequential } from '../index.ts';
import type { Network } from './network.ts';

/** What a network is built for. */
export interface NetworkPlan {
  /** `[height, width, channels]`. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly classCount: number;
  /** Whether images come as bytes, 0 to 255, which the network scales itself; else as numbers from 0 to 1. */
  readonly bytes: boolean;
  /** Null for none. */
  readonly augment: Augmentation | null;
}

/** What `--augment` does. */
export interface Augmentation {
  /** Whether left and right may change places. */
  readonly flip: boolean;
}

/** Images whose smaller side has more pixels are photos. */
const LARGEST_DRAWING = 64;

/**
 * The layers of `--augment`, of the kinds that the book's chapter 5.2 has: mirror images, turns by up to 36°, shifts by up
 * to a tenth, and zooms by up to a fifth; what comes into the picture repeats its border. They act while training only.
 */
export function augmentationLayers({ flip }: Augmentation) {
  const fillMode = 'nearest';
  return [
    ...(flip ? [layers.randomFlip({ mode: 'horizontal' })] : []),
    layers.randomRotation({ factor: 0.1, fillMode }),
    layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1, fillMode }),
    layers.randomZoom({ heightFactor: 0.2, fillMode }),
  ];
}

function beginning({ imageShape, bytes, augment }: NetworkPlan): Sequential {
  const net = sequential();
  net.add(input({ shape: [...imageShape] }));
  for (const layer of augment === null ? [] : augmentationLayers(augment)) net.add(layer);
  if (bytes) net.add(layers.rescaling({ scale: 1 / 255 }));
  return net;
}

// The last feature map of chapter 5.1's network is 3 x 3; larger images get more levels, until the last map is about as
// small.
const SMALL_MAP = 6;
const LEAST_CONVOLUTIONS = 3;

/**
 * The convnet of chapter 5.1: 3x3 convolutions with 32, 64, 64, … filters and 2x2 pooling between them, until the feature
 * map is small; then a dense layer of 64 and a softmax. For 28x28x1 and ten classes it is the chapter's network, 93,322
 * parameters.
 */
function addDrawingLayers(net: Sequential, side: number, classCount: number): void {
  let left = side;
  for (let count = 1; ; count++) {
    net.add(layers.conv2d({ filters: count === 1 ? 32 : 64, kernelSize: [3, 3], activation: 'relu' }));
    left -= 2;
    const pooled = Math.floor(left / 2);
    if (pooled < 3 || (count >= LEAST_CONVOLUTIONS && left <= SMALL_MAP)) break;
    net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
    left = pooled;
  }
  net.add(layers.flatten());
  net.add(layers.dense({ units: 64, activation: 'relu' }));
  net.add(layers.dense({ units: classCount, activation: 'softmax' }));
}

/** RMSprop's step size for photos in chapter 5.2. */
export const PHOTO_LEARNING_RATE = 1e-4;

const PHOTO_FILTERS = [32, 64, 128];
const LARGEST_LAST_MAP = 8;

/**
 * The convnet of chapter 5.2 with its dropout: 3x3 convolutions with 32, 64, 128, 128, … filters, each followed by 2x2
 * pooling, until the feature map is at most 8 pixels high or wide; dropout 0.5, a dense layer of 512, and a softmax, or a
 * single sigmoid for two classes. For 150x150x3 and two classes it is the chapter's network, 3,453,121 parameters.
 */
function addPhotoLayers(net: Sequential, side: number, classCount: number): void {
  let left = side;
  for (let level = 0; left > LARGEST_LAST_MAP; level++) {
    const filters = PHOTO_FILTERS[Math.min(level, PHOTO_FILTERS.length - 1)]!;
    net.add(layers.conv2d({ filters, kernelSize: [3, 3], activation: 'relu' }));
    net.add(layers.maxPooling2d({ poolSize: [2, 2] }));
    left = Math.floor((left - 2) / 2);
  }
  net.add(layers.flatten());
  net.add(layers.dropout({ rate: 0.5 }));
  net.add(layers.dense({ units: 512, activation: 'relu' }));
  net.add(
    classCount === 2
      ? layers.dense({ units: 1, activation: 'sigmoid' })
      : layers.dense({ units: classCount, activation: 'softmax' }),
  );
}

/** Whether images of this shape get the network for photos. */
export function isPhotoShape([height, width]: readonly number[]): boolean {
  return Math.min(height!, width!) > LARGEST_DRAWING;
}

/** Images in a step, unless the user says otherwise: as in chapters 5.1 and 5.2. */
export function usualBatchSize(imageShape: readonly number[]): number {
  return isPhotoShape(imageShape) ? 20 : 64;
}

/** The built-in network for images of a shape. Throws ShapeError for images below 3x3. */
export function buildConvnet(plan: NetworkPlan): Network {
  const [height, width] = plan.imageShape;
  const side = Math.min(height, width);
  if (side < 3)
    throw new ShapeError(`A convnet needs images of 3x3 pixels or more, received ${height}x${width}.`);
  const net = beginning(plan);
  const addLayers = isPhotoShape(plan.imageShape) ? addPhotoLayers : addDrawingLayers;
  addLayers(net, side, plan.classCount);
  return net;
}

/** `model` with the layers of `--augment` in front of it. They get its input as it is, bytes or numbers. */
export function withAugmentation(model: Network, augment: Augmentation): Network {
  const net = sequential();
  net.add(input({ shape: model.inputs[0]!.shape.slice(1) as number[] }));
  for (const layer of augmentationLayers(augment)) net.add(layer);
  net.add(model);
  return net;
}
