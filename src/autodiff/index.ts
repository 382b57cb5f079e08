/** @file Functions of graph nodes, for losses, metrics, activations and layers of one's own: the public `ops`. */

export * from '../ops/index.ts';
export { gradients } from './gradients.ts';
