/** @file Runs a classifier over data: what it gives for each image, and the pixels of those images that a report shows. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { ValueRange } from '../images/to-bytes.ts';
import type { Model } from '../models/model.ts';
import type { DataInput } from '../models/training/data-types.ts';
import type { Judged } from './measures.ts';
import { rangeOf, thumbnail } from './photo.ts';
import { probabilityReader } from './probabilities.ts';

export interface JudgedData {
  readonly judged: readonly Judged[];
  /** Small pictures, by index: for each pair of true and predicted class the first ones, and all in `inputs`. */
  readonly pictures: ReadonlyMap<number, Tensor>;
  /** Images as the model took them, by index: the wrong ones with the highest confidence. */
  readonly inputs: ReadonlyMap<number, Tensor>;
  /** Which values of images are black and white; undefined for bytes. */
  readonly range: ValueRange | undefined;
}

export interface JudgeOptions {
  readonly model: Model;
  readonly classes: number;
  /** Pictures kept of each cell of the confusion matrix. */
  readonly perCell: number;
  /** Mistakes of which images are kept in any case, the most confident ones. */
  readonly mistakes: number;
  /** The longer side of kept pictures at most. */
  readonly side: number;
  /** Which values of images are black and white; judged by the first image when undefined. */
  readonly range: ValueRange | undefined;
  /** Told after each batch how many images are done. */
  readonly progress: (images: number) => void;
}

const WHO = 'report';
const BATCH = 256;

/** Batches `[x, y]` of arrays or of a dataset. */
async function* batchesOf(data: ReportData): AsyncGenerator<readonly [Tensor, Tensor]> {
  if (Array.isArray(data) && data.length === 2 && data.every((one) => one instanceof Tensor)) {
    const [x, y] = data as unknown as readonly [Tensor, Tensor];
    const count = x.shape[0] ?? 0;
    if (y.shape[0] !== count) {
      throw new ShapeError(`${WHO}: ${count} images and ${y.shape[0]} labels; expected equally many.`);
    }
    for (let at = 0; at < count; at += BATCH) {
      const size = Math.min(BATCH, count - at);
      yield [x.slice([at], [size]), y.slice([at], [size])];
    }
    return;
  }
  for await (const batch of data as AsyncIterable<unknown>) {
    const [x, y] = batch as readonly unknown[];
    if (x instanceof Tensor && y instanceof Tensor) yield [x, y];
    else throw new ValueError(`${WHO}: expected batches [images, labels] of Tensors.`);
  }
}

/** Images with labels: two Tensors, or batches of such. */
export type ReportData = readonly [x: Tensor, y: Tensor] | AsyncIterable<readonly unknown[]>;

/** Class numbers from labels: whole numbers [n] or [n, 1], or one row of scores for each image. */
function labelsOf(y: Tensor, classes: number): readonly number[] {
  const count = y.shape[0]!;
  const width = y.size / count;
  const labels = Array.from({ length: count }, (_, i) => {
    if (width === 1) return Number(y.data[i]);
    let best = 0;
    for (let c = 1; c < width; c++) if (y.data[i * width + c]! > y.data[i * width + best]!) best = c;
    return best;
  });
  const wrong = labels.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (width !== 1 && width !== classes) {
    throw new ShapeError(`${WHO}: labels of shape ${formatShape(y.shape)} do not fit ${classes} classes.`);
  }
  if (wrong === undefined) return labels;
  throw new ValueError(`${WHO}: label ${wrong} is none of the classes 0 to ${classes - 1}.`);
}

/** Keeps small pictures of cells, and the images of mistakes while these are among the most confident. */
class ImageStore {
  readonly pictures = new Map<number, Tensor>();
  readonly inputs = new Map<number, Tensor>();
  readonly #options: JudgeOptions;
  readonly #cells = new Map<string, number>();
  // The least confident first.
  #mistakes: { readonly index: number; readonly confidence: number; readonly alone: boolean }[] = [];
  #range: ValueRange | undefined | null = null;

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** Which values are black and white. */
  get range(): ValueRange | undefined {
    return this.#range ?? undefined;
  }

  offer({ index, label, predicted, probabilities }: Judged, image: () => Tensor): void {
    const { perCell, mistakes, side, range } = this.#options;
    const cell = `${label} ${predicted}`;
    const count = this.#cells.get(cell) ?? 0;
    this.#cells.set(cell, count + 1);
    const confidence = probabilities[predicted]!;
    const least = this.#mistakes[0];
    const isFull = this.#mistakes.length === mistakes;
    const isMistake = label !== predicted && !(isFull && least!.confidence >= confidence);
    const isShown = count < perCell;
    if (!isShown && !isMistake) return;
    const pixels = image();
    if (this.#range === null) this.#range = range ?? rangeOf(pixels);
    this.pictures.set(index, thumbnail(pixels, this.range, side));
    if (!isMistake) return;
    this.inputs.set(index, pixels);
    if (isFull) this.#dropLeast();
    this.#mistakes.push({ index, confidence, alone: !isShown });
    this.#mistakes.sort((a, b) => a.confidence - b.confidence);
  }

  #dropLeast(): void {
    const { index, alone } = this.#mistakes.shift()!;
    this.inputs.delete(index);
    if (alone) this.pictures.delete(index);
  }
}

/** Predicts all of the data. Throws ShapeError and ValueError for labels that do not fit, and for data without images. */
export async function judgeData(data: ReportData, options: JudgeOptions): Promise<JudgedData> {
  const { model, classes, progress } = options;
  const judged: Judged[] = [];
  const store = new ImageStore(options);
  const read = probabilityReader(WHO, model);
  for await (const [x, y] of batchesOf(data)) {
    const labels = labelsOf(y, classes);
    const scores = await model.predictOnBatch(x as DataInput);
    const width = scores.size / labels.length;
    if (width !== classes && !(width === 1 && classes === 2)) {
      throw new ShapeError(
        `${WHO}: '${model.name}' gives ${width} scores for an image, the data has ${classes} classes.`,
      );
    }
    read(scores).forEach((probabilities, i) => {
      const predicted = probabilities.indexOf(Math.max(...probabilities));
      const one = { index: judged.length, label: labels[i]!, predicted, probabilities };
      judged.push(one);
      store.offer(one, () => x.slice([i], [1]).reshape(x.shape.slice(1)));
    });
    progress(judged.length);
  }
  if (judged.length === 0) throw new ValueError(`${WHO}: the data has no images.`);
  const { pictures, inputs, range } = store;
  return { judged, pictures, inputs, range };
}
