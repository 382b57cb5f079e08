/** @file Loading many image files at once, on threads of their own. */

import { isNode, parallelism } from '../base/environment.ts';
import { ValueError } from '../base/errors.ts';
import { EventLoopBreaks } from '../base/event-loop.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import { changeImage, type ImageChange } from './generator/change-image.ts';
import { closedError, ImageCrew } from './image-crew.ts';
import { type ImageSource, type PlainSource, plainSource } from './image-source.ts';
import { imageWorkerStarter } from './node-image-worker.ts';
import { checkImageSpec, type ImageSpec, prepareImage } from './prepare-image.ts';

/** Options of `createImageLoader`. */
export interface ImageLoaderOptions {
  /** Threads that load files; as many as the machine runs at the same time unless given. */
  readonly workers?: number;
}

/** Loads files side by side. */
export interface ImageLoader {
  /** Files that are loaded at the same time. Further loads wait for their turn. */
  readonly workers: number;
  /**
   * The image as uint8 `[height, width, channels]`, or float32 where the resizing asks for it.
   *
   * @throws FoveaErrors that name the file; ValueError for specs that do not exist.
   */
  load(source: ImageSource, spec?: ImageSpec): Promise<Tensor>;
  /** The decoded image changed as a generator of images does, as float32. */
  change(image: Tensor, change: ImageChange): Promise<Tensor>;
  /** Ends the threads. Loads that are not done yet are refused. */
  close(): Promise<void>;
}

/** An image loader as image stores use it. */
export interface StoreLoader extends ImageLoader {
  /** As in `ImageLoader`; with `shared`, the pixels are in shared memory where a worker has made them. */
  load(source: ImageSource, spec?: ImageSpec, shared?: boolean): Promise<Tensor>;
}

/** Changing images holds up the caller's thread this long at most. */
const BREAK_MILLISECONDS = 2;

/** Runs at most `most` pieces of work at a time, on the caller's thread. */
function createGate(most: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

/** What is sent away must stay the caller's, so bytes are copied. */
function ownSource(source: PlainSource): PlainSource {
  return source instanceof Uint8Array ? source.slice() : source;
}

/**
 * A loader of image files. Reading, decoding, colours and resizing happen on its worker threads; in a browser, and where
 * the library is part of a bundle for Node, on the caller's. Idle threads do not keep the process alive.
 *
 * @throws ValueError for options that do not exist.
 */
export function createImageLoader(options: ImageLoaderOptions = {}): ImageLoader {
  return createStoreLoader(options);
}

/** As `createImageLoader`. */
export function createStoreLoader(options: ImageLoaderOptions): StoreLoader {
  checkOptionNames('createImageLoader', options, ['workers']);
  const { workers = parallelism() } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new ValueError(
      `createImageLoader: workers must be a whole number from 1 up, received ${describeValue(workers)}.`,
    );
  }
  const gate = createGate(workers);
  let crew: Promise<ImageCrew | undefined> | undefined;
  let closed = false;
  let lastId = 0;
  const openCrew = async () => {
    const start = isNode() ? await imageWorkerStarter() : undefined;
    return start && new ImageCrew(start, workers);
  };
  // On the caller's thread images are changed one after another, with breaks for whatever else waits for it.
  const changeGate = createGate(1);
  const breaks = new EventLoopBreaks(BREAK_MILLISECONDS);
  const changeHere = (image: Tensor, change: ImageChange) =>
    changeGate(async () => {
      await breaks.pause();
      const { shape, data } = image;
      return new Tensor(shape, 'float32', changeImage(data, shape, change));
    });
  const changeThere = (own: ImageCrew, image: Tensor, change: ImageChange) =>
    new Promise<Tensor>((resolve, reject) => {
      const { shape, data } = image;
      const pixels = data instanceof Uint8Array ? data : Float32Array.from(data);
      // A message copies the whole buffer, so that of a larger array is not sent.
      const sent = pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
      own.add({ id: ++lastId, work: { shape, pixels: sent, change }, resolve, reject });
    });
  return {
    workers,
    async change(image, change) {
      crew ??= openCrew();
      const own = await crew;
      if (closed) throw closedError();
      return own === undefined ? changeHere(image, change) : changeThere(own, image, change);
    },
    async load(source, spec = {}, shared = false) {
      checkImageSpec(spec, 'load');
      const plain = plainSource(source, 'load');
      crew ??= openCrew();
      const own = await crew;
      if (closed) throw closedError();
      if (own === undefined) return gate(() => prepareImage(plain, spec));
      return new Promise((resolve, reject) => {
        own.add({ id: ++lastId, work: { source: ownSource(plain), spec, shared }, resolve, reject });
      });
    },
    async close() {
      closed = true;
      await (await crew)?.close();
    },
  };
}
