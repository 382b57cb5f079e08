/**
 * @file `weightsManifest` of TensorFlow.js' model.json: groups of weights, whose numbers lie one behind the other in the bytes
 * of the group's files (tfjs-core, `io_utils.ts`, `weights_loader.ts`).
 */

import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { numbersOf } from '../hdf5/datatype.ts';

/** A weight and the place of its numbers in the group's bytes. */
export interface ManifestWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** True for the optimizer's, which are numbers of training and not of the model. */
  readonly isOptimizer: boolean;
  readonly start: number;
  readonly end: number;
  /** The numbers in the weight's own bytes. */
  readonly decode: (bytes: Uint8Array) => ArrayLike<number>;
}

/** Weights whose bytes lie together. */
export interface ManifestGroup {
  /** The files with the bytes, in order. */
  readonly paths: readonly string[];
  readonly weights: readonly ManifestWeight[];
  /** How many bytes the files have together. */
  readonly bytes: number;
  /** The checksums of the files; null where the manifest has none, as those of TensorFlow.js. */
  readonly checksums: readonly unknown[] | null;
}

/** How numbers are stored. */
interface NumberFormat {
  readonly bytes: number;
  read(bytes: Uint8Array): ArrayLike<number>;
}

const float = (size: number): NumberFormat => ({
  bytes: size,
  read: (bytes) => numbersOf(bytes, { kind: 'float', size, little: true })!,
});
const integer = (size: number, signed: boolean): NumberFormat => ({
  bytes: size,
  read: (bytes) => numbersOf(bytes, { kind: 'integer', size, signed, little: true })!,
});

const BYTES: NumberFormat = { bytes: 1, read: (bytes) => bytes };

const FORMATS: ReadonlyMap<unknown, NumberFormat> = new Map([
  ['float32', float(4)],
  ['float16', float(2)],
  ['int32', integer(4, true)],
  ['uint16', integer(2, false)],
  ['uint8', BYTES],
  ['bool', BYTES],
]);

/** The groups of a manifest. Throws FormatError, with `what` as the file's name, for anything that is none. */
export function readManifest(manifest: unknown, what: string): ManifestGroup[] {
  if (!Array.isArray(manifest)) {
    throw new FormatError(
      `${what}: 'weightsManifest' is no list of groups of weights but ${describeValue(manifest)}.`,
    );
  }
  const [seen, files] = [new Set<string>(), new Set<string>()];
  return manifest.map((group, index) => {
    const { paths, weights, crc32 } = toRecord(group, `${what}: group ${index} of the weights`);
    const isList = Array.isArray(paths) && paths.every((path) => typeof path === 'string');
    if (!isList || !Array.isArray(weights)) {
      throw new FormatError(`${what}: group ${index} of the weights has no lists 'paths' and 'weights'.`);
    }
    for (const path of paths as string[]) {
      if (files.has(path))
        throw new FormatError(`${what}: the file '${path}' is named twice in 'weightsManifest'.`);
      files.add(path);
    }
    let at = 0;
    const read = weights.map((entry) => {
      const weight = readWeight(toRecord(entry, `${what}: a weight of group ${index}`), at, what);
      if (seen.has(weight.name)) throw new FormatError(`${what} has two weights called '${weight.name}'.`);
      seen.add(weight.name);
      at = weight.end;
      return weight;
    });
    return {
      paths: paths as string[],
      weights: read,
      bytes: at,
      checksums: Array.isArray(crc32) ? crc32 : null,
    };
  });
}

function toRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new FormatError(`${what} is ${describeValue(value)}, no record.`);
}

function readWeight(entry: Record<string, unknown>, start: number, what: string): ManifestWeight {
  const { name, shape, dtype, quantization = null, group } = entry;
  if (typeof name !== 'string')
    throw new FormatError(`${what}: a weight has the name ${describeValue(name)}.`);
  const own = `${what}: weight '${name}'`;
  const size = sizeOf(shape, own);
  const stored = FORMATS.get(dtype);
  if (stored === undefined) {
    throw new UnsupportedError(
      `${own} is of the type ${describeValue(dtype)}; read are ${[...FORMATS.keys()].join(', ')}.`,
    );
  }
  const format = quantization === null ? stored : quantizedFormat(toRecord(quantization, own), dtype, own);
  const end = start + size * format.bytes;
  if (!Number.isSafeInteger(end))
    throw new FormatError(`${own} declares ${size} numbers. The file is damaged.`);
  const place = { name, shape: shape as number[], isOptimizer: group === 'optimizer' };
  return { ...place, start, end, decode: format.read };
}

/** Throws FormatError for a shape that is no list of whole numbers. */
function sizeOf(shape: unknown, what: string): number {
  const isShape =
    Array.isArray(shape) && shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
  if (!isShape) throw new FormatError(`${what} has the shape ${describeValue(shape)}.`);
  return (shape as number[]).reduce((product, extent) => product * extent, 1);
}

/** Whole numbers that stand for `number · scale + min`, or halves (tfjs-core, `decodeWeight`). */
function quantizedFormat(quantization: Record<string, unknown>, dtype: unknown, what: string): NumberFormat {
  const { dtype: stored, scale, min } = quantization;
  if (stored === 'float16' && dtype === 'float32') return float(2);
  const isKnown = (stored === 'uint8' || stored === 'uint16') && (dtype === 'float32' || dtype === 'int32');
  if (!isKnown) {
    throw new UnsupportedError(
      `${what} is of the type ${describeValue(dtype)} stored as ${describeValue(stored)}; read are float32 as uint8, uint16 or float16, ` +
        'and int32 as uint8 or uint16.',
    );
  }
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw new FormatError(
      `${what} is stored as ${stored} with scale=${describeValue(scale)} and min=${describeValue(min)}.`,
    );
  }
  const whole = FORMATS.get(stored)!;
  const round = dtype === 'int32' ? Math.round : (value: number) => value;
  return {
    bytes: whole.bytes,
    read(bytes) {
      const numbers = whole.read(bytes);
      const values = new Float32Array(numbers.length);
      for (let i = 0; i < values.length; i++) values[i] = round(numbers[i]! * scale + min);
      return values;
    },
  };
}
