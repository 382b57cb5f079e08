/** @file ImageDataset: batches of images from files, with what is known about the files. */

import { Tensor } from '../base/tensor.ts';
import { Dataset } from '../data/dataset.ts';
import type { Place } from '../data/places.ts';
import { readAhead } from '../data/read-ahead.ts';
import type { Source } from '../data/source.ts';
import type { ImageStore, SkippedFile } from './image-store.ts';

/** A dataset of images from files. */
export class ImageDataset<T = [images: Tensor, labels: Tensor]> extends Dataset<T> {
  /** Keras' `file_paths`: the files in the order in which they are used without shuffling. */
  readonly filePaths: readonly string[];
  readonly #store: ImageStore;

  constructor(
    dataset: Dataset<T>,
    { store, filePaths }: { readonly store: ImageStore; readonly filePaths: readonly string[] },
  ) {
    super(dataset.source, dataset.classNames);
    this.filePaths = filePaths;
    this.#store = store;
  }

  /** Files that could not be loaded so far, with the errors that say why. They are left out of all later passes. */
  get skipped(): readonly SkippedFile[] {
    return this.#store.skipped;
  }
}

/** Images that the indices of `upstream` name, each made into an element; without those that are skipped. */
export function loadedImages<T>(
  upstream: Source<number>,
  store: ImageStore,
  element: (image: Tensor, index: number) => T,
): Source<T> {
  async function* open() {
    const load = async (index: number) => ({ index, loaded: await store.load(index) });
    try {
      for await (const { index, loaded } of readAhead(upstream.open(), store.width, load)) {
        const image = store.accept(index, loaded);
        if (image !== null) yield element(image, index);
      }
    } finally {
      store.report();
    }
  }
  return {
    get length() {
      return upstream.length === null ? null : upstream.length - store.skipped.length;
    },
    parts: [upstream],
    open,
    over: ([places]) => withoutSkipped(places as Source<Place>, store),
  };
}

/** Places of images, without those of files that were skipped. */
function withoutSkipped(places: Source<Place>, store: ImageStore): Source<Place> {
  async function* open() {
    for await (const place of places.open()) if (!store.isSkipped(place[1])) yield place;
  }
  return { length: null, parts: [places], open };
}

export type LabelMode = 'int' | 'categorical' | 'binary';

/** The label of a class as Keras gives it: int32 `[]`, float32 `[classes]` with a 1, or float32 `[1]`. */
export function labelTensor(label: number, mode: LabelMode, classes: number): Tensor {
  if (mode === 'int') return new Tensor([], 'int32', Int32Array.of(label));
  if (mode === 'binary') return new Tensor([1], 'float32', Float32Array.of(label));
  const row = new Float32Array(classes);
  row[label] = 1;
  return new Tensor([classes], 'float32', row);
}
