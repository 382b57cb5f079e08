/** @file A data set on disk: a folder with one sub-folder of PNG and JPEG files per class. */

import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomGenerator } from '../base/random.ts';
import { Tensor } from '../base/tensor.ts';
import { type ColorMode, convertColor, decodeImage, loadImage, resizeImage } from '../images/index.ts';
import { UsageError } from './command-error.ts';
import { say } from './output.ts';

/** How images are brought to one form; the first image gives the parts that are left out. */
export interface ImageForm {
  readonly size: readonly [height: number, width: number] | undefined;
  readonly colorMode: 'rgb' | 'grayscale' | undefined;
}

/** Images `[count, height, width, channels]` uint8 with their class numbers. */
export interface LabelledImages {
  readonly images: Tensor;
  readonly labels: Int32Array;
}

interface ListedFile {
  readonly path: string;
  readonly label: number;
}

const IMAGE_NAME = /\.(?:png|jpe?g)$/i;

// In the folder the files are sorted by class. They are shuffled once, always in the same order, so that each part of
// them has all classes.
const MIXING_SEED = 5;

async function list(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => !entry.name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Class names (sorted) and files of a folder. Throws UsageError when it is no folder of classes. */
async function listClasses(folder: string): Promise<{ classNames: string[]; files: ListedFile[] }> {
  const classNames = (await list(folder)).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const files: ListedFile[] = [];
  const nested: string[] = [];
  let skipped = 0;
  for (const [label, name] of classNames.entries()) {
    for (const entry of await list(join(folder, name))) {
      if (entry.isDirectory()) nested.push(join(folder, name));
      else if (IMAGE_NAME.test(entry.name)) files.push({ path: join(folder, name, entry.name), label });
      else skipped++;
    }
  }
  if (files.length === 0) {
    const hint =
      nested.length > 0 ? ` Its sub-folders have folders of their own; did you mean ${nested[0]}?` : '';
    throw new UsageError(
      `${folder} has no images: expected one sub-folder per class with .png, .jpg or .jpeg files in it.${hint}`,
    );
  }
  if (classNames.length < 2) {
    throw new UsageError(
      `${folder} has one class, ${classNames[0]}; expected a sub-folder for each of at least two classes.`,
    );
  }
  say(`Found ${files.length} images belonging to ${classNames.length} classes in ${folder}.`);
  if (skipped > 0)
    say(`Skipped ${skipped} ${skipped === 1 ? 'file' : 'files'} not named .png, .jpg or .jpeg.`);
  return { classNames, files };
}

/** Brings one image to the form, or explains which option would. */
async function readImage(path: string, first: Tensor, form: ImageForm): Promise<Tensor> {
  const image = await loadFile(path);
  const colorMode: ColorMode = form.colorMode ?? (first.shape[2]! <= 2 ? 'grayscale' : 'rgb');
  if (form.colorMode === undefined && image.shape[2]! <= 2 !== first.shape[2]! <= 2) {
    throw new UsageError(
      `${path}: some images are grey and some are coloured. Pass --color-mode rgb or grayscale.`,
    );
  }
  const [height, width] = image.shape as [number, number];
  const size = form.size ?? [first.shape[0]!, first.shape[1]!];
  if (form.size === undefined && (height !== size[0] || width !== size[1])) {
    throw new UsageError(
      `${path} is ${height} x ${width} pixels and the first image ${size[0]} x ${size[1]}; the network needs one ` +
        'size. Pass --image-size, for example --image-size 150.',
    );
  }
  return resizeImage(convertColor(image, colorMode), size, 'bilinear');
}

async function loadFile(path: string): Promise<Tensor> {
  return decodeImage(await readFile(path), path);
}

/** Reads all images of a folder, in a fixed mixed order. Throws UsageError, FormatError. */
export async function loadImageFolder(
  folder: string,
  form: ImageForm,
): Promise<LabelledImages & { classNames: string[] }> {
  const { classNames, files } = await listClasses(folder);
  const first = await loadFile(files[0]!.path);
  const order = new RandomGenerator(MIXING_SEED).permutation(files.length);
  const labels = Int32Array.from(order, (place) => files[place]!.label);
  let data: Uint8Array | undefined;
  let shape: readonly number[] = [];
  for (const [row, place] of order.entries()) {
    const image = await readImage(files[place]!.path, first, form);
    shape = image.shape;
    data ??= new Uint8Array(files.length * image.size);
    data.set(image.data, row * image.size);
  }
  return { images: new Tensor([files.length, ...shape], 'uint8', data!), labels, classNames };
}

/** The images at `paths` brought to one form, as uint8 `[count, height, width, channels]`. */
export async function loadImages(
  paths: readonly string[],
  size: [number, number],
  mode: ColorMode,
): Promise<Tensor> {
  const [first, ...others] = await Promise.all(
    paths.map((path) => loadImage(path, { colorMode: mode, targetSize: size, interpolation: 'bilinear' })),
  );
  const row = (image: Tensor) => image.reshape([1, ...image.shape]);
  return row(first!).concat(others.map(row));
}
