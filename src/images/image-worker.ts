/**
 * @file The part of an image loader that runs on its worker threads. Each worker imports this file, which therefore has
 * to stay a file of its own when the library is bundled.
 */

import type { Tensor } from '../base/tensor.ts';
import { changeImage, type ImageChange } from './generator/change-image.ts';
import type { PlainSource } from './image-source.ts';
import { inSharedMemory } from './kept-images.ts';
import { type ImageSpec, prepareImage } from './prepare-image.ts';

/** A file to load. */
export interface LoadWork {
  readonly source: PlainSource;
  readonly spec: ImageSpec;
  /** Whether the pixels are wanted in shared memory (see `KeptImages`). */
  readonly shared: boolean;
}

/** A decoded image to change. */
export interface ChangeWork {
  readonly shape: readonly number[];
  readonly pixels: Uint8Array | Float32Array;
  readonly change: ImageChange;
}

export interface ImageJob {
  readonly id: number;
  readonly work: LoadWork | ChangeWork;
}

/** The elements of a uint8 or float32 image. */
type Pixels = Uint8Array | Float32Array;

/** What became of a job: pixels, or an error as its class' name and message. */
export type ImageReply =
  | { readonly id: number; readonly shape: readonly number[]; readonly pixels: Pixels }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

/** What a worker needs of its end of the message channel. */
interface ImagePort {
  on(event: 'message', listener: (job: ImageJob) => void): unknown;
  postMessage(reply: ImageReply, transfer?: readonly ArrayBuffer[]): void;
}

/** What the owner of a worker starts it with. */
export const WORKER_DATA = 'fovea images';

/** Where this code was loaded from. */
export const workerUrl: string | undefined = import.meta.url;

/** Pixels that can be given away: those of the tensor where it alone has them. */
function ownPixels(image: Tensor): Pixels {
  const pixels = image.data as Pixels;
  return pixels.byteLength === pixels.buffer.byteLength ? pixels : pixels.slice();
}

async function result(work: LoadWork | ChangeWork): Promise<{ shape: readonly number[]; pixels: Pixels }> {
  if ('change' in work)
    return { shape: work.shape, pixels: changeImage(work.pixels, work.shape, work.change) };
  const image = await prepareImage(work.source, work.spec, 'here');
  const pixels = work.shared ? (inSharedMemory(image).data as Pixels) : ownPixels(image);
  return { shape: image.shape, pixels };
}

async function work(port: ImagePort, { id, work }: ImageJob): Promise<void> {
  try {
    const { shape, pixels } = await result(work);
    // Shared memory stays where it is; other memory is given away.
    port.postMessage({ id, shape, pixels }, pixels.buffer instanceof ArrayBuffer ? [pixels.buffer] : []);
  } catch (error) {
    const { name, message } = error as Error;
    port.postMessage({ id, error: { name, message } });
  }
}

/** Loads the files that come in, one after another. */
function serveImages(port: ImagePort): void {
  let last = Promise.resolve();
  port.on('message', (job) => {
    last = last.then(() => work(port, job));
  });
}

void import('node:worker_threads').then(({ workerData, parentPort }) => {
  if (workerData === WORKER_DATA) serveImages(parentPort!);
});
