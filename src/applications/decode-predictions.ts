/** @file What a network with ImageNet's classifier sees in images, in words. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, wholeNumberOption } from '../base/options.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { type ImageNetClass, imageNetClasses } from './imagenet-classes.ts';

/** A class, and how sure the network is of it. */
export interface DecodedClass extends ImageNetClass {
  /** The output for the class: its probability, of a network that ends in softmax. */
  readonly score: number;
}

export interface DecodeOptions {
  /** How many classes to give for each image. Default 5. */
  readonly top?: number;
}

const CLASSES = 1000;

/**
 * The classes with the highest scores, best first, for each image. `probabilities`: [n, 1000], what a network with
 * ImageNet's classifier predicts. Throws ShapeError for other shapes, ValueError for NaN, and for a `top` that is no whole
 * number from 1 up.
 */
export function decodePredictions(
  probabilities: Tensor,
  options: DecodeOptions = {},
): readonly (readonly DecodedClass[])[] {
  checkOptionNames('decodePredictions', options, ['top']);
  const top = wholeNumberOption('decodePredictions', 'top', options.top, 5, 1);
  const given: unknown = probabilities;
  if (!(given instanceof Tensor)) {
    throw new ValueError(
      `decodePredictions takes what predict() gives, a Tensor [n, ${CLASSES}]. Received: ${describeValue(given)}.`,
    );
  }
  const { shape, data } = probabilities;
  if (shape.length !== 2 || shape[1] !== CLASSES) {
    throw new ShapeError(
      `\`decodePredictions\` expects a batch of predictions (i.e. a 2D array of shape [samples, ${CLASSES}]). Received: ` +
        `shape=${formatShape(shape)}.`,
    );
  }
  return Array.from({ length: shape[0]! }, (_, image) => {
    const scores = Array.from({ length: CLASSES }, (_, i) => Number(data[image * CLASSES + i]));
    if (scores.some(Number.isNaN)) {
      throw new ValueError(`decodePredictions: the predictions of image ${image} have NaN.`);
    }
    const best = imageNetClasses().map((each) => ({ ...each, score: scores[each.index]! }));
    return best.sort((a, b) => b.score - a.score).slice(0, top);
  });
}
