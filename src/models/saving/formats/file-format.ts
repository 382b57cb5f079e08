/** @file What a file format is for saving and loading. */

import type { Config } from '../../../base/config.ts';
import type { SavedFile } from '../../../formats/saved-file.ts';
import type { Layer } from '../../../layers/layer.ts';
import type { Optimizer } from '../../../optimizers/optimizer.ts';
import type { SavableModel } from '../saved-layers.ts';
import type { WeightsOptions } from '../weights.ts';

/** A file that was opened in its format. */
export interface OpenedFile {
  /** The model in Keras' JSON, `compile_config` included; null in a file of weights alone. */
  readonly config: Config | null;
  /** Names of the model's classes; null where the file has none. */
  readonly classNames?: readonly string[] | null;
  /** Names of classes from a file beside it, which are taken if they can be the model's; null without. */
  readonly labels?: readonly string[] | null;
  /** For `compile`, which checks them; null where the file has none. */
  readonly learningRateMultipliers?: Config | null;
  /** A hint to add to the messages of errors of this file; null for none. */
  readonly hint: string | null;
  /**
   * Puts the weights into `model`, which is built, and the optimizer's state into `optimizer` unless it is null. Throws
   * FormatError, and changes nothing, when the file is damaged or of another model. `options` is what `loadWeights()` was
   * given; without, the model was made from this file.
   */
  loadWeights(model: Layer, optimizer: Optimizer | null, options?: WeightsOptions | null): void;
}

/** The bytes of a format's only file, or all its files, the one that was asked for last. */
export type WrittenFiles = Uint8Array | readonly WrittenFile[];

/** One of the files of a model. */
export interface WrittenFile {
  /** Its name in the folder of the file that was asked for. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Options of `save` that only some formats have. */
export interface WriteOptions {
  /**
   * With `model.json`: whether to write the files that Teachable Machine's library opens, its `metadata.json` with the names of
   * the classes among them. The model must take square colour images, which the library gives it as numbers from -1 to 1, and have
   * one output for each of its `classNames`. Default false.
   */
  readonly teachableMachine?: boolean;
}

/**
 * One kind of file. Reading asks the list of formats, in order, for the first that knows the file by its content; writing
 * asks for the one whose ending the file's name has.
 */
export interface FileFormat {
  /** For messages, such as 'a .keras file of Keras 3'. */
  readonly name: string;
  /** The end of the names of its files. */
  readonly ending: string;
  /** Whether the file is of this format, judged by its content, damaged or not. */
  matches(file: SavedFile): boolean | Promise<boolean>;
  /** Reads all that is needed. Throws FormatError for damage, UnsupportedError for files that Fovea does not read. */
  open(file: SavedFile): OpenedFile | Promise<OpenedFile>;
  /** The options that writing a model has. Left out: none. */
  readonly writeOptions?: readonly (keyof WriteOptions)[];
  /** The model's file or files; `name` is that of the file, without its folder. Left out where models are not written. */
  writeModel?(model: SavableModel, name: string, options: WriteOptions): WrittenFiles | Promise<WrittenFiles>;
  /** The same of the model's weights. Left out where weights alone are not written. */
  writeWeights?(model: SavableModel, name: string): WrittenFiles | Promise<WrittenFiles>;
}
