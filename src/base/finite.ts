/** @file Looking for NaN and infinities. */

/** The exponent's bits: all of them are set in NaN and infinities only. */
const EXPONENT = 0x7f800000;
const EXPONENT_ONE = 0x00800000;

/**
 * Whether all numbers are finite. Adding 1 to the exponent's bits makes the sign bit 1 when all of them
 * are set.
 */
export function allFinite(values: Float32Array): boolean {
  const count = values.length;
  const bits = new Int32Array(values.buffer, values.byteOffset, count);
  const end = count - 3;
  let any = 0;
  let i = 0;
  for (; i < end; i += 4) {
    any |=
      ((bits[i]! & EXPONENT) + EXPONENT_ONE) |
      ((bits[i + 1]! & EXPONENT) + EXPONENT_ONE) |
      ((bits[i + 2]! & EXPONENT) + EXPONENT_ONE) |
      ((bits[i + 3]! & EXPONENT) + EXPONENT_ONE);
  }
  for (; i < count; i++) any |= (bits[i]! & EXPONENT) + EXPONENT_ONE;
  return any >= 0;
}
