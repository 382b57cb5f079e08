/** @file Takes the place of decode-webp.ts in bundles for browsers, which have a WebP decoder of their own. */

import { FormatError } from '../base/errors.ts';
import { decodeInBrowser } from './browser-decoder.ts';
import { onCanvas } from './webp-canvas.ts';
import { readWebpHeader } from './webp-header.ts';

/** As in decode-webp.ts, with the arithmetic of the browser, which multiplies colours by alpha and back. */
export const decodeWebp: typeof import('./decode-webp.ts')['decodeWebp'] = async (bytes, name) => {
  const header = readWebpHeader(bytes, name);
  const { frame } = header;
  const { width, height, rgba } = await decodeInBrowser(frame.file, 'image/webp', name);
  if (width !== frame.width || height !== frame.height) {
    throw new FormatError(`${name} is a damaged WebP file: its headers disagree.`);
  }
  return onCanvas(header, rgba);
};
