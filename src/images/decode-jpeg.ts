/** @file JPEG bytes to pixels, by libjpeg-turbo in WebAssembly, whose arithmetic is Pillow's and TensorFlow's. */

import { FormatError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import type { DecodedImage } from './decoded-image.ts';
import { type JpegHeader, readJpegHeader } from './jpeg-header.ts';
import {
  allocate,
  compilePackageFile,
  copyIn,
  type DecoderExports,
  DecoderStopped,
  WasmDecoder,
} from './wasm-decoder.ts';

/** The part of the TurboJPEG interface, version 2, that the package exports. */
interface TurboJpeg extends DecoderExports {
  tjInitDecompress(): number;
  tjDestroy(handle: number): number;
  /** Writes width, height, subsampling and colour space. */
  tjDecompressHeader3(
    handle: number,
    file: number,
    bytes: number,
    width: number,
    height: number,
    subsampling: number,
    colorSpace: number,
  ): number;
  /** Not 0 also for damage that decoders work around; only errors without a way around leave by `longjmp`. */
  tjDecompress2(
    handle: number,
    file: number,
    bytes: number,
    pixels: number,
    width: number,
    pitch: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
}

/** TurboJPEG's pixel format for the components of a file. */
const PIXEL_FORMATS: Record<number, number> = { 1: 6, 3: 0, 4: 11 };
/** The exact inverse transform ("islow"), the default of libjpeg. */
const ACCURATE_DCT = 4096;

const stop = (reason: string) => (): never => {
  throw new DecoderStopped(reason);
};
const zero = () => 0;

const IMPORTS: WebAssembly.Imports = {
  env: { setjmp: zero, longjmp: stop('libjpeg-turbo cannot read it') },
  wasi_snapshot_preview1: {
    environ_sizes_get: zero,
    environ_get: zero,
    fd_close: zero,
    fd_seek: zero,
    fd_write: zero,
    proc_exit: stop('libjpeg-turbo gave up'),
  },
};

let loading: Promise<WasmDecoder<TurboJpeg>> | undefined;

function loadDecoder(): Promise<WasmDecoder<TurboJpeg>> {
  loading ??= compilePackageFile('@cwasm/jpeg-turbo/jpeg-turbo.wasm').then(
    (module) => new WasmDecoder<TurboJpeg>(module, IMPORTS),
  );
  return loading;
}

/** The samples of the file: grey, RGB or CMYK. */
function decodeSamples(turbo: TurboJpeg, bytes: Uint8Array, header: JpegHeader): Uint8Array {
  const { width, height, components } = header;
  const file = copyIn(turbo, bytes);
  const numbers = allocate(turbo, 16);
  const size = width * height * components;
  const pixels = allocate(turbo, size);
  const handle = turbo.tjInitDecompress();
  turbo.tjDecompressHeader3(handle, file, bytes.length, numbers, numbers + 4, numbers + 8, numbers + 12);
  const [seenWidth, seenHeight] = new Uint32Array(turbo.memory.buffer, numbers, 2);
  if (seenWidth !== width || seenHeight !== height) throw new DecoderStopped('its headers disagree');
  const format = PIXEL_FORMATS[components]!;
  turbo.tjDecompress2(handle, file, bytes.length, pixels, width, 0, height, format, ACCURATE_DCT);
  const samples = new Uint8Array(turbo.memory.buffer, pixels, size).slice();
  turbo.tjDestroy(handle);
  for (const address of [pixels, numbers, file]) turbo.free(address);
  return samples;
}

/** CMYK as Adobe writes it, inverted, to RGB with the arithmetic of Pillow. */
function rgbOfInvertedCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let i = 0, o = 0; i < cmyk.length; i += 4) {
    const light = cmyk[i + 3]!;
    for (let c = 0; c < 3; c++) {
      const product = (255 - cmyk[i + c]!) * light + 128;
      rgb[o++] = light - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}

/**
 * The pixels of a JPEG file: uint8 `[height, width, channels]` with 1 (grey) or 3 (RGB) channels, equal to Pillow's.
 * Small damage inside of the pixel data is worked around, as Pillow and TensorFlow do.
 *
 * @throws FormatError for a damaged or cut-off file, UnsupportedError for rare codings.
 */
export async function decodeJpeg(bytes: Uint8Array, name: string): Promise<DecodedImage> {
  const header = readJpegHeader(bytes, name);
  const { width, height, components, orientation } = header;
  const decoder = await loadDecoder();
  let samples: Uint8Array;
  try {
    samples = decoder.run((turbo) => decodeSamples(turbo, bytes, header));
  } catch (error) {
    if (!(error instanceof DecoderStopped)) throw error;
    throw new FormatError(`${name} is a damaged JPEG file: ${error.message}.`, { cause: error });
  }
  if (components === 4) samples = rgbOfInvertedCmyk(samples);
  const pixels = new Tensor([height, width, Math.min(components, 3)], 'uint8', samples);
  return { pixels, orientation };
}
