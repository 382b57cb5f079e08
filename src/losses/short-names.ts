/** @file Keras' short names of losses, which are also metrics. */

import { canonicalName } from '../base/names.ts';

/** Short name → name. */
export const SHORT_NAMES: Readonly<Record<string, string>> = {
  bce: 'binaryCrossentropy',
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
};

/** True for a short name in any spelling: `mse`, `MSE`. */
export function isShortName(name: string): boolean {
  return Object.hasOwn(SHORT_NAMES, canonicalName(name));
}
