/** @file Attributes of nodes as text, to find nodes that do the same. */

/** The same text for equal attributes only: JSON, extended by NaN, -0 and the infinities, which JSON cannot write. */
export function attributesKey(attrs: unknown): string {
  return hasUnwritable(attrs) ? JSON.stringify(attrs, replaceUnwritable) : JSON.stringify(attrs);
}

function isUnwritable(value: unknown): value is number {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0));
}

/** Most attributes have no such number, and a replacer is slow for long lists of numbers. */
function hasUnwritable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isUnwritable(value);
  return Array.isArray(value) ? value.some(hasUnwritable) : Object.values(value).some(hasUnwritable);
}

function replaceUnwritable(_key: string, value: unknown): unknown {
  if (!isUnwritable(value)) return value;
  return { number: Object.is(value, -0) ? '-0' : String(value) };
}
