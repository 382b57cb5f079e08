/** @file Names that mean something else than a member in JavaScript's records, and that no file needs. */

const KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** True for a name under which a record's own prototype would be found or changed. */
export function isPrototypeKey(name: string): boolean {
  return KEYS.has(name);
}
