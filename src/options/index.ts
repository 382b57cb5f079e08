/** @file The kinds of options, for classes of users' own: `withOptions(Layer, { units: options.count() })`. */

export { axes, axis, count, flag, fraction, number, numbers, oneOf, pair, seed, text } from './kinds.ts';
