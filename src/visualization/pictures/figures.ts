/** @file Numbers as pictures show them. */

/** With a minus sign, and without a sign before 0. */
function signed(text: string): string {
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text.replaceAll('-', '−');
}

/** Short, for cells: '0.12', '−13', '0'. */
export function shortFigure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return signed(String(value));
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) return signed(value.toExponential(0));
  return signed(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size < 0.01 ? 3 : 2));
}

/** With four digits behind the point, so that sums can be followed; small and large numbers with as many digits. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return signed(String(value));
  if (size >= 1e5 || size < 1e-5) return signed(value.toExponential(2));
  return signed(value.toFixed(size >= 100 ? 2 : size >= 1e-3 ? 4 : 6));
}

/** A term of a sum: in parentheses where it is negative. */
export function term(value: number): string {
  const text = figure(value);
  return text.startsWith('−') ? `(${text})` : text;
}

/** The number as `figure` writes it. */
function written(value: number): number {
  return Number(figure(value).replaceAll('−', '-'));
}

/** '= 0.3', or '≈ 0.3' where what follows from the numbers as they are written is another one, since they are rounded. */
export function resultFigure(fromWritten: number, result: number): string {
  const apart = Math.abs(fromWritten - written(result));
  return `${apart <= 1e-9 * Math.max(1, Math.abs(result)) ? '=' : '≈'} ${figure(result)}`;
}

/** The result of a sum of these terms. */
export function sumFigure(terms: readonly number[], sum: number): string {
  return resultFigure(
    terms.reduce((total, value) => total + written(value), 0),
    sum,
  );
}

/** The result of a product of these factors, and of what is added then. */
export function productFigure(factors: readonly number[], result: number, added = 0): string {
  const product = factors.reduce((all, value) => all * written(value), 1);
  return resultFigure(product + written(added), result);
}

/** Places from … to, as '5–7'. */
export function span(from: number, count: number): string {
  return count === 1 ? `${from}` : `${from}–${from + count - 1}`;
}
