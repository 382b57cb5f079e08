/** @file A folder of images as a data set: classes as sub-folders, or parts (train, validation, test) with classes. */

import { RandomGenerator } from '../base/random.ts';
import { formatOfName } from '../images/image-header.ts';
import { type FolderFile, listFolder } from '../images/inspection/folder-files.ts';
import { images, type Tensor } from '../index.ts';
import { UsageError } from './command-error.ts';
import { usualBatchSize } from './convnets.ts';
import type { DataPart, DataSource, PartName, SkippedFile } from './data-parts.ts';
import { reasonToLeaveOut, sayLeftOut, sayMisnamed } from './folder-remarks.ts';
import { type DecidedForm, type ImageForm, imageFormFor } from './image-form.ts';
import { type Task, targetsFor } from './network.ts';
import { say } from './output.ts';
import { preparedPixels } from './pixels.ts';
import { checkClassesReadable } from './readable-classes.ts';

/** How a folder is read. */
export interface FolderOptions extends ImageForm {
  /** Left out: as many as are usual for images of their size. */
  readonly batchSize?: number | undefined;
  /** Share of the training images to hold out where the folder has no part for validation. */
  readonly validationSplit?: number | undefined;
  /** The share when none is asked for and the folder has no part for validation; none unless given. */
  readonly usualSplit?: number | undefined;
  readonly seed?: number | undefined;
  /** True: images for training come in the order of their files too. */
  readonly inOrder?: boolean;
  /** True: each class of the folder must have an image for training that can be read. */
  readonly trainsAllClasses?: boolean;
  /** Names that a model knows its classes by; null for those of the folder. */
  readonly classNames: readonly string[] | null;
}

/** How the datasets of training bring images to a model's size, for images that are loaded on their own. */
export const RESIZE: images.ResizeSpec = { method: 'keras', interpolation: 'bilinear' };

// Without --seed the same images are held out every time.
const SPLIT_SEED = 5;
const count = (value: number) => value.toLocaleString('en-US');

function partOf(name: string | null): PartName {
  const start = name?.toLowerCase() ?? '';
  return start.startsWith('val') ? 'validation' : start.startsWith('test') ? 'test' : 'train';
}

type Parts = Partial<Record<PartName, readonly FolderFile[]>>;

/** Usable files of each part; the others are named. Throws UsageError when there are none. */
function sortFiles(folder: string, files: readonly FolderFile[]): Parts {
  const isUsed = (file: FolderFile) => reasonToLeaveOut(file) === undefined;
  const usable = files.filter(isUsed);
  sayLeftOut(files.filter((file) => !isUsed(file)));
  if (usable.length === 0) {
    const loose = files.filter(
      ({ name, className }) => className === null && formatOfName(name) !== undefined,
    );
    const found =
      loose.length === 0 ? 'no images' : `images (such as ${loose[0]!.path}), but in no folder of a class`;
    throw new UsageError(
      `${folder} has ${found}: expected one sub-folder per class with image files in it, or sub-folders train, ` +
        'validation and test with such sub-folders.',
    );
  }
  return Object.fromEntries(groupBy(usable, ({ part }) => partOf(part)));
}

function groupBy<K>(files: readonly FolderFile[], keyOf: (file: FolderFile) => K): Map<K, FolderFile[]> {
  const groups = new Map<K, FolderFile[]>();
  for (const file of files) {
    const group = groups.get(keyOf(file));
    if (group === undefined) groups.set(keyOf(file), [file]);
    else group.push(file);
  }
  return groups;
}

/** Holds out a share of each class, the same for the same seed. */
function split(files: readonly FolderFile[], share: number, seed: number): Required<Omit<Parts, 'test'>> {
  const random = new RandomGenerator(seed);
  const validation = new Set<FolderFile>();
  for (const members of groupBy(files, ({ className }) => className).values()) {
    // At least one, where one is left to train on.
    const held = Math.min(members.length - 1, Math.max(1, Math.round(members.length * share)));
    for (const place of random.permutation(members.length).subarray(0, held)) validation.add(members[place]!);
  }
  return {
    train: files.filter((file) => !validation.has(file)),
    validation: files.filter((file) => validation.has(file)),
  };
}

/** Images of a part that are known to be unreadable before they are opened, such as links to nothing. */
function unreadable(files: readonly FolderFile[], part: PartName): SkippedFile[] {
  const isImage = ({ name, className }: FolderFile) =>
    className !== null && !name.startsWith('.') && formatOfName(name) !== undefined;
  return files.flatMap((file) =>
    file.failure !== undefined && isImage(file) && partOf(file.part) === part
      ? [{ file: file.path, message: file.failure }]
      : [],
  );
}

/** Batches of the images of some files. `unread`: what else belongs to the part. */
async function openPart(
  files: readonly FolderFile[],
  unread: readonly SkippedFile[],
  form: DecidedForm,
  options: FolderOptions & { readonly classNames: readonly string[]; readonly shuffle: boolean },
): Promise<DataPart> {
  const skipped = [...unread];
  const names = files.map(({ path }) => path);
  const dataset = await images.datasetFromDirectory(
    files.map(({ location, className }) => ({ file: location, label: className! })),
    {
      batchSize: options.batchSize ?? usualBatchSize(form.size),
      imageSize: form.size,
      colorMode: form.colorMode,
      interpolation: 'bilinear',
      shuffle: options.shuffle,
      verbose: false,
      onError: (error, file) => {
        skipped.push({ file, message: error.message });
        // `file` is what of the path comes after the folder that all of the files are in.
        const at = names.findIndex((name) => `/${name}`.endsWith(`/${file}`));
        if (at >= 0) names.splice(at, 1);
        say(`${process.stderr.isTTY ? '\n' : ''}Skipped: ${error.message}`);
      },
    },
  );
  const numbers = Int32Array.from(dataset.classNames!, (name) => options.classNames.indexOf(name));
  const batches = (task: Task) =>
    dataset.map(([x, labels]): [Tensor, Tensor] => [
      preparedPixels(task.pixels, x),
      targetsFor(
        task,
        Int32Array.from(labels.data, (label) => numbers[label]!),
      ),
    ]);
  const known = options.shuffle ? {} : { names };
  return { images: files.length + unread.length, examples: (task) => [batches(task)], skipped, ...known };
}

const PARTS: readonly PartName[] = ['train', 'validation', 'test'];

function describeParts(parts: Parts, classCount: number): string {
  const sizes = PARTS.map((name) => parts[name]?.length ?? 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const each = PARTS.flatMap((name, i) => (sizes[i]! > 0 ? [`${count(sizes[i]!)} for ${name}`] : []));
  const listed = each.length > 1 ? `: ${each.join(', ')}` : '';
  return `Found ${count(total)} images belonging to ${classCount} classes${listed}.`;
}

/** The parts with what is held out for validation. Throws UsageError when a split that is asked for does not fit. */
function splitParts(
  folder: string,
  parts: Parts,
  { validationSplit, usualSplit, seed }: FolderOptions,
): Parts {
  const held = validationSplit ?? (parts.validation === undefined ? usualSplit : undefined);
  if (held === undefined) return parts;
  if (parts.validation !== undefined) {
    throw new UsageError(`${folder} has images for validation already; leave --validation-split out.`);
  }
  const halves = split(parts.train ?? [], held, seed ?? SPLIT_SEED);
  if (halves.validation.length > 0) return { ...parts, ...halves };
  if (validationSplit === undefined) return parts;
  throw new UsageError(`${folder} has too few images to hold some out; leave --validation-split out.`);
}

/**
 * The names that labels count: those that the model knows, when it knows all classes of the folder. Throws UsageError for
 * a single class that no model knows.
 */
function namesOf(
  folder: string,
  found: readonly string[],
  known: readonly string[] | null,
): readonly string[] {
  if (known !== null && found.every((name) => known.includes(name))) return known;
  if (found.length > 1) return found;
  throw new UsageError(
    `${folder} has one class, ${found[0]}; expected a sub-folder for each of at least two classes.`,
  );
}

/**
 * Opens a folder; images are read when they are used. Throws UsageError when it is no folder of classes or does not fit
 * the options.
 */
export async function openImageFolder(folder: string, options: FolderOptions): Promise<DataSource> {
  say(`Reading ${folder} …`);
  const listing = await listFolder(folder);
  const parts = splitParts(folder, sortFiles(folder, listing.files), options);
  const classNames = namesOf(folder, listing.classNames, options.classNames);
  say(describeParts(parts, listing.classNames.length));
  await sayMisnamed(Object.values(parts).flat());
  if (options.trainsAllClasses && parts.train !== undefined) {
    await checkClassesReadable(folder, listing.classNames, parts.train);
  }
  const form = await imageFormFor(Object.values(parts).flat(), options);
  const open = async (name: PartName) => {
    const files = parts[name];
    return (
      files &&
      openPart(files, unreadable(listing.files, name), form, {
        ...options,
        classNames,
        shuffle: name === 'train' && options.inOrder !== true,
      })
    );
  };
  return {
    name: folder,
    classNames,
    imageShape: [form.size[0], form.size[1], form.colorMode === 'grayscale' ? 1 : 3],
    fromFiles: true,
    parts: { train: await open('train'), validation: await open('validation'), test: await open('test') },
  };
}
