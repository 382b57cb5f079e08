/** @file Layers by Keras' class names. */

import { Registry } from '../options/registry.ts';
import * as list from './index.ts';
import type { Layer } from './layer.ts';

/** All layers; models are none of them. */
export const LAYERS = new Registry<Layer>({
  kind: 'layer class',
  module: 'keras.layers',
  example: 'Give a layer.',
  spelled: 'classes',
  list,
  // Names of Keras 1.
  aliases: { Convolution2D: 'conv2d' },
});
