/** @file Loading whole models, of all formats and from everywhere. */

import type { Config } from '../../base/config.ts';
import { FormatError, FoveaError, UnsupportedError, ValueError } from '../../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue } from '../../base/options.ts';
import { type FileSource, openSource } from '../../formats/open-source.ts';
import { modelInArchive } from '../../formats/places/zip-archive.ts';
import { SavedFile } from '../../formats/saved-file.ts';
import { withoutInitialValues } from '../../initializers/initial-values.ts';
import { type AskedTypes, inFloat32 } from '../../layers/dtype-policy.ts';
import { checkSampleShape } from '../../layers/layer-options.ts';
import { type CustomObjects, withCustomObjects } from '../../options/custom-objects.ts';
import type { Model } from '../model.ts';
import type { CompileOptions } from '../training/compile-options.ts';
import { compileOptionsOf } from './compile-config.ts';
import type { OpenedFile } from './formats/file-format.ts';
import { withOpenedFile } from './formats/index.ts';
import { modelFromConfig } from './from-config.ts';

export interface LoadOptions {
  /** False leaves optimizer, loss, metrics and the optimizer's state in the file. Default true. */
  readonly compile?: boolean;
  /** Classes and functions of your own that the file names, by name: `{ Residual }`. Registered ones need not be given. */
  readonly customObjects?: CustomObjects;
  /**
   * The shape of a sample, such as [224, 224, 3], for a model that takes images of any size (`(None, None, 3)` in Keras): here it is made
   * for one. Only for such models.
   */
  readonly inputShape?: readonly number[];
}

/**
 * The model in the bytes of a file, `.keras`, `.h5`, or a zip archive with a model: architecture, weights, and, unless `compile`
 * is false, what it was compiled with and the optimizer's state. Works in browsers too. Throws FormatError for a damaged file or one of
 * another kind, UnsupportedError, naming the layer, for things that only Keras has, ValueError for anything that is not
 * bytes.
 */
export async function modelFromBytes(
  bytes: Uint8Array | ArrayBuffer,
  options: LoadOptions = {},
): Promise<Model> {
  return readModel(modelInArchive(new SavedFile('The bytes', toBytes(bytes))), options);
}

/**
 * The model in a file: `.keras`, legacy `.h5`, or TensorFlow.js' `model.json` with the files that it names beside it. The
 * format is recognised by the content; the file's name does not matter.
 *
 * @param source A path, a `file:`, `http:` or `https:` URL (as text or object), a File or Blob, a list of Files in any order
 *   (`[modelJson, ...shards]`), or a folder or zip archive with a model, such as Teachable Machine exports them.
 *
 * Throws as `modelFromBytes` does, FormatError when the file or one beside it cannot be read, naming it.
 */
export async function loadModel(source: FileSource, options: LoadOptions = {}): Promise<Model> {
  return readModel(await openSource(source, 'loadModel()'), options);
}

async function readModel(file: SavedFile, options: LoadOptions): Promise<Model> {
  checkOptionNames('loadModel', options, ['compile', 'customObjects', 'inputShape']);
  const compile = booleanOption('loadModel', 'compile', options.compile, true);
  const inputShape =
    options.inputShape === undefined ? null : checkSampleShape('loadModel', options.inputShape);
  return withOpenedFile(file, (opened) =>
    withCustomObjects(options.customObjects ?? {}, () => modelOf(opened, file.name, compile, inputShape)),
  );
}

function modelOf(
  opened: OpenedFile,
  name: string,
  compile: boolean,
  inputShape: readonly number[] | null,
): Model {
  const { config, classNames = null, labels = null, learningRateMultipliers = null, loadWeights } = opened;
  if (config === null) {
    throw new FormatError(
      `'${name}' holds weights without a model: make the model, then call loadWeights().`,
    );
  }
  const { made: model, types } = inFloat32(() =>
    withoutInitialValues(() => modelFromConfig(config, inputShape)),
  );
  sayTypes(name, types);
  if (compile) compileFromConfig(model, config, learningRateMultipliers);
  if (model.built) loadWeights(model, model.compiled?.optimizer ?? null);
  if (classNames !== null) model.classNames = classNames;
  else if (labels !== null) takeLabels(model, labels, name);
  return model;
}

/** Warns of other types than float32. Throws UnsupportedError for text. */
function sayTypes(name: string, { layers, inputs }: AskedTypes): void {
  if (inputs.has('string'))
    throw new UnsupportedError(`${name}: the model takes text, and the models here take numbers.`);
  if (layers.size > 0) {
    console.warn(
      `${name}: its layers compute in ${[...layers].join(' and ')}. Here they compute in float32, with its weights, so results can differ ` +
        'a little from those of Keras; saved again, the model is one of float32.',
    );
  }
  if (inputs.size > 0) {
    console.warn(
      `${name}: its inputs are of type ${[...inputs].join(' and ')}. Here they are float32, with the same results for the same numbers; saved ` +
        'again, the model takes float32.',
    );
  }
}

/** Files beside a model may say more than class names can, such as two classes of the same name. */
function takeLabels(model: Model, labels: readonly string[], name: string): void {
  try {
    model.classNames = labels;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    console.warn(`${name}: the names of classes beside it are not taken. ${error.message}`);
  }
}

function compileFromConfig(model: Model, config: Config, multipliers: Config | null): void {
  try {
    const options = compileOptionsOf(config.compile_config);
    const learningRateMultipliers = multipliers as CompileOptions['learningRateMultipliers'];
    if (options !== null) model.compile({ ...options, learningRateMultipliers });
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    throw new UnsupportedError(
      `The file's compile options: ${error.message} To load the model without them, pass { compile: false }.`,
    );
  }
}

/** Buffers of other realms (frames, test runners) have other classes of the same names. */
function toBytes(given: unknown): Uint8Array {
  const tagOf = (value: unknown) => Object.prototype.toString.call(value);
  const isView = ArrayBuffer.isView(given);
  const buffer = isView ? given.buffer : (given as ArrayBuffer);
  const bytes = isView ? new Uint8Array(buffer, given.byteOffset, given.byteLength) : null;
  if (tagOf(buffer) === '[object ArrayBuffer]') return bytes ?? new Uint8Array(buffer);
  // Browsers cannot decode text in memory that threads share, so the bytes are copied.
  if (tagOf(buffer) === '[object SharedArrayBuffer]') return Uint8Array.from(bytes ?? new Uint8Array(buffer));
  throw new ValueError(
    `modelFromBytes() takes a Uint8Array or an ArrayBuffer with the bytes of a file, received ${describeValue(given)}.`,
  );
}
