/** @file Layers by Keras' class names. */

import { readActivationLayers } from '../activations/layer-activations.ts';
import { Registry } from '../options/registry.ts';
import { ABSENT } from './absent.ts';
import * as list from './index.ts';
import { Layer } from './layer.ts';

/** All layers; models are none of them. */
export const LAYERS = new Registry<Layer>({
  kind: 'layer class',
  base: Layer,
  module: 'keras.layers',
  example: 'Give a layer.',
  spelled: 'classes',
  list,
  absent: ABSENT,
  // Keras' other names, those of earlier versions too.
  aliases: {
    Convolution2D: 'conv2d',
    ...{ MaxPool2D: 'maxPooling2d', AvgPool2D: 'averagePooling2d' },
    ...{ GlobalMaxPool2D: 'globalMaxPooling2d', GlobalAvgPool2D: 'globalAveragePooling2d' },
    ...{ BatchNormalizationV1: 'batchNormalization', BatchNormalizationV2: 'batchNormalization' },
  },
});

readActivationLayers((object) => LAYERS.fromObject(object));
