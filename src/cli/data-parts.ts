/** @file What commands know of a data set: its parts, in the form in which models take them. */

import type { DatasetLike, Tensor } from '../index.ts';
import type { Task } from './network.ts';

/** What `fit` and `evaluate` take: arrays, or batches that are made while they are used. */
export type Examples = readonly [x: Tensor, y: Tensor] | readonly [batches: DatasetLike];

/** A part of the data, such as its images for training. */
export interface DataPart {
  /** How many there are, those that cannot be read too. */
  readonly images: number;
  /** The part in the form in which a model takes it. */
  examples(task: Task): Examples;
  /**
   * The files' names in the order of the examples, where that is known: of parts that are not shuffled. Files that turn out to be
   * unreadable leave it while examples are read.
   */
  readonly names?: readonly string[];
  /** Files that could not be read so far. */
  readonly skipped: readonly SkippedFile[];
}

export interface SkippedFile {
  readonly file: string;
  readonly message: string;
}

/** Images with classes. */
export interface DataSource {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Whether the images come from files, as bytes of any size brought to one. */
  readonly fromFiles: boolean;
  /** What the data set does not have is undefined. */
  readonly parts: Readonly<Record<PartName, DataPart | undefined>>;
}

export type PartName = 'train' | 'validation' | 'test';
