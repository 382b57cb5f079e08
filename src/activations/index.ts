/** @file The list of activation functions. */

export * from './along-axis.ts';
export * from './functions.ts';
export * from './rectifiers.ts';
