/** @file Datasets of files: paths, or a browser's File objects. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import type { TensorSource } from '../base/tensor-create.ts';
import { Dataset } from './dataset.ts';
import { elementAt } from './element.ts';

/** What is needed of a browser's File: its name and its bytes. */
export interface FileLike {
  readonly name: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface FromFilesOptions<F, U> {
  /** Makes an element of a file, for example `(file) => images.loadImage(file, { targetSize })`. Default: the file itself. */
  readonly load?: (file: F) => U | PromiseLike<U>;
  /** A label for each file; elements are `[file, label]` then. Whole numbers become int32, else float32. */
  readonly labels?: Tensor | TensorSource;
  /** Names of the classes that labels count. */
  readonly classNames?: readonly string[];
  /** How many files `load` works on at a time; the order stays. Default 4. */
  readonly parallel?: number;
}

const OPTIONS = ['load', 'labels', 'classNames', 'parallel'];
const PARALLEL = 4;

/**
 * One element for each file, in order. Shuffle before many large elements are made: `data.fromFiles(paths, { labels })`,
 * then `.shuffle(paths.length)`, then `.map(…)`.
 * Throws ValueError for anything but a list of paths or File objects, ShapeError unless there are as many labels.
 */
export function fromFiles<F extends string | FileLike, U>(
  files: readonly F[],
  options: FromFilesOptions<F, U> & {
    readonly load: (file: F) => U | PromiseLike<U>;
    readonly labels: Tensor | TensorSource;
  },
): Dataset<[Awaited<U>, Tensor]>;
export function fromFiles<F extends string | FileLike, U>(
  files: readonly F[],
  options: FromFilesOptions<F, U> & {
    readonly load: (file: F) => U | PromiseLike<U>;
    readonly labels?: undefined;
  },
): Dataset<Awaited<U>>;
export function fromFiles<F extends string | FileLike>(
  files: readonly F[],
  options: FromFilesOptions<F, F> & { readonly load?: undefined; readonly labels: Tensor | TensorSource },
): Dataset<[F, Tensor]>;
export function fromFiles<F extends string | FileLike>(
  files: readonly F[],
  options?: FromFilesOptions<F, F> & { readonly load?: undefined; readonly labels?: undefined },
): Dataset<F>;
export function fromFiles(
  files: readonly (string | FileLike)[],
  options: FromFilesOptions<string | FileLike, unknown> = {},
): Dataset<unknown> {
  checkOptionNames('fromFiles', options, OPTIONS);
  const list = checkFiles(files);
  const { load, classNames = null, parallel = PARALLEL } = options;
  const labels = options.labels === undefined ? null : readLabels(options.labels, list.length);
  async function* open() {
    for (const [i, file] of list.entries()) yield labels === null ? file : [file, elementAt(labels, i)];
  }
  const dataset = new Dataset<unknown>({ length: list.length, parts: [], open }, classNames);
  if (load === undefined) return dataset;
  const loaded = async (element: unknown) => {
    if (labels === null) return load(element as string | FileLike);
    const [file, label] = element as [string | FileLike, Tensor];
    return [await load(file), label];
  };
  return dataset.map(loaded, { parallel });
}

/** A copy of the list. Throws ValueError unless it is one of paths or File objects. */
function checkFiles(files: readonly (string | FileLike)[]): readonly (string | FileLike)[] {
  const list = typeof files === 'object' && files !== null && Symbol.iterator in files ? [...files] : null;
  const wrong = list?.find((file) => typeof file !== 'string' && typeof file?.arrayBuffer !== 'function');
  if (list !== null && wrong === undefined) return list;
  throw new ValueError(
    `fromFiles takes a list of paths or of File objects, received ${describeValue(list === null ? files : wrong)}.`,
  );
}

function readLabels(labels: Tensor | TensorSource, files: number): Tensor {
  const given = labels instanceof Tensor ? labels : tensor(labels);
  if (given.shape[0] !== files) {
    throw new ShapeError(
      `fromFiles: expected a label for each of the ${files} files, received labels of shape [${given.shape.join(', ')}].`,
    );
  }
  return !(labels instanceof Tensor) && given.data.every(Number.isSafeInteger) ? given.cast('int32') : given;
}
