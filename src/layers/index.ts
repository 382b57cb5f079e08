/** @file The list of layers: a factory each, and their classes by Keras' names. */

import { type Config, optionsOfConfig } from '../base/config.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Activation, type ActivationOptions } from './activation.ts';
import { Add } from './add.ts';
import { Conv2D, type Conv2DOptions } from './conv2d.ts';
import { Dense, type DenseOptions } from './dense.ts';
import { Dropout, type DropoutOptions } from './dropout.ts';
import { Flatten, type FlattenOptions } from './flatten.ts';
import {
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  type GlobalPooling2DOptions,
} from './global-pooling2d.ts';
import { InputLayer, type InputOptions } from './input-layer.ts';
import type { Layer, LayerOptions } from './layer.ts';
import { AveragePooling2D, MaxPooling2D, type Pooling2DOptions } from './pooling2d.ts';
import { Reshape, type ReshapeOptions } from './reshape.ts';

/** An activation function as a layer. */
export const activation = (options: ActivationOptions): Activation => new Activation(options);
/** The sum of several inputs. */
export const add = (options?: LayerOptions): Add => new Add(options);
/** The mean of each window of each channel. */
export const averagePooling2d = (options?: Pooling2DOptions): AveragePooling2D =>
  new AveragePooling2D(options);
/** Learned filters slid over images. */
export const conv2d = (options: Conv2DOptions): Conv2D => new Conv2D(options);
/** Weighted sums of all inputs. */
export const dense = (options: DenseOptions): Dense => new Dense(options);
/** Random zeros while training. */
export const dropout = (options: DropoutOptions): Dropout => new Dropout(options);
/** Each sample's numbers in one row. */
export const flatten = (options?: FlattenOptions): Flatten => new Flatten(options);
/** The mean of each channel. */
export const globalAveragePooling2d = (options?: GlobalPooling2DOptions): GlobalAveragePooling2D =>
  new GlobalAveragePooling2D(options);
/** The maximum of each channel. */
export const globalMaxPooling2d = (options?: GlobalPooling2DOptions): GlobalMaxPooling2D =>
  new GlobalMaxPooling2D(options);
/** Where a model's data comes in. */
export const inputLayer = (options: InputOptions): InputLayer => new InputLayer(options);
/** The maximum of each window of each channel. */
export const maxPooling2d = (options?: Pooling2DOptions): MaxPooling2D => new MaxPooling2D(options);
/** Each sample's numbers under another shape. */
export const reshape = (options: ReshapeOptions): Reshape => new Reshape(options);

/** A layer class that is made from one record of options. */
interface LayerClass {
  readonly className: string;
  new (options: never): Layer;
}

const CLASSES: readonly LayerClass[] = [
  Activation,
  Add,
  AveragePooling2D,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  InputLayer,
  MaxPooling2D,
  Reshape,
];

/** True when a layer of this class can be made by `layerFromConfig`. */
export function isLayerClass(className: string): boolean {
  return CLASSES.some((known) => known.className === className);
}

/**
 * A layer from what Keras files have under `class_name` and `config`. Throws ValueError for an unknown class, and what
 * the layer's constructor throws.
 */
export function layerFromConfig(className: string, config: Config): Layer {
  const found = CLASSES.find((known) => known.className === className);
  if (found === undefined) {
    throw unknownNameError(
      'layer class',
      className,
      CLASSES.map((known) => known.className),
    );
  }
  return new found(optionsOfConfig(config, className) as never);
}
