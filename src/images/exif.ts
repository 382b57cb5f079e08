/** @file The orientation that Exif data states (CIPA DC-008, "Orientation"; TIFF 6.0), and turning pixels upright. */

import { Tensor } from '../base/tensor.ts';

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;

/** The orientation in TIFF data, 1 to 8; 1 (upright) where there is none or it cannot be read, as in Pillow. */
export function readOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  if (tiff.length < 8) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > tiff.length) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(entry + 8, little);
    return view.getUint16(entry + 2, little) === SHORT && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/**
 * The image as it should be seen. Orientations 2, 4 are mirrored, 3 is turned by half, and 5 to 8 have rows and columns
 * exchanged.
 */
export function turnUpright(image: Tensor, orientation: number): Tensor {
  if (orientation === 1) return image;
  const [height, width, channels] = image.shape as [number, number, number];
  const exchanged = orientation >= 5;
  // Read from right to left, from bottom to top.
  const leftwards = [2, 3, 7, 8].includes(orientation);
  const upwards = [3, 4, 6, 7].includes(orientation);
  const columnStep = leftwards ? -channels : channels;
  const rowStep = (upwards ? -width : width) * channels;
  const start = ((leftwards ? width - 1 : 0) + (upwards ? (height - 1) * width : 0)) * channels;
  const [rows, columns] = exchanged ? [width, height] : [height, width];
  const [outer, inner] = exchanged ? [columnStep, rowStep] : [rowStep, columnStep];
  const source = image.data;
  const out = new Uint8Array(source.length);
  let o = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0, at = start + row * outer; column < columns; column++, at += inner) {
      for (let c = 0; c < channels; c++) out[o++] = source[at + c]!;
    }
  }
  return new Tensor([rows, columns, channels], 'uint8', out);
}
