/** @file An image out of focus. */

/** Weights of a Gaussian from -reach to reach. */
function bell(deviation: number): Float64Array {
  const reach = Math.ceil(3 * deviation);
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - reach) / deviation) ** 2),
  );
}

/** `lines` lines of `extent` numbers that are `step` apart, each replaced by its weighted mean inside of the line. */
function along(
  numbers: Float32Array,
  starts: readonly number[],
  extent: number,
  step: number,
  weights: Float64Array,
) {
  const reach = weights.length >> 1;
  const result = new Float32Array(numbers.length);
  for (const start of starts) {
    for (let i = 0; i < extent; i++) {
      let [sum, total] = [0, 0];
      for (let k = Math.max(0, i - reach); k <= Math.min(extent - 1, i + reach); k++) {
        const weight = weights[k - i + reach]!;
        sum += weight * numbers[start + k * step]!;
        total += weight;
      }
      result[start + i * step] = sum / total;
    }
  }
  return result;
}

/** The image's numbers [height, width, channels] under a Gaussian of that standard deviation in pixels, cut off at the edges. */
export function blur(
  numbers: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  deviation: number,
): Float32Array {
  const weights = bell(deviation);
  const line = width * channels;
  const columns = Array.from({ length: line }, (_, i) => i);
  const rows = Array.from(
    { length: height * channels },
    (_, i) => Math.floor(i / channels) * line + (i % channels),
  );
  return along(along(numbers, columns, height, line, weights), rows, width, channels, weights);
}
