/** @file libjpeg-turbo in WebAssembly, whose arithmetic is Pillow's and TensorFlow's. */

import {
  allocate,
  compilePackageFile,
  copyIn,
  type DecoderExports,
  DecoderStopped,
  WasmDecoder,
} from '../wasm-decoder.ts';
import type { JpegHeader } from './jpeg-header.ts';

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

/** What libjpeg-turbo makes of a file. */
export interface TurboSamples {
  /** Grey, RGB or CMYK. */
  readonly samples: Uint8Array;
  /** False when there was damage, which it worked around. */
  readonly intact: boolean;
}

function decodeSamples(turbo: TurboJpeg, bytes: Uint8Array, header: JpegHeader): TurboSamples {
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
  const status = turbo.tjDecompress2(
    handle,
    file,
    bytes.length,
    pixels,
    width,
    0,
    height,
    format,
    ACCURATE_DCT,
  );
  const samples = new Uint8Array(turbo.memory.buffer, pixels, size).slice();
  turbo.tjDestroy(handle);
  for (const address of [pixels, numbers, file]) turbo.free(address);
  return { samples, intact: status === 0 };
}

/**
 * Decodes any file that libjpeg-turbo can read, whose header was checked.
 *
 * @throws DecoderStopped when it cannot.
 */
export async function decodeWithTurbo(bytes: Uint8Array, header: JpegHeader): Promise<TurboSamples> {
  const decoder = await loadDecoder();
  return decoder.run((turbo) => decodeSamples(turbo, bytes, header));
}
