/** @file The list of operations: what files may name, and what `ops` makes of symbolic tensors. */

export * from './activations.ts';
export * from './elementwise.ts';
export * from './get-item.ts';
export * from './reductions.ts';
export * from './shapes.ts';
