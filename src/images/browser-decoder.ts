/** @file The browser's own decoders, which work off the page's thread. Only in bundles for browsers. */

import { FormatError, UnsupportedError } from '../base/errors.ts';

/**
 * The pixels of a file as RGBA, `4 · width · height` bytes. Colour profiles are not applied; the file must state no
 * orientation.
 *
 * @throws FormatError when the browser cannot read it, UnsupportedError where there is no canvas outside of pages.
 */
export async function decodeInBrowser(
  bytes: Uint8Array,
  type: string,
  name: string,
): Promise<{ width: number; height: number; rgba: Uint8Array }> {
  if (typeof createImageBitmap === 'undefined' || typeof OffscreenCanvas === 'undefined') {
    throw new UnsupportedError(
      `${name} cannot be decoded: there is no createImageBitmap or no OffscreenCanvas here.`,
    );
  }
  let bitmap: ImageBitmap;
  try {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
    bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch (error) {
    throw new FormatError(`${name} is damaged: the browser cannot read it (${(error as Error).message}).`, {
      cause: error,
    });
  }
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new UnsupportedError(`${name} cannot be decoded: the browser gives no 2D canvas.`);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, rgba: new Uint8Array(data.buffer) };
}

/** The first `channels` of each RGBA pixel. */
export function firstChannels(rgba: Uint8Array, channels: number): Uint8Array {
  if (channels === 4) return rgba;
  const out = new Uint8Array((rgba.length / 4) * channels);
  for (let i = 0, o = 0; i < rgba.length; i += 4) for (let c = 0; c < channels; c++) out[o++] = rgba[i + c]!;
  return out;
}
