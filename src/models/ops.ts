/** @file The public `ops`: functions of nodes and symbolic tensors, and the compiler of functions from tensors of models. */

export * from '../operations/index.ts';
export { compiledFunction as function } from './compiled-graph.ts';
