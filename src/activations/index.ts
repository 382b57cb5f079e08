/** @file The list of activation functions. */

export * from './functions.ts';
