/** @file The one form to which the images of a folder are brought: size and colours. */

import { readFile } from 'node:fs/promises';
import { type ImageHeader, readImageHeader } from '../images/image-header.ts';

/** How images are brought to one form; what is left out is chosen by looking at some of the images. */
export interface ImageForm {
  readonly size: readonly [height: number, width: number] | undefined;
  readonly colorMode: 'rgb' | 'grayscale' | undefined;
}

/** A form that is decided. */
export type DecidedForm = { readonly [K in keyof ImageForm]: NonNullable<ImageForm[K]> };

/** The size of photos, as in the book. */
const PHOTO_SIZE = 150;
const LOOKED_AT = 32;

async function headersOf(files: readonly { readonly location: string }[]): Promise<ImageHeader[]> {
  const step = Math.max(1, Math.floor(files.length / LOOKED_AT));
  const chosen = files.filter((_, i) => i % step === 0).slice(0, LOOKED_AT);
  // Files that cannot be read are named when they are used.
  const bytes = await Promise.all(
    chosen.map(({ location }) => readFile(location).catch(() => new Uint8Array())),
  );
  return bytes.map(readImageHeader).filter((header) => header !== undefined);
}

/**
 * The form for images of these files: the size that all of those looked at have, if it is at most 150 pixels, else 150 x
 * 150; grey if all are grey, else RGB. What `form` gives is kept.
 */
export async function imageFormFor(
  files: readonly { readonly location: string }[],
  form: ImageForm,
): Promise<DecidedForm> {
  const { size, colorMode } = form;
  if (size !== undefined && colorMode !== undefined) return { size, colorMode };
  const headers = await headersOf(files);
  const { height = 0, width = 0 } = headers[0] ?? {};
  const same = headers.every((header) => header.height === height && header.width === width);
  const small = Math.min(height, width) > 0 && Math.max(height, width) <= PHOTO_SIZE;
  const grey = headers.length > 0 && headers.every(({ colors }) => colors === 'grayscale');
  return {
    size: size ?? (same && small ? [height, width] : [PHOTO_SIZE, PHOTO_SIZE]),
    colorMode: colorMode ?? (grey ? 'grayscale' : 'rgb'),
  };
}
