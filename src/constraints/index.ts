/** @file The list of constraints, one line each. */

export { nonNeg } from './non-neg.ts';
export { maxNorm, minMaxNorm, unitNorm } from './norm.ts';
