/** @file The list of learning rate schedules, one line each. */

export { cosineDecay, cosineDecayRestarts } from './cosine-decay.ts';
export { exponentialDecay, inverseTimeDecay } from './decay.ts';
export { oneCycle } from './one-cycle.ts';
export { piecewiseConstantDecay } from './piecewise-constant-decay.ts';
export { polynomialDecay } from './polynomial-decay.ts';
