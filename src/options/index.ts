/**
 * @file The kinds of options that any class may have; `options` of `fovea` also has those for things such as
 * initializers.
 */

export { axes, axis, count, flag, fraction, number, numbers, oneOf, pair, seed, text } from './kinds.ts';
