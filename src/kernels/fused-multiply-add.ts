/** @file a * b + c of three f32 numbers, rounded once. */

const bits = new DataView(new ArrayBuffer(8));

/**
 * The fused multiply-add of f32 numbers. The product is exact in f64. Adding c rounds to f64, and rounding that to
 * f32 could round twice; so the f64 sum is first made odd where it is inexact ("rounding to odd", Boldo and
 * Melquiond, "Emulation of FMA and correctly rounded sums", IEEE Transactions on Computers 57, 2008).
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  // Knuth's two-sum: the part that the addition has rounded away.
  const virtual = sum - product;
  const lost = product - (sum - virtual) + (c - virtual);
  if (lost === 0 || !Number.isFinite(sum) || sum === 0) return Math.fround(sum);
  bits.setFloat64(0, sum);
  const low = bits.getUint32(4);
  if ((low & 1) === 1) return Math.fround(sum);
  // The sum is even, so the numbers next to it are odd: take the one on the side of the lost part.
  const magnitude = bits.getBigUint64(0) + (lost > 0 === sum > 0 ? 1n : -1n);
  bits.setBigUint64(0, magnitude);
  return Math.fround(bits.getFloat64(0));
}
