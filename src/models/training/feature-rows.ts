/** @file The values of a model's frozen front for all samples, with the samples' targets and weights. */

import { allocate } from '../../base/dtype.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, sameShape, sizeOf } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import type { Examples } from './batch.ts';

const MEGABYTE = 2 ** 20;

/** Rows in the order in which samples come: of arrays all at once, of datasets batch after batch. */
export class FeatureRows {
  /** For messages. */
  readonly #name: string;
  /** Shapes of one sample's values. */
  readonly #shapes: readonly (readonly number[])[];
  readonly #maxMegabytes: number;
  /** The rows of arrays, whose number is known; null for a dataset. */
  readonly whole: Examples | null;
  #parts: Examples[] = [];
  #samples = 0;
  #all: Examples | null = null;

  /**
   * Throws ValueError when the rows of arrays would take too much memory.
   *
   * @param name The data, for messages.
   * @param data The samples of arrays; null for a dataset.
   */
  constructor(
    name: string,
    shapes: readonly (readonly number[])[],
    maxMegabytes: number,
    data: Examples | null,
  ) {
    this.#name = name;
    this.#shapes = shapes;
    this.#maxMegabytes = maxMegabytes;
    if (data !== null) this.#checkMemory(data.samples);
    this.whole = data && { ...data, x: shapes.map((shape) => Tensor.zeros([data.samples, ...shape])) };
  }

  /** Bytes of one sample's values. */
  get bytesPerSample(): number {
    return this.#shapes.reduce((sum, shape) => sum + sizeOf(shape), 0) * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Forgets all rows. */
  begin(): void {
    this.#parts = [];
    this.#samples = 0;
    this.#all = null;
  }

  /**
   * Adds the values of a batch. Throws ValueError when the rows take too much memory.
   *
   * @param batches How many batches there will be in all, where that is known.
   */
  add(data: Examples, samples: number, values: readonly Float32Array[], batches: number | null): void {
    const { whole } = this;
    if (whole === null) {
      this.#checkMemory(
        Math.max(this.#samples + samples, this.#parts.length === 0 ? samples * (batches ?? 0) : 0),
      );
      const x = values.map((numbers, i) => new Tensor([samples, ...this.#shapes[i]!], 'float32', numbers));
      this.#parts.push({ ...data, x });
    } else {
      values.forEach((numbers, i) => {
        whole.x[i]!.data.set(numbers, this.#samples * sizeOf(this.#shapes[i]!));
      });
    }
    this.#samples += samples;
  }

  /** All rows. Throws ShapeError or ValueError when the targets or weights of the batches do not fit together. */
  get all(): Examples {
    if (this.whole !== null) return this.whole;
    this.#all ??= joinExamples(this.#parts, this.#samples);
    this.#parts = [];
    return this.#all;
  }

  #checkMemory(samples: number): void {
    const megabytes = (samples * this.bytesPerSample) / MEGABYTE;
    if (megabytes <= this.#maxMegabytes) return;
    throw new ValueError(
      `fit: the features of the ${this.#name} would take ${Math.ceil(megabytes)} MB (${samples} samples, ` +
        `${this.#shapes.map(formatShape).join(' and ')} numbers each), more than the ${this.#maxMegabytes} MB that ` +
        'cacheFeatures allows. Freeze more layers or add pooling behind them, train on fewer samples, allow more with ' +
        'cacheFeatures: { maxMegabytes }, or leave cacheFeatures out.',
    );
  }
}

function joinExamples(parts: readonly Examples[], samples: number): Examples {
  const column = (of: (part: Examples) => readonly (Tensor | null)[]) =>
    of(parts[0]!).map((_, i) => joinTensors(parts.map((part) => of(part)[i] ?? null)));
  const weights = column(({ sampleWeights, y }) => sampleWeights ?? y.map(() => null));
  return {
    x: column(({ x }) => x) as Tensor[],
    y: column(({ y }) => y) as Tensor[],
    sampleWeights: weights.every((each) => each === null) ? null : weights,
    samples,
  };
}

/** Tensors of batches as one; null when all are. */
function joinTensors(tensors: readonly (Tensor | null)[]): Tensor | null {
  const [first] = tensors;
  if (first === null || first === undefined || tensors.includes(null)) {
    if (tensors.every((tensor) => tensor === null)) return null;
    throw new ValueError(
      'fit: with cacheFeatures either all batches of a dataset bring sample weights, or none does.',
    );
  }
  const list = tensors as readonly Tensor[];
  const sample = first.shape.slice(1);
  const wrong = list.find(({ shape, dtype }) => dtype !== first.dtype || !sameShape(shape.slice(1), sample));
  if (wrong !== undefined) {
    throw new ShapeError(
      `fit: with cacheFeatures the targets of all batches need one shape and type, but there are ${first.dtype} ` +
        `${formatShape(first.shape)} and ${wrong.dtype} ${formatShape(wrong.shape)}.`,
    );
  }
  const data = allocate(
    first.dtype,
    list.reduce((sum, { size }) => sum + size, 0),
  );
  let at = 0;
  for (const tensor of list) {
    data.set(tensor.data, at);
    at += tensor.size;
  }
  return new Tensor([list.reduce((sum, { shape }) => sum + shape[0]!, 0), ...sample], first.dtype, data);
}
