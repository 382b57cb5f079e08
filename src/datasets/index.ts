/** @file Built-in data sets. */

export * as cifar10 from './cifar10.ts';
export * as cifar100 from './cifar100.ts';
export type { DataSetOptions } from './data-set-source.ts';
export * as fashionMnist from './fashion-mnist.ts';
export type { ImagesAndLabels, TrainAndTest } from './images-and-labels.ts';
export * as mnist from './mnist.ts';
