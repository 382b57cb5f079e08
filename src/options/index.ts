/** @file The kinds of options that any class may have; `options` of `fovea` has those of things besides. */

export { axes, axis, count, flag, fraction, number, numbers, oneOf, pair, seed, text } from './kinds.ts';
