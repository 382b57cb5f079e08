/** @file Pixels as each architecture's ImageNet weights expect them (Keras' `imagenet_utils.py`). */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';

/**
 * How pixels of 0 to 255 are changed. `tf`: to -1…1. `torch`: to 0…1, then minus the mean and over the deviation of
 * ImageNet's channels. `caffe`: from RGB to BGR, then minus the mean of the channels. `none`: not at all, since the model
 * does it.
 */
export type Preprocessing = 'tf' | 'torch' | 'caffe' | 'none';

interface Channel {
  /** Which channel of the image it is made of. */
  readonly from: number;
  readonly divisor: number;
  readonly mean: number;
  readonly deviation: number;
}

const { fround } = Math;

const CHANNELS: Readonly<Record<'torch' | 'caffe', readonly Channel[]>> = {
  torch: [
    { from: 0, divisor: 255, mean: fround(0.485), deviation: fround(0.229) },
    { from: 1, divisor: 255, mean: fround(0.456), deviation: fround(0.224) },
    { from: 2, divisor: 255, mean: fround(0.406), deviation: fround(0.225) },
  ],
  caffe: [
    { from: 2, divisor: 1, mean: fround(103.939), deviation: 1 },
    { from: 1, divisor: 1, mean: fround(116.779), deviation: 1 },
    { from: 0, divisor: 1, mean: fround(123.68), deviation: 1 },
  ],
};

/**
 * The images in float32, changed as `mode` says. `images`: [height, width, 3] or [n, height, width, 3], numbers from 0 to
 * 255 of any type; they stay as they are. Throws ValueError for what is no Tensor, ShapeError for another shape.
 */
export function preprocess(images: Tensor, mode: Preprocessing): Tensor {
  const given: unknown = images;
  if (!(given instanceof Tensor)) {
    throw new ValueError(`preprocessInput takes a Tensor of images, received ${describeValue(given)}.`);
  }
  const channels = images.shape.at(-1);
  if ((images.rank !== 3 && images.rank !== 4) || (channels !== 3 && mode !== 'tf' && mode !== 'none')) {
    throw new ShapeError(
      `preprocessInput takes images [height, width, 3] or [n, height, width, 3], received ${formatShape(images.shape)}.`,
    );
  }
  if (mode === 'none') return images.dtype === 'float32' ? images : images.cast('float32');
  const numbers = images.data as ArrayLike<number>;
  const result = new Float32Array(images.size);
  if (mode === 'tf') {
    for (let i = 0; i < result.length; i++) result[i] = fround(numbers[i]! / 127.5) - 1;
  } else {
    CHANNELS[mode].forEach(({ from, divisor, mean, deviation }, to) => {
      for (let i = 0; i < result.length; i += 3) {
        const centred = fround(fround(numbers[i + from]! / divisor) - mean);
        result[i + to] = centred / deviation;
      }
    });
  }
  return new Tensor(images.shape, 'float32', result);
}
