/** @file How pixels get to a model: as bytes, or as the numbers that it was trained on. */

import type { Tensor } from '../base/tensor.ts';
import { applications } from '../index.ts';
import { baseByLayers } from './base/known-bases.ts';

/**
 * How a model wants its pixels, which come as 0 to 255. 'none': so. 'unit': 0 to 1. 'tf', 'torch', 'caffe': as the networks of
 * `applications` were trained.
 */
export type Pixels = 'tf' | 'torch' | 'caffe' | 'none' | 'unit';

const PREPARED = {
  tf: applications.mobileNet,
  torch: applications.densenet121,
  caffe: applications.vgg16,
} as const;

/** What is needed of a layer or model. */
export interface LayerLike {
  readonly name: string;
  readonly className: string;
  readonly weights: readonly unknown[];
  /** Of models only. */
  readonly layers?: readonly LayerLike[];
  readonly inputs?: readonly { readonly shape: readonly (number | null)[] }[];
}

/** The layers of a model and of the models inside of it, in order. */
export function* leafLayers(layer: LayerLike): Generator<LayerLike> {
  if (layer.layers === undefined) yield layer;
  else for (const inner of layer.layers) yield* leafLayers(inner);
}

const SCALING = ['Rescaling', 'Normalization'];

/** Whether a layer before the first with weights brings pixels to the numbers that the model was trained on. */
export function scalesPixels(model: LayerLike): boolean {
  for (const { className, weights } of leafLayers(model)) {
    if (SCALING.includes(className)) return true;
    if (weights.length > 0) return false;
  }
  return false;
}

/** How the model wants its pixels: known networks as they were trained, others that do not scale them from 0 to 1. */
export function pixelsOf(model: LayerLike): Pixels {
  if (scalesPixels(model)) return 'none';
  // A known architecture for grey images was not trained on ImageNet.
  if (model.inputs?.[0]?.shape.at(-1) === 1) return 'unit';
  const names = new Set([...leafLayers(model)].map(({ name }) => name));
  return baseByLayers(names)?.pixels ?? 'unit';
}

/** Images, 0 to 255, in the form that the model takes. */
export function preparedPixels(pixels: Pixels, images: Tensor): Tensor {
  if (pixels === 'none') return images;
  return pixels === 'unit' ? images.div(255) : PREPARED[pixels].preprocessInput(images);
}
