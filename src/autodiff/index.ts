/** @file Functions of graph nodes, for users' own losses, metrics, activations and layers: the public `ops`. */

export * from '../ops/index.ts';
export { gradients } from './gradients.ts';
