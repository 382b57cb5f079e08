/** @file What a data set of labelled images consists of. */

import { FormatError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';

/** Images and class numbers, both uint8; the shapes are those of Keras' data set of the same name. */
export type ImagesAndLabels = [images: Tensor, labels: Tensor];

/** The two parts of a data set. */
export type TrainAndTest = [train: ImagesAndLabels, test: ImagesAndLabels];

/** Throws FormatError unless there are as many labels as images, all of them numbers of a class. */
export function checkLabels(
  [images, labels]: ImagesAndLabels,
  classes: number,
  names: readonly [string, string],
): void {
  const [imagesName, labelsName] = names;
  if (images.shape[0] !== labels.shape[0]) {
    throw new FormatError(
      `${imagesName} has ${images.shape[0]} images and ${labelsName} has ${labels.shape[0]} labels; expected as many.`,
    );
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new FormatError(
      `${labelsName} has the label ${labels.data[wrong]} at ${wrong}; expected 0 to ${classes - 1}.`,
    );
  }
}
