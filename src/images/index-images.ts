/** @file Files of a folder with their labels, and the split into two parts, as Keras finds them (dataset_utils.py). */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { FoundFile, Tree } from './image-files.ts';
import { NumpyRandom } from './numpy-random.ts';

/** Ends of the names of image files. */
export const IMAGE_FORMATS: readonly string[] = ['.bmp', '.gif', '.jpeg', '.jpg', '.png', '.webp'];

/** Files in the order in which they are used. */
export interface ImageIndex {
  readonly files: readonly FoundFile[];
  /** A label for each file; null without labels. */
  readonly labels: readonly number[] | null;
  /** Null without labels. */
  readonly classNames: readonly string[] | null;
}

export interface IndexOptions {
  readonly labels: 'inferred' | readonly number[] | null;
  /** The folders of the classes, in the order of their labels; null for all. */
  readonly classNames: readonly string[] | null;
  /** The seed of the order; null for the order of names. */
  readonly shuffleSeed: number | null;
  readonly verbose: boolean;
}

/** Lists the files below a directory with their labels. Throws ValueError for class names or labels that do not fit. */
export async function indexImages(tree: Tree, options: IndexOptions): Promise<ImageIndex> {
  const { labels } = options;
  const found =
    labels === 'inferred' ? await inClasses(tree, options.classNames) : await unlabelled(tree, labels);
  if (options.verbose) {
    const classes = found.classNames === null ? '' : ` belonging to ${found.classNames.length} classes`;
    console.log(`Found ${found.files.length} files${classes}.`);
  }
  return options.shuffleSeed === null ? found : shuffled(found, options.shuffleSeed);
}

/** Throws ValueError unless `names` is null or a list of different names: a class of two labels has wrong ones. */
export function checkClassNames(option: string, names: unknown): void {
  if (names === null) return;
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (isList && new Set(names).size === names.length) return;
  throw new ValueError(
    `\`${option}\` must be a list of different names of sub-folders, received ${describeValue(names)}.`,
  );
}

async function inClasses(tree: Tree, given: readonly string[] | null): Promise<ImageIndex> {
  checkClassNames('classNames', given);
  if (given?.some((name) => !tree.folders.includes(name))) {
    throw new ValueError(
      'The `classNames` passed did not match the names of the subdirectories of the target directory. Expected: ' +
        `${describeValue(tree.folders)} (or a subset of it), but received: classNames=${describeValue(given)}`,
    );
  }
  const classNames = given ?? tree.folders;
  if (classNames.length === 0) {
    throw new ValueError(
      `${tree.name} has no sub-folders, so labels cannot be inferred: expected one for each class. For images without labels ` +
        'pass labels: null, or a list of labels.',
    );
  }
  const files: FoundFile[] = [];
  const labels: number[] = [];
  for (const [label, name] of classNames.entries()) {
    for (const file of await tree.files(name, IMAGE_FORMATS)) {
      files.push(file);
      labels.push(label);
    }
  }
  warnOfEmptyClasses(tree.name, classNames, labels);
  return { files, labels, classNames };
}

/** Warns of classes without files: labels count them all the same. Without any file there will be an error. */
function warnOfEmptyClasses(
  directory: string,
  classNames: readonly string[],
  labels: readonly number[],
): void {
  const seen = new Set(labels);
  const empty = classNames.filter((_, label) => !seen.has(label));
  if (empty.length === 0 || seen.size === 0) return;
  console.warn(
    `No images in ${empty.length === 1 ? 'the sub-folder' : 'the sub-folders'} ${describeValue(empty)} of ${directory}. A model that ` +
      'trains on this data never sees ' +
      `${empty.length === 1 ? 'this class' : 'these classes'}. Add images, or name the other classes with classNames.`,
  );
}

async function unlabelled(tree: Tree, labels: readonly number[] | null): Promise<ImageIndex> {
  const files = await tree.files('', IMAGE_FORMATS);
  if (labels === null) return { files, labels, classNames: null };
  if (labels.length !== files.length) {
    throw new ValueError(
      'Expected the lengths of `labels` to match the number of files in the target directory. labels.length is ' +
        `${labels.length} while we found ${files.length} files in directory ${tree.name}.`,
    );
  }
  const classNames = [...new Set(labels)].sort((a, b) => a - b).map(String);
  return { files, labels, classNames };
}

/** The order of NumPy's `RandomState(seed).shuffle`. */
function shuffled({ files, labels, classNames }: ImageIndex, seed: number): ImageIndex {
  const order = [...new NumpyRandom(seed).permutation(files.length)];
  return {
    files: order.map((i) => files[i]!),
    labels: labels === null ? null : order.map((i) => labels[i]!),
    classNames,
  };
}

/** The last part of the files for validation, the rest for training; says how many there are. */
export function splitImages(
  index: ImageIndex,
  validationSplit: number,
  subset: 'training' | 'validation',
): ImageIndex {
  const { files, labels, classNames } = index;
  const validation = Math.trunc(validationSplit * files.length);
  const cut = files.length - validation;
  console.log(`Using ${subset === 'training' ? cut : validation} files for ${subset}.`);
  const part = <T>(list: readonly T[]) => (subset === 'training' ? list.slice(0, cut) : list.slice(cut));
  return { files: part(files), labels: labels === null ? null : part(labels), classNames };
}
