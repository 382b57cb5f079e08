/** @file ImageLayer: the base of layers that work on images (Keras' `base_image_preprocessing_layer.py`). */

import { withOptions } from '../../options/configurable.ts';
import { unsupported } from '../../options/kinds.ts';
import type { InputSpec } from '../input-spec.ts';
import { Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';

/** A layer from images [batch, height, width, channels] to images. Applied to Tensors it takes a single image, too. */
export abstract class ImageLayer extends withOptions(Layer, {
  /** The order of the axes, of which there is one. Default 'channelsLast'. */
  dataFormat: dataFormat(),
  boundingBoxFormat: unsupported().onlyWhenSet(),
}) {
  protected override inputSpec: InputSpec = {
    ndim: 4,
    rankHint: 'Images are [batch, height, width, channels].',
  };

  override get sampleRank(): number {
    return 3;
  }
}
