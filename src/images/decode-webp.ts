/** @file WebP bytes to pixels, by libwebp in WebAssembly. */

import { FormatError } from '../base/errors.ts';
import type { DecodedImage } from './decoded-image.ts';
import {
  allocate,
  compilePackageFile,
  copyIn,
  type DecoderExports,
  DecoderStopped,
  WasmDecoder,
} from './wasm-decoder.ts';
import { onCanvas } from './webp-canvas.ts';
import { readWebpHeader, type WebpFrame } from './webp-header.ts';

interface LibWebp extends DecoderExports {
  /** The address of the pixels, 0 when the file is damaged; writes width and height. */
  WebPDecodeRGBA(file: number, bytes: number, width: number, height: number): number;
}

const zero = () => 0;
const IMPORTS = { wasi_snapshot_preview1: { fd_close: zero, fd_seek: zero, fd_write: zero } };

let loading: Promise<WasmDecoder<LibWebp>> | undefined;

function loadDecoder(): Promise<WasmDecoder<LibWebp>> {
  loading ??= compilePackageFile('@cwasm/webp/webp.wasm').then(
    (module) => new WasmDecoder<LibWebp>(module, IMPORTS),
  );
  return loading;
}

function decodeFrame(libwebp: LibWebp, { file, width, height }: WebpFrame): Uint8Array {
  const source = copyIn(libwebp, file);
  const numbers = allocate(libwebp, 8);
  const address = libwebp.WebPDecodeRGBA(source, file.length, numbers, numbers + 4) >>> 0;
  if (address === 0) throw new DecoderStopped('libwebp cannot read it');
  const [seenWidth, seenHeight] = new Uint32Array(libwebp.memory.buffer, numbers, 2);
  if (seenWidth !== width || seenHeight !== height) throw new DecoderStopped('its headers disagree');
  const rgba = new Uint8Array(libwebp.memory.buffer, address, width * height * 4).slice();
  for (const each of [address, numbers, source]) libwebp.free(each);
  return rgba;
}

/**
 * The pixels of a WebP file (lossy or lossless): uint8 `[height, width, channels]` with 3 (RGB) or 4 (RGBA) channels; of
 * an animation the first frame, on its canvas.
 *
 * @throws FormatError for a damaged or cut-off file.
 */
export async function decodeWebp(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  const header = readWebpHeader(bytes, name);
  const decoder = await loadDecoder();
  try {
    const rgba = decoder.run((libwebp) => decodeFrame(libwebp, header.frame));
    return onCanvas(header, rgba);
  } catch (error) {
    if (!(error instanceof DecoderStopped)) throw error;
    throw new FormatError(`${name} is a damaged WebP file: ${error.message}.`, { cause: error });
  }
}
