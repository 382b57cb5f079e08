/** @file Spearman's rank correlation: whether two lists of numbers have the same order. */

/** The ranks, the mean one for equal numbers. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a]! - values[b]!,
  );
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) result[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

/** From -1, the opposite order, to 1, the same one. 0 where a list has the same number everywhere, which has no order. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (x.length - 1) / 2;
  let [both, first, second] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [p, q] = [x[i]! - middle, y[i]! - middle];
    both += p * q;
    first += p * p;
    second += q * q;
  }
  return first === 0 || second === 0 ? 0 : both / Math.sqrt(first * second);
}
