/** @file The kinds of options, for users' own classes: `withOptions(Layer, { units: options.count() })`. */

export { activation } from '../activations/registry.ts';
export { constraint } from '../constraints/registry.ts';
export { initializer } from '../initializers/registry.ts';
export * from '../options/index.ts';
export { regularizer } from '../regularizers/registry.ts';
