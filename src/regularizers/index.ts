/** @file The list of regularizers, one line each. */

export { l1, l1l2, l2 } from './l1-l2.ts';
export { orthogonalRegularizer } from './orthogonal.ts';
