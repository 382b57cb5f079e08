/**
 * @file The idx format that MNIST and its relatives come in (Yann LeCun, "The MNIST database of handwritten digits"):
 * two zero bytes, a type byte, the rank, one big-endian extent per axis, then the elements in row-major order.
 */

import { FormatError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';

const UNSIGNED_BYTE = 0x08;

const TYPES: Readonly<Record<number, string>> = {
  9: 'signed bytes',
  11: '16-bit integers',
  12: '32-bit integers',
  13: '32-bit floats',
  14: '64-bit floats',
};

function hex(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function checkMagic(bytes: Uint8Array, name: string, rank: number): void {
  const expected = hex([0, 0, UNSIGNED_BYTE, rank]);
  if (bytes.length < 4) {
    throw new FormatError(
      `${name} has ${bytes.length} bytes; an idx file starts with the 4 bytes ${expected}.`,
    );
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new FormatError(
      `${name} is compressed with gzip (it starts with 1f 8b); expected ${expected}. Unpack it first.`,
    );
  }
  const received = hex(bytes.subarray(0, 4));
  const type = bytes[2]!;
  if (bytes[0] !== 0 || bytes[1] !== 0 || (type !== UNSIGNED_BYTE && TYPES[type] === undefined)) {
    throw new FormatError(`${name} is not an idx file: it starts with ${received}, expected ${expected}.`);
  }
  if (type !== UNSIGNED_BYTE) {
    throw new FormatError(
      `${name} holds ${TYPES[type]} (type ${hex([type])}); expected unsigned bytes (type 08), which images and labels are.`,
    );
  }
  if (bytes[3] !== rank) {
    throw new FormatError(
      `${name} has ${bytes[3]} axes (it starts with ${received}); expected ${rank} (${expected}).`,
    );
  }
}

/**
 * The unsigned bytes of an idx file as a uint8 Tensor that shares `bytes`.
 *
 * @param rank Number of axes the file must have: 3 for images `[count, height, width]`, 1 for labels `[count]`.
 * @param name What messages call the file.
 * @throws FormatError for a wrong magic number, type or rank, and when bytes are missing or left over.
 */
export function parseIdx(bytes: Uint8Array, rank: number, name = 'The file'): Tensor {
  checkMagic(bytes, name, rank);
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw new FormatError(
      `${name} is cut off in its header: it has ${bytes.length} bytes, the header alone ${start}.`,
    );
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, start);
  const shape = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
  const expected = start + sizeOf(shape);
  if (bytes.length !== expected) {
    const fault = bytes.length < expected ? 'is cut off' : 'is too long';
    throw new FormatError(
      `${name} ${fault}: its header says ${formatShape(shape)}, which makes ${expected} bytes, received ${bytes.length}.`,
    );
  }
  // A view on plain bytes even when the caller passed a Node Buffer, whose slice() and toString() differ.
  return new Tensor(
    shape,
    'uint8',
    new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start),
  );
}
