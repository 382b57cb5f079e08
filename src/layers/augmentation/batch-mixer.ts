/**
 * @file BatchMixer: the base of layers that mix the images of a batch with each other, and their labels with them. Since
 * labels change too, they work on the batches of a dataset and not inside of a model.
 */

import { ShapeError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { booleanOption, checkOptionNames } from '../../base/options.ts';
import type { RandomGenerator } from '../../base/random.ts';
import { RandomStreams } from '../../base/random-streams.ts';
import { formatShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import { withOptions } from '../../options/configurable.ts';
import { seed } from '../../options/kinds.ts';
import { type ApplyOptions, SymbolicTensor } from '../layer.ts';
import { ImageLayer } from '../preprocessing/image-layer.ts';

/** [batch, height, width, channels]. */
export type ImageShape = readonly [number, number, number, number];

/** How a batch is mixed. */
export interface Mixing {
  /** For each image, which image it is mixed with. */
  readonly partners: Int32Array;
  /** For each image, the part of its own label. */
  readonly weights: Float32Array;
}

const STREAM = 'mix';

/** Images [n, h, w, c] and labels [n, …] in, both out. */
export abstract class BatchMixer extends withOptions(ImageLayer, {
  /** A whole number: the same numbers are drawn in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
}) {
  readonly #streams = new RandomStreams();

  /** Draws how to mix a batch of that shape. */
  abstract draw(shape: ImageShape, random: RandomGenerator): Mixing;

  /** Writes image `i` mixed with image `partner` to `target`. */
  protected abstract mixInto(target: Float32Array, images: Tensor, i: number, mixing: Mixing): void;

  /**
   * Mixes a batch: images [n, h, w, c], and labels [n, classes] (one-hot, or [n, 1] for two classes) in the proportions of
   * the images. With `training: false` (default true) both stay. For `dataset.map((batch) => mix.apply(batch))`.
   *
   * Throws ShapeError for other shapes, ValueError for anything but two Tensors and for numbers of classes.
   */
  override apply(batch: readonly [Tensor, Tensor], options?: ApplyOptions): Promise<[Tensor, Tensor]>;
  override apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor;
  override apply(inputs: Tensor | readonly Tensor[], options?: ApplyOptions): Promise<Tensor>;
  override apply(batch: unknown, options: ApplyOptions = {}): never {
    if (batch instanceof SymbolicTensor) this.call();
    return this.#mix(batch, options) as never;
  }

  async #mix(batch: unknown, options: ApplyOptions): Promise<readonly [Tensor, Tensor]> {
    checkOptionNames(`'${this.name}'.apply`, options, ['training']);
    if (!booleanOption(this.name, 'training', options.training, true)) return this.#checked(batch);
    const [images, labels] = this.#checked(batch);
    this.#streams.renew(STREAM);
    const mixing = this.draw(images.shape as ImageShape, this.#streams.stream(STREAM, this.seed));
    return this.transform(images, labels, mixing);
  }

  #checked(batch: unknown): readonly [Tensor, Tensor] {
    const isPair = Array.isArray(batch) && batch.length === 2 && batch.every((one) => one instanceof Tensor);
    if (!isPair) {
      throw new ValueError(
        `Layer '${this.name}' (${this.className}) mixes the images and the labels of a batch: call apply([images, labels]), ` +
          'such as in dataset.map((batch) => layer.apply(batch)).',
      );
    }
    const [images, labels] = batch as unknown as [Tensor, Tensor];
    if (images.rank === 4 && labels.rank > 1 && images.shape[0] === labels.shape[0]) {
      this.#checkLabels(labels);
      return [images, labels];
    }
    throw new ShapeError(
      `Layer '${this.name}' (${this.className}) expects images [n, height, width, channels] and labels [n, classes], one-hot ` +
        '(utils.toCategorical makes them), or [n, 1] for two classes; received ' +
        `${formatShape(images.shape)} and ${formatShape(labels.shape)}.`,
    );
  }

  /** Numbers of classes in a column, as CIFAR's are, look like labels of two classes. */
  #checkLabels({ shape, dtype, data }: Tensor): void {
    if (shape.length > 2 || shape[1] !== 1 || dtype.startsWith('float')) return;
    const number = data.find((value: number) => value > 1);
    if (number === undefined) return;
    throw new ValueError(
      `Layer '${this.name}' (${this.className}) received the label ${number}, a number of a class, which cannot be mixed: ` +
        'make labels one-hot with utils.toCategorical.',
    );
  }

  /** The batch, mixed as `mixing` says. */
  transform(images: Tensor, labels: Tensor, mixing: Mixing): [Tensor, Tensor] {
    const mixed = new Float32Array(images.size);
    const size = images.size / images.shape[0]!;
    for (let i = 0; i < images.shape[0]!; i++) {
      this.mixInto(mixed.subarray(i * size, (i + 1) * size), images, i, mixing);
    }
    return [new Tensor(images.shape, 'float32', mixed), mixLabels(labels, mixing)];
  }

  override call(): never {
    throw new UnsupportedError(
      `Layer '${this.name}' (${this.className}) cannot be part of a model, which does not change its labels. Mix the batches ` +
        'of the dataset: dataset.map((batch) => layer.apply(batch)).',
    );
  }
}

/** weight · label + (1 - weight) · the partner's label. */
function mixLabels(labels: Tensor, { partners, weights }: Mixing): Tensor {
  const data = new Float32Array(labels.size);
  const size = labels.size / labels.shape[0]!;
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / size);
    const other = labels.data[partners[row]! * size + (i % size)]!;
    data[i] = weights[row]! * labels.data[i]! + (1 - weights[row]!) * other;
  }
  return new Tensor(labels.shape, 'float32', data);
}
