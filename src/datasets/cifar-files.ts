/**
 * @file What the forms of CIFAR have in common (Alex Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
 * 2009): images of 32 x 32 pixels whose red, green and blue planes follow one another, and the archive of records.
 */

import { FormatError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import type { DataSetOptions, DataSetSource } from './data-set-source.ts';
import { gunzip } from './gunzip.ts';
import { checkLabels, type ImagesAndLabels } from './images-and-labels.ts';
import { readDataFile } from './read-data-file.ts';
import { readTar } from './tar.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const IMAGE_BYTES = 3 * PLANE;

/** Images and labels of one file. */
export interface CifarPart {
  /** The file, in messages. */
  readonly name: string;
  /** The images' planes: that of red, green and blue of the first image, then those of the next one. */
  readonly planes: Uint8Array;
  readonly labels: ArrayLike<number>;
}

/** Images `[count, 32, 32, 3]` of pixels and labels `[count, 1]`, as Keras has them. */
export function imagesAndLabels(pixels: Uint8Array, labels: Uint8Array): ImagesAndLabels {
  return [
    new Tensor([pixels.length / IMAGE_BYTES, SIDE, SIDE, 3], 'uint8', pixels),
    new Tensor([labels.length, 1], 'uint8', labels),
  ];
}

/** Pixel by pixel what is plane by plane. */
function interleave(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(planes.length);
  for (let start = 0; start < planes.length; start += IMAGE_BYTES) {
    for (let channel = 0; channel < 3; channel++) {
      const plane = start + channel * PLANE;
      for (let i = 0, to = start + channel; i < PLANE; i++, to += 3) pixels[to] = planes[plane + i]!;
    }
  }
  return pixels;
}

/** The images and labels of all parts, one after another. Throws FormatError where they do not fit together. */
export function joinParts(parts: readonly CifarPart[], classes: number): ImagesAndLabels {
  const joined = parts.map(({ name, planes, labels }): ImagesAndLabels => {
    if (planes.length === 0 || planes.length % IMAGE_BYTES !== 0) {
      throw new FormatError(
        `${name} has ${planes.length} bytes of pixels; expected ${IMAGE_BYTES} for each image.`,
      );
    }
    const part = imagesAndLabels(interleave(planes), Uint8Array.from(labels));
    checkLabels(part, classes, [name, name]);
    return part;
  });
  const [[images, labels], ...rest] = joined as [ImagesAndLabels, ...ImagesAndLabels[]];
  return [images.concat(rest.map((part) => part[0])), labels.concat(rest.map((part) => part[1]))];
}

/** What a record of the archive starts with, before the planes of an image. */
export interface RecordForm {
  /** Bytes of labels. */
  readonly labels: number;
  /** Which of them is the class number. */
  readonly at: number;
  /** How many classes it numbers. */
  readonly classes: number;
}

function splitRecords(name: string, bytes: Uint8Array, form: RecordForm): CifarPart {
  const recordBytes = form.labels + IMAGE_BYTES;
  if (bytes.length === 0 || bytes.length % recordBytes !== 0) {
    throw new FormatError(
      `${name} has ${bytes.length} bytes; expected records of ${recordBytes}, with ${form.labels} for labels and ${IMAGE_BYTES} for pixels.`,
    );
  }
  const count = bytes.length / recordBytes;
  const planes = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * recordBytes;
    labels[i] = bytes[start + form.at]!;
    planes.set(bytes.subarray(start + form.labels, start + recordBytes), i * IMAGE_BYTES);
  }
  return { name, planes, labels };
}

/**
 * Opens the archive of a CIFAR data set. The function that it gives reads the records of some files in it.
 *
 * @throws FormatError, FoveaError, ValueError.
 */
export async function openCifarArchive(
  source: DataSetSource,
  archive: string,
  form: RecordForm,
  options: DataSetOptions,
): Promise<(paths: readonly string[]) => ImagesAndLabels> {
  const files = readTar(await gunzip(await readDataFile(source, archive, options), archive), archive);
  return (paths) => {
    const parts = paths.map((path) => {
      const bytes = files.get(path);
      if (bytes !== undefined) return splitRecords(path, bytes, form);
      throw new FormatError(
        `${archive} has no file ${path}; it has ${[...files.keys()].join(', ') || 'none'}.`,
      );
    });
    return joinParts(parts, form.classes);
  };
}
