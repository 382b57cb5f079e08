/** @file The list of optimizers, one line each. */

export { adadelta } from './adadelta.ts';
export { adagrad } from './adagrad.ts';
export { adam } from './adam.ts';
export { adamax } from './adamax.ts';
export { adamW } from './adamw.ts';
export { ftrl } from './ftrl.ts';
export { lion } from './lion.ts';
export { nadam } from './nadam.ts';
export { rmsprop } from './rmsprop.ts';
export { sgd } from './sgd.ts';
