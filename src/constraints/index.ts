/** @file The list of constraints: a line each. */

export { nonNeg } from './non-neg.ts';
export { maxNorm, minMaxNorm, unitNorm } from './norm.ts';
