/** @file Where an axis has its marks, and what is written at them. */

/** Marks of an axis at round numbers. */
export interface Ticks {
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

/** 1, 2 or 5 times a power of ten, whichever is nearest to `value` in proportion. */
function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const share = value / power;
  // The borders are the geometric means of neighbours.
  return power * (share < Math.SQRT2 ? 1 : share < Math.sqrt(10) ? 2 : share < Math.sqrt(50) ? 5 : 10);
}

/** A number in as few characters as `decimals` allow; very large and very small ones with an exponent. */
function tickLabel(value: number, decimals: number, largest: number): string {
  if (value === 0) return '0';
  if (largest >= 1e6 || decimals > 5) return value.toExponential().replace('e+', 'e').replace('-', '−');
  return value.toFixed(decimals).replace('-', '−');
}

/** Round numbers from `low` to `high`, about `count` of them, and at least `leastStep` apart. */
export function niceTicks(low: number, high: number, count: number, leastStep = 0): Ticks {
  const step = Math.max(roundStep((high - low) / count), leastStep);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    // The text takes the error of the product away: 3 · 0.1 is 0.3.
    values.push(Number((i * step).toPrecision(12)));
  }
  const largest = Math.max(...values.map(Math.abs));
  return { values, labels: values.map((value) => tickLabel(value, decimals, largest)) };
}

/**
 * Marks of an axis of decimal logarithms, from `low` to `high`, with the numbers at them: powers of ten, about `count` at
 * most; with fewer than three of them 1, 2 and 5 times a power.
 */
export function powerTicks(low: number, high: number, count: number): Ticks {
  const powers = niceTicks(low, high, count, 1).values;
  const values = powers.length > 2 ? powers : multiplesOfPowers(low, high);
  return { values, labels: values.map((value) => powerLabel(10 ** value)) };
}

function multiplesOfPowers(low: number, high: number): number[] {
  const all: number[] = [];
  for (let power = Math.floor(low); power <= high; power++)
    for (const factor of [1, 2, 5]) all.push(power + Math.log10(factor));
  return all.filter((value) => value >= low - 1e-9 && value <= high + 1e-9);
}

/** 0.001 and above as it is, smaller ones with an exponent. */
function powerLabel(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (rounded >= 1e-3 && rounded < 1e5) return String(rounded);
  return rounded.toExponential().replace('e+', 'e').replace('-', '−');
}

/** A measured number in four digits. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) {
    return value.toExponential(2).replace('e+', 'e').replaceAll('-', '−');
  }
  return String(Number(value.toPrecision(4))).replace('-', '−');
}
