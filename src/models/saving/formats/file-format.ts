/** @file What a file format is for saving and loading. */

import type { Config } from '../../../base/config.ts';
import type { SavedFile } from '../../../formats/saved-file.ts';
import type { Layer } from '../../../layers/layer.ts';
import type { Optimizer } from '../../../optimizers/optimizer.ts';
import type { SavableModel } from '../saved-layers.ts';

/** A file that was opened in its format. */
export interface OpenedFile {
  /** The model in Keras' JSON, `compile_config` included; null in a file of weights alone. */
  readonly config: Config | null;
  /** Names of the model's classes; null where the file has none. */
  readonly classNames?: readonly string[] | null;
  /** A hint to add to the messages of errors of this file; null for none. */
  readonly hint: string | null;
  /**
   * Puts the weights into `model`, which is built, and the optimizer's state into `optimizer` unless it is null. Throws
   * FormatError, and changes nothing, when the file is damaged or of another model.
   */
  loadWeights(model: Layer, optimizer: Optimizer | null): void;
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
  matches(file: SavedFile): boolean;
  /** Throws FormatError for damage, UnsupportedError for files that Fovea does not read. */
  open(file: SavedFile): OpenedFile;
  /** The bytes of the model's file. Left out where models are not written. */
  writeModel?(model: SavableModel): Uint8Array;
  /** The bytes of the file of the model's weights. Left out where weights alone are not written. */
  writeWeights?(model: SavableModel): Uint8Array;
}
