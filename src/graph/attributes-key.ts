/** @file Attributes of nodes as text, to find nodes that do the same. */

/** The same text for equal attributes only: JSON, with the numbers told apart that JSON has no words for. */
export function attributesKey(attrs: unknown): string {
  return JSON.stringify(attrs, (_, value) => (typeof value === 'number' ? numberKey(value) : value));
}

/** A number as itself, but NaN, -0 and the infinities as words. */
export function numberKey(value: number): number | string {
  if (Object.is(value, -0)) return 'number -0';
  return Number.isFinite(value) ? value : `number ${value}`;
}
