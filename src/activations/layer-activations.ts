/** @file Layers as activations: Keras takes `LeakyReLU(0.1)` where the name of a function is expected, and so do its files. */

import { type Config, isKerasObject } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import type { Node } from '../graph/node.ts';
import type { ActivationFunction } from './functions.ts';

/** A layer that can stand for an activation: without weights, the same in training. */
export interface ActivationLayer {
  readonly className: string;
  readonly activityRegularizer?: unknown;
  getConfig(): Config;
  call(inputs: readonly Node[]): Node;
}

const CLASSES = ['Activation', 'ELU', 'LeakyReLU', 'ReLU', 'Softmax'];

/** The layers that functions stand for, to write them to files. */
const layers = new WeakMap<ActivationFunction, ActivationLayer>();

let layerOf: (object: Config) => unknown = () => null;

/** Says how an object of a Keras file becomes a layer: for the layers, which know activations and not the other way round. */
export function readActivationLayers(read: typeof layerOf): void {
  layerOf = read;
}

/**
 * The function of a layer, or of an object of a Keras file that is a layer; undefined for anything else. Throws
 * ValueError for a layer that is no activation, or that adds a price to the loss.
 */
export function functionOfLayer(value: unknown): ActivationFunction | undefined {
  const isObject = isKerasObject(value) && value.class_name !== 'function';
  const layer = (isObject ? layerOf(value) : value) as ActivationLayer | null;
  if (typeof layer !== 'object' || layer === null || !('call' in layer) || !('className' in layer))
    return undefined;
  if (!CLASSES.includes(layer.className)) {
    throw new ValueError(
      `The layer ${layer.className} cannot be the activation of another one, only ${CLASSES.join(', ')} can. Put it after that ` +
        'layer.',
    );
  }
  if ((layer.activityRegularizer ?? null) !== null) {
    throw new ValueError(
      `The activation ${layer.className} has an activityRegularizer, which only a layer in the model can have. Give it to the ` +
        'layer that the activation is for.',
    );
  }
  const body: ActivationFunction = (x) => layer.call([x]);
  layers.set(body, layer);
  return body;
}

/** The layer that `body` stands for; undefined when it is a function only. */
export function layerOfFunction(body: ActivationFunction): ActivationLayer | undefined {
  return layers.get(body);
}
