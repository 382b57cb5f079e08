/** @file Built-in data sets. */

export * as mnist from './mnist.ts';
