/** @file From a file's bytes to pixels of the wanted colours and size: what a load does on whichever thread. */

import { checkOptionNames } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Tensor } from '../base/tensor.ts';
import { COLOR_MODES, type ColorMode, convertColor } from './color-mode.ts';
import { checkExifOrientation, decodeImage, type ExifOrientation } from './decode.ts';
import { type FileReading, nameOf, type PlainSource, readSource } from './image-source.ts';
import { checkResize, type ResizeSpec, resizeTo } from './resize.ts';

/** What an image is made into. It is plain data, so that it can be sent to a worker. */
export interface ImageSpec {
  /** Channels of the result; `rgb` unless given. */
  readonly colorMode?: ColorMode;
  /** `[height, width]` of the result; the file's own size unless given. */
  readonly size?: readonly [height: number, width: number];
  /** How to resize to `size`. */
  readonly resize?: ResizeSpec;
  /** `apply` (the default) turns photos upright; `ignore` gives the pixels as they are stored, as Keras does. */
  readonly exifOrientation?: ExifOrientation;
}

/** Throws ValueError for names and values that do not exist. */
export function checkImageSpec(spec: ImageSpec, who: string): void {
  checkOptionNames(who, spec, ['colorMode', 'size', 'resize', 'exifOrientation']);
  const { colorMode = 'rgb' } = spec;
  if (!COLOR_MODES.includes(colorMode)) throw unknownNameError('colorMode', colorMode, COLOR_MODES);
  checkExifOrientation(spec.exifOrientation);
  checkResize(spec.size, spec.resize ?? {}, who);
}

/** Reads, decodes, converts and resizes; `spec` has been checked. Throws FoveaErrors that name the file. */
export async function prepareImage(
  source: PlainSource,
  spec: ImageSpec,
  reading?: FileReading,
): Promise<Tensor> {
  const { colorMode = 'rgb', size, resize, exifOrientation = 'apply' } = spec;
  const image = await decodeImage(await readSource(source, reading), nameOf(source), { exifOrientation });
  const colored = convertColor(image, colorMode);
  return size === undefined ? colored : resizeTo(colored, size, resize ?? {});
}
