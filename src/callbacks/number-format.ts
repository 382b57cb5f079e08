/**
 * @file Numbers as Python's format() writes them, which differs from toFixed() for ties: they are rounded to the even
 * digit.
 */

/** Python's `f"{value:.{digits}f}"`, for digits up to 15. */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  // A tie is an odd multiple of half a unit, which only multiples of 2^-(digits + 1) can be.
  const halves = value * 2 ** (digits + 1);
  const tie = Number.isInteger(halves) && halves % 2 !== 0;
  if (!tie || Math.abs(value) >= 2 ** 40) return value.toFixed(digits);
  const below = Math.floor(Math.abs(value) * 10 ** digits);
  const even = below % 2 === 0 ? below : below + 1;
  return `${value < 0 ? '-' : ''}${(even / 10 ** digits).toFixed(digits)}`;
}

/** Python's `f"{value:.{digits}e}"`: at least two digits of exponent. */
export function formatExponent(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  return value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Python's `str(value)` of a float: the fewest digits that give the same float64. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}
