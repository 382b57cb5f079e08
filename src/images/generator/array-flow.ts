/** @file Flows of images that are in memory (Keras' `NumpyArrayIterator`). */

import { ShapeError, ValueError } from '../../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue, wholeNumberOption } from '../../base/options.ts';
import { formatShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import { loaderOf } from '../image-store.ts';
import { ImageFlow, type ImageWriter } from './image-flow.ts';

export interface FlowOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** Whether each pass has another order. Default true. */
  readonly shuffle?: boolean;
  /** A weight for each image, [samples]. */
  readonly sampleWeight?: Tensor | null;
  /** Default: drawn from the generator of `utils.setRandomSeed`. */
  readonly seed?: number | null;
  /** The part of the images to use, with the generator's validationSplit: the first ones are for validation. */
  readonly subset?: 'training' | 'validation' | null;
  /** Whether the two parts may have different classes. Default false. */
  readonly ignoreClassSplit?: boolean;
}

const OPTIONS = ['batchSize', 'shuffle', 'sampleWeight', 'seed', 'subset', 'ignoreClassSplit'];

/** Throws ShapeError unless `x` is [samples, height, width, channels] with at least one sample. */
export function checkImages(x: unknown, what: string): void {
  if (x instanceof Tensor && x.rank === 4 && x.size > 0) return;
  const received = x instanceof Tensor ? `shape ${formatShape(x.shape)}` : describeValue(x);
  throw new ShapeError(
    `${what} should be a Tensor of rank 4, [samples, height, width, channels]. Received ${received}.`,
  );
}

/** Throws ValueError for another value than Keras' two, or without a split. */
export function checkSubset(subset: unknown, validationSplit: number): 'training' | 'validation' | null {
  if (subset === undefined || subset === null) return null;
  if (subset !== 'training' && subset !== 'validation') {
    throw new ValueError(
      `Invalid subset name: ${describeValue(subset)}; expected 'training' or 'validation'.`,
    );
  }
  if (validationSplit > 0) return subset;
  throw new ValueError(
    `subset: '${subset}' needs a generator with a validationSplit, for example validationSplit: 0.2.`,
  );
}

/** See `ImageDataGenerator.flow`. */
export function flowArrays(
  writer: ImageWriter,
  x: Tensor,
  y: Tensor | null,
  options: FlowOptions,
  validationSplit: number,
): ImageFlow<unknown> {
  checkOptionNames('flow', options, OPTIONS);
  checkImages(x, 'flow: x');
  const { sampleWeight = null, seed = null } = options;
  const count = x.shape[0]!;
  for (const [name, rows] of [
    ['y', y],
    ['sampleWeight', sampleWeight],
  ] as const) {
    if (rows === null) continue;
    if (!(rows instanceof Tensor) || rows.shape[0] !== count) {
      throw new ValueError(
        `\`x\` (images tensor) and \`${name}\` should be Tensors with the same length. Found: x.shape = ` +
          `${formatShape(x.shape)}, ${name}${rows instanceof Tensor ? `.shape = ${formatShape(rows.shape)}` : ` = ${describeValue(rows)}`}`,
      );
    }
  }
  const subset = checkSubset(options.subset, validationSplit);
  const cut = Math.trunc(count * validationSplit);
  if (
    subset !== null &&
    y !== null &&
    !booleanOption('flow', 'ignoreClassSplit', options.ignoreClassSplit, false)
  ) {
    checkClasses(y, cut);
  }
  const [start, end] = subset === null ? [0, count] : subset === 'validation' ? [0, cut] : [cut, count];
  if (start === end) {
    throw new ValueError(
      `flow: subset '${subset}' of ${count} images has none of them with validationSplit ${validationSplit}. Give more ` +
        'images, or another validationSplit.',
    );
  }
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const size = height * width * channels;
  const batch = (images: Tensor, places: readonly number[]) => {
    const rows = places.map((place) => start + place);
    if (y === null) return images;
    return [images, y.gather(rows), ...(sampleWeight === null ? [] : [sampleWeight.gather(rows)])];
  };
  const load = async (place: number) => {
    const from = (start + place) * size;
    return new Tensor([height, width, channels], x.dtype, x.data.subarray(from, from + size));
  };
  return new ImageFlow(
    {
      writer,
      images: {
        count: end - start,
        shape: [height, width, channels],
        load,
        nameOf: (place) => `image ${start + place}`,
        loader: loaderOf(null),
      },
      batchSize: wholeNumberOption('flow', 'batchSize', options.batchSize, 32, 1),
      shuffle: booleanOption('flow', 'shuffle', options.shuffle, true),
      seed,
      batch,
    },
    null,
  );
}

/** Throws ValueError when the two parts of the labels do not have the same classes. */
function checkClasses(y: Tensor, cut: number): void {
  const rowSize = y.size / y.shape[0]!;
  const classes = (from: number, to: number) =>
    [...new Set(y.data.subarray(from * rowSize, to * rowSize))].sort((a, b) => a - b).join();
  if (classes(0, cut) === classes(cut, y.shape[0]!)) return;
  throw new ValueError(
    'Training and validation subsets have different number of classes after the split. If your arrays are sorted by the ' +
      'label, you might want to shuffle them, or pass ignoreClassSplit: true.',
  );
}
