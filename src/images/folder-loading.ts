/** @file Options that all readers of image folders share: links, files that fail, threads, memory. */

import { ValueError } from '../base/errors.ts';
import { booleanOption, describeValue, numberOption, wholeNumberOption } from '../base/options.ts';
import type { ExifOrientation } from './decode.ts';
import type { ImageStoreOptions, OnError } from './image-store.ts';

export interface FolderLoadingOptions {
  /** Whether folders that links point to are searched. Default false. */
  readonly followLinks?: boolean;
  /**
   * What to do with files that cannot be loaded. Default 'throw'. When none of the files of a class can be loaded and 'throw' does
   * not end the pass, a warning names the class.
   */
  readonly onError?: OnError;
  /** Threads that decode. Default: as many as the machine runs at the same time. */
  readonly workers?: number;
  /**
   * Bytes of decoded images that are kept in memory, so that later passes do not decode them again; the order still
   * changes. 0 keeps none, Infinity all. Default 256 MB.
   */
  readonly cacheLimit?: number;
  /** Whether photos are turned upright as their Exif data says. Default 'apply'; Keras ignores it. */
  readonly exifOrientation?: ExifOrientation;
}

/** The names of these options. */
export const FOLDER_LOADING_OPTIONS = ['followLinks', 'onError', 'workers', 'cacheLimit', 'exifOrientation'];

/** Bytes of decoded images that are kept unless the user says otherwise. */
const CACHE_LIMIT = 256 * 2 ** 20;

/** Throws ValueError for an `onError` that is none. */
function checkOnError(who: string, onError: unknown): OnError {
  if (onError === 'throw' || onError === 'skip' || typeof onError === 'function') return onError as OnError;
  throw new ValueError(
    `${who}: onError must be 'throw', 'skip' or a function (error, file) => void, received ${describeValue(onError)}.`,
  );
}

/** The options with their defaults; `store` is what an ImageStore takes. Throws ValueError for what cannot be. */
export function readFolderLoading(
  who: string,
  options: FolderLoadingOptions,
): {
  readonly followLinks: boolean;
  readonly exifOrientation: ExifOrientation;
  readonly store: Pick<ImageStoreOptions, 'onError' | 'workers' | 'cacheLimit'>;
} {
  const { onError = 'throw', workers, cacheLimit, exifOrientation = 'apply' } = options;
  return {
    followLinks: booleanOption(who, 'followLinks', options.followLinks, false),
    exifOrientation,
    store: {
      onError: checkOnError(who, onError),
      workers: workers === undefined ? null : wholeNumberOption(who, 'workers', workers, 1, 1),
      cacheLimit: numberOption(who, 'cacheLimit', cacheLimit, CACHE_LIMIT, {
        holds: (bytes) => bytes >= 0,
        expected: 'a number of bytes from 0 up',
      }),
    },
  };
}
