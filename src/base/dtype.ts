/** @file Element types of host values, and the typed array that stores each. */

import { ValueError } from './errors.ts';

/** Element type of a Tensor. `bool` is stored as bytes 0 and 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint8' | 'bool';

/** The arrays that store elements. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Every element type, in the order used in messages. */
export const DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'uint8', 'bool'];

const CONSTRUCTORS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

/** Returns `name` as a DType. Throws ValueError when there is no such element type. */
export function checkDType(name: string): DType {
  const found = DTYPES.find((dtype) => dtype === name);
  if (found === undefined) {
    throw new ValueError(`Unknown dtype '${String(name)}'. Fovea tensors are one of: ${DTYPES.join(', ')}.`);
  }
  return found;
}

/** True for `float32` and `float64`. */
export function isFloating(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** A zero-filled array that stores `size` elements of `dtype`. */
export function allocate(dtype: DType, size: number): TypedArray {
  return new CONSTRUCTORS[dtype](size);
}

type ArrayKind = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray;

const KINDS = new Map<string, ArrayKind>([
  ['Float32Array', Float32Array],
  ['Float64Array', Float64Array],
  ['Int32Array', Int32Array],
  ['Uint8Array', Uint8Array],
  ['Uint8ClampedArray', Uint8Array],
]);

/**
 * `value` as an array of this realm that stores elements. An array of another realm (another window, a vm context, a
 * test runner's page) and clamped bytes become a view of the same memory. Undefined when `value` is no such array.
 */
export function asTypedArray(value: unknown): TypedArray | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const Kind = KINDS.get(Object.prototype.toString.call(value).slice('[object '.length, -1));
  if (Kind === undefined) return undefined;
  if (value instanceof Kind) return value;
  const { buffer, byteOffset, length } = value as Uint8Array;
  return new Kind(buffer, byteOffset, length);
}

/** True when `data` is the kind of array that stores `dtype`. */
export function stores(data: TypedArray, dtype: DType): boolean {
  return data instanceof CONSTRUCTORS[dtype];
}

/** The element type that `data` stores; a `Uint8Array` is taken as `uint8`. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  return 'uint8';
}

const INTEGER_RANGES = { int32: [-2147483648, 2147483647], uint8: [0, 255] } as const;

/**
 * Copies `source` (elements of type `from`) into a new array of `to`.
 *
 * Fractions are cut towards zero when `to` is an integer type; a value that does not fit, NaN included, throws
 * ValueError instead of wrapping round. For `bool` every value but 0 becomes 1.
 */
export function convert(source: ArrayLike<number>, from: DType, to: DType): TypedArray {
  const out = allocate(to, source.length);
  if (to === 'bool') {
    for (let i = 0; i < out.length; i++) out[i] = source[i] === 0 ? 0 : 1;
    return out;
  }
  if (!isFloating(to) && from !== to && from !== 'bool' && !(from === 'uint8' && to === 'int32')) {
    checkFits(source, to as keyof typeof INTEGER_RANGES);
  }
  out.set(source);
  return out;
}

function checkFits(source: ArrayLike<number>, to: keyof typeof INTEGER_RANGES): void {
  const [low, high] = INTEGER_RANGES[to];
  for (let i = 0; i < source.length; i++) {
    const value = source[i]!;
    // The test is negated so that NaN is refused too. Fractions are cut first, so a value less than 1 outside the range
    // fits.
    if (!(value > low - 1 && value < high + 1)) {
      throw new ValueError(
        `Cannot cast element ${i} with value ${value} to ${to}, which holds ${low} to ${high}. ` +
          `Clip the values first, for example with clip(${low}, ${high}).`,
      );
    }
  }
}
