/** @file Records in JSON out of files that others made. */

import type { Config } from '../base/config.ts';
import { FormatError } from '../base/errors.ts';
import { isPrototypeKey } from './prototype-keys.ts';

/** Models in models and lists in lists are never so deep; what reads them would run out of stack. */
const DEEPEST = 400;

/**
 * The record that `text` is. Throws FormatError, with `what` as its name, for anything else, for records in records
 * without end, and for keys that no file needs (`__proto__`).
 */
export function parseJsonRecord(text: string, what: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${what} is not valid JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FormatError(`${what} holds no JSON object.`);
  }
  checkTree(value, what);
  return value as Config;
}

function checkTree(root: object, what: string): void {
  const open: { readonly value: object; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    if (top.depth > DEEPEST)
      throw new FormatError(`${what} is nested more than ${DEEPEST} levels deep. The file is damaged.`);
    for (const [key, value] of Object.entries(top.value)) {
      if (isPrototypeKey(key)) throw new FormatError(`${what} has the key '${key}', which no model needs.`);
      if (typeof value === 'object' && value !== null) open.push({ value, depth: top.depth + 1 });
    }
  }
}
