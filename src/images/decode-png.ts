/** @file PNG bytes to pixels: every bit depth and colour type of the PNG specification (W3C, third edition). */

import { FormatError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import type { DecodedImage } from './decoded-image.ts';
import { readOrientation } from './exif.ts';
import { checkPixelCount } from './image-limits.ts';
import { fullPalette, paintWithPalette } from './palette.ts';
import { type PngChunk, pngChunks } from './png-chunks.ts';
import { type PngLayout, readPngSamples } from './png-samples.ts';

/** The colour type whose samples are numbers of palette entries. */
const INDEXED = 3;

/** Samples of a pixel and allowed bit depths of each colour type. */
const COLOR_TYPES: Record<number, { samples: number; depths: readonly number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  [INDEXED]: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

const HEADER_BYTES = 13;

function readHeader(chunk: PngChunk | undefined, name: string): PngLayout & { colorType: number } {
  if (chunk?.type !== 'IHDR' || chunk.data.length !== HEADER_BYTES) {
    throw new FormatError(`${name} is a damaged PNG file: it does not begin with a header.`);
  }
  const view = new DataView(chunk.data.buffer, chunk.data.byteOffset, HEADER_BYTES);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filters, interlace] = chunk.data.subarray(8);
  const kind = COLOR_TYPES[colorType!];
  if (
    kind === undefined ||
    !kind.depths.includes(depth!) ||
    compression !== 0 ||
    filters !== 0 ||
    interlace! > 1
  ) {
    throw new FormatError(
      `${name} is a damaged PNG file: its header states colour type ${colorType}, ${depth} bits, compression ` +
        `${compression}, filters ${filters}, interlacing ${interlace}.`,
    );
  }
  checkPixelCount(width, height, name);
  return {
    width,
    height,
    depth: depth!,
    samples: kind.samples,
    interlaced: interlace === 1,
    colorType: colorType!,
  };
}

/** What a file has besides its header. */
interface PngParts {
  readonly data: readonly Uint8Array[];
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  readonly orientation: number;
}

function readParts(chunks: Iterable<PngChunk>): PngParts {
  const data: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let orientation = 1;
  for (const chunk of chunks) {
    if (chunk.type === 'IDAT') data.push(chunk.data);
    else if (chunk.type === 'PLTE') palette = chunk.data;
    else if (chunk.type === 'tRNS') transparency = chunk.data;
    else if (chunk.type === 'eXIf') orientation = readOrientation(chunk.data);
  }
  return { data, palette, transparency, orientation };
}

/**
 * Samples as bytes, scaled so that the full range is 0 … 255. Of 16 bits the upper 8 are kept, as libpng does.
 */
function toBytes(samples: Uint8Array | Uint16Array, depth: number): Uint8Array {
  if (samples instanceof Uint16Array) return Uint8Array.from(samples, (sample) => sample >> 8);
  const scale = 255 / ((1 << depth) - 1);
  return scale === 1 ? samples : samples.map((sample) => sample * scale);
}

/** Adds an alpha channel: 0 where the samples are the one colour of `key`, at full depth, else 255. */
function addKeyedAlpha(
  bytes: Uint8Array,
  samples: Uint8Array | Uint16Array,
  channels: number,
  key: readonly number[],
): Uint8Array {
  const out = new Uint8Array((bytes.length / channels) * (channels + 1));
  for (let from = 0, to = 0; from < bytes.length; from += channels) {
    let matches = true;
    for (let c = 0; c < channels; c++) {
      out[to++] = bytes[from + c]!;
      matches &&= samples[from + c] === key[c];
    }
    out[to++] = matches ? 0 : 255;
  }
  return out;
}

function paintPixels(layout: PngLayout, places: Uint8Array, parts: PngParts, name: string): Tensor {
  const { width, height } = layout;
  const { palette, transparency } = parts;
  if (palette === undefined) throw new FormatError(`${name} is a damaged PNG file: it has no palette.`);
  const most = places.reduce((a, b) => Math.max(a, b), 0);
  if (3 * most + 3 > palette.length) {
    throw new FormatError(
      `${name} is a damaged PNG file: a pixel has palette entry ${most} of ${Math.floor(palette.length / 3)}.`,
    );
  }
  const alpha = transparency && new Uint8Array(256).fill(255);
  alpha?.set(transparency!.subarray(0, 256));
  return paintWithPalette(places, height, width, { colors: fullPalette(palette), ...(alpha && { alpha }) });
}

/**
 * The pixels of a PNG file: uint8 `[height, width, channels]` with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA)
 * channels. Palettes become RGB, or RGBA when they have transparent entries.
 *
 * @throws FormatError for a damaged file (checksums included).
 */
export function decodePng(bytes: Uint8Array, name: string): DecodedImage {
  const chunks = pngChunks(bytes, name);
  const { colorType, ...layout } = readHeader(chunks.next().value ?? undefined, name);
  const parts = readParts(chunks);
  const samples = readPngSamples(parts.data, layout, name);
  const { width, height, depth } = layout;
  const { orientation, transparency } = parts;
  if (colorType === INDEXED) {
    return { pixels: paintPixels(layout, samples as Uint8Array, parts, name), orientation };
  }
  let channels = layout.samples;
  let pixels = toBytes(samples, depth);
  // Colours with an alpha channel of their own have no key.
  if (transparency !== undefined && channels % 2 === 1 && transparency.length >= 2 * channels) {
    const key = Array.from(
      { length: channels },
      (_, c) => (transparency[2 * c]! << 8) | transparency[2 * c + 1]!,
    );
    pixels = addKeyedAlpha(pixels, samples, channels++, key);
  }
  return { pixels: new Tensor([height, width, channels], 'uint8', pixels), orientation };
}
