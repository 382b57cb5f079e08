/** @file ImageStore: the decoded images of a list of files, loaded on threads and kept while there is room. */

import { FoveaError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import type { FoundFile } from './image-files.ts';
import { createStoreLoader, type StoreLoader } from './image-loader.ts';
import { KeptImages } from './kept-images.ts';
import type { ImageSpec } from './prepare-image.ts';

/** A file that could not be loaded, and why. */
export interface SkippedFile {
  readonly file: string;
  readonly error: FoveaError;
}

/**
 * What to do with a file that cannot be loaded: `'throw'` ends the pass with the file's error, `'skip'` leaves the file
 * out of this pass and all later ones. A function is told, and may throw an error to end the pass.
 */
export type OnError = 'throw' | 'skip' | ((error: FoveaError, file: string) => void);

export interface ImageStoreOptions {
  readonly files: readonly FoundFile[];
  /** The class of each file, for messages; null without classes. */
  readonly classes: readonly string[] | null;
  readonly spec: ImageSpec;
  readonly onError: OnError;
  /** Threads; null for as many as the machine runs at the same time. */
  readonly workers: number | null;
  /** Bytes of decoded images that are kept from pass to pass. */
  readonly cacheLimit: number;
}

/** Loaders by number of threads, so that many datasets do not start many threads. Idle ones do not keep the process alive. */
const loaders = new Map<number | null, StoreLoader>();

/** The loader with so many threads; null for as many as the machine runs at the same time. */
export function loaderOf(workers: number | null): StoreLoader {
  let loader = loaders.get(workers);
  if (loader === undefined) {
    loader = createStoreLoader(workers === null ? {} : { workers });
    loaders.set(workers, loader);
  }
  return loader;
}

/** What the loader takes: a path, a browser's File, or the bytes of another kind of file. */
async function sourceOf({ source }: FoundFile): Promise<string | Blob | Uint8Array> {
  if (typeof source === 'string' || source instanceof Blob) return source;
  return new Uint8Array(await source.arrayBuffer());
}

/** Images by their place in the list of files. */
export class ImageStore {
  readonly #options: ImageStoreOptions;
  readonly #kept: KeptImages;
  readonly #skipped = new Map<number, SkippedFile>();
  readonly #reported = new Set<number>();
  /** Files of each class that were not skipped. */
  readonly #left = new Map<string, number>();

  constructor(options: ImageStoreOptions) {
    this.#options = options;
    this.#kept = new KeptImages(options.cacheLimit);
    for (const name of options.classes ?? []) this.#left.set(name, (this.#left.get(name) ?? 0) + 1);
  }

  /** The files that could not be loaded so far, in the order of the list. */
  get skipped(): readonly SkippedFile[] {
    return this.#inOrder().map(([, skipped]) => skipped);
  }

  /** Whether the file at that place was skipped. */
  isSkipped(index: number): boolean {
    return this.#skipped.has(index);
  }

  #inOrder(): [number, SkippedFile][] {
    return [...this.#skipped].sort(([a], [b]) => a - b);
  }

  /** How many images to load at the same time. */
  get width(): number {
    return 2 * loaderOf(this.#options.workers).workers;
  }

  /**
   * The image, the error of a file that cannot be loaded, or null for a file that was skipped before. An image may be in shared
   * memory (`inOwnMemory`).
   */
  async load(index: number): Promise<Tensor | FoveaError | null> {
    if (this.#skipped.has(index)) return null;
    const kept = this.#kept.get(index);
    if (kept !== undefined) return kept;
    const { files, spec, workers } = this.#options;
    try {
      const source = await sourceOf(files[index]!);
      const image = await loaderOf(workers).load(source, spec, this.#kept.hasRoom);
      this.#kept.add(index, image);
      return image;
    } catch (error) {
      if (error instanceof FoveaError) return error;
      throw error;
    }
  }

  /**
   * What `load` gave, as an image, or null when the file is skipped. To be called in the order of the pass, since it tells
   * `onError` of errors. Throws the file's error as `onError` says.
   */
  accept(index: number, loaded: Tensor | FoveaError | null): Tensor | null {
    if (!(loaded instanceof FoveaError)) return loaded;
    const { files, onError } = this.#options;
    if (onError === 'throw') throw loaded;
    const file = files[index]!.path;
    if (onError !== 'skip') onError(loaded, file);
    // Two passes at the same time may both have tried to load it.
    const isNew = !this.#skipped.has(index);
    this.#skipped.set(index, { file, error: loaded });
    if (this.#skipped.size < files.length) {
      if (isNew) this.#warnOfLostClass(index);
      return null;
    }
    throw new FoveaError(
      `None of the ${files.length} files could be loaded. The last one: ${loaded.message}`,
      {
        cause: loaded,
      },
    );
  }

  /** Warns when the file at that place, which is skipped now, was the last of its class. */
  #warnOfLostClass(index: number): void {
    const name = this.#options.classes?.[index];
    if (name === undefined) return;
    const left = this.#left.get(name)! - 1;
    this.#left.set(name, left);
    if (left > 0) return;
    const count = this.#options.classes!.filter((other) => other === name).length;
    console.warn(
      `Class '${name}' has no images left: ${count === 1 ? 'its only file' : `none of its ${count} files`} could ` +
        `${count === 1 ? 'not ' : ''}be loaded. A model that trains on this data never sees the class.`,
    );
  }

  /** Prints the names of files that were skipped since the last report, with the reasons. */
  report(): void {
    const { files, onError } = this.#options;
    const fresh = this.#inOrder().filter(([index]) => !this.#reported.has(index));
    for (const [index] of fresh) this.#reported.add(index);
    if (fresh.length === 0 || onError !== 'skip') return;
    const lines = fresh.map(([, { error }]) => `  ${error.message}`);
    const noun = files.length === 1 ? 'file that' : 'files that';
    console.warn(
      `Skipped ${fresh.length} of ${files.length} ${noun} could not be loaded:\n${lines.join('\n')}`,
    );
  }
}
