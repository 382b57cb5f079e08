/** @file The options of `fovea train`, and what holds without them. */

import type { EngineOptions } from '../command-options.ts';

/** Parsed values. */
export interface TrainOptions extends EngineOptions {
  readonly model: string;
  readonly base?: string;
  readonly fineTune?: string;
  readonly fineTuneEpochs?: number;
  readonly fineTuneRate?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly validationSplit?: number;
  readonly augment?: boolean;
  /** False with --no-flip. */
  readonly flip: boolean;
  readonly seed?: number;
  readonly imageSize?: [number, number];
  readonly colorMode?: 'rgb' | 'grayscale';
  readonly out?: string;
  readonly json?: boolean;
}

export const BUILT_IN_MODEL = 'cnn';
export const DEFAULT_OPTIMIZER = 'rmsprop';
export const EPOCHS = 5;
/** Of a classifier on a pretrained network. */
export const HEAD_OPTIMIZER = 'adam';
export const HEAD_EPOCHS = 30;
export const HELD_OUT = 0.2;
export const FINE_TUNE_EPOCHS = 10;
/** As in the book: small, so that what the network has learned is changed little. */
export const FINE_TUNE_RATE = 1e-5;
