/** @file TensorFlow.js' layers-model: a model.json with the model's description, and files with its weights beside it. */

import type { Config, ConfigValue } from '../../base/config.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { listed } from '../../base/listed.ts';
import { describeValue } from '../../base/options.ts';
import { parseJsonRecord } from '../json-record.ts';
import type { SavedFile } from '../saved-file.ts';
import { crc32 } from '../zip.ts';
import { type ManifestGroup, type ManifestWeight, readManifest } from './weights-manifest.ts';

/** What a model.json says. */
export interface ModelJson {
  /** The model: `class_name` and `config` in the words of Keras 2. */
  readonly model: Config;
  /** How it is trained, in TensorFlow.js' words; null where the file does not say it. */
  readonly trainingConfig: Config | null;
  /** How it was trained in Keras, in the words of legacy `.h5` files; null where the file does not say it. */
  readonly kerasTrainingConfig: Config | null;
  /** What its author noted; null without. */
  readonly userMetadata: Config | null;
  readonly groups: readonly ManifestGroup[];
}

/** A weight of the files. */
export interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  read(): ArrayLike<number>;
}

/** Whether the bytes are JSON that speaks of a model, damaged or not. */
export function isModelJson(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, 1 << 16));
  return /^\uFEFF?\s*\{/.test(text) && /"(modelTopology|weightsManifest|model_config|class_name)"/.test(text);
}

/**
 * Reads model.json; `what` names it in messages. Throws FormatError for damage, UnsupportedError for graph-models, which have
 * no layers.
 */
export function readModelJson(bytes: Uint8Array, what: string): ModelJson {
  const json = parseJsonRecord(textOf(bytes, what), what);
  const { modelTopology: topology, weightsManifest: manifest } = json;
  if (!isRecord(topology)) {
    throw new FormatError(
      `${what} has ${topology === undefined ? "no 'modelTopology'" : `modelTopology=${describeValue(topology)}`}: it is no ` +
        'model.json of TensorFlow.js.',
    );
  }
  refuseGraph(json, topology, what);
  const model = isRecord(topology.model_config) ? topology.model_config : topology;
  return {
    model,
    trainingConfig: recordOrNull(json.trainingConfig, `${what}: trainingConfig`),
    kerasTrainingConfig: recordOrNull(topology.training_config, `${what}: training_config`),
    userMetadata: recordOrNull(json.userDefinedMetadata, `${what}: userDefinedMetadata`),
    groups: manifest === undefined || manifest === null ? noWeights(what) : readManifest(manifest, what),
  };
}

function textOf(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FormatError(`${what} is no text in UTF-8. The file is damaged.`);
  }
}

function refuseGraph({ format }: Config, topology: Config, what: string): void {
  if (format !== 'graph-model' && !('node' in topology) && !('versions' in topology)) return;
  throw new UnsupportedError(
    `${what} is a graph-model of TensorFlow.js: a list of operations without layers, made for predicting in tfjs alone. Only ` +
      'layers-models are read. Convert the Keras model that it was made from: save it as .keras or .h5 and open that, or run ' +
      'tensorflowjs_converter with --output_format=tfjs_layers_model.',
  );
}

function noWeights(what: string): never {
  throw new FormatError(
    `${what} has no 'weightsManifest': it describes a model without its numbers. Save the model again with its weights.`,
  );
}

function recordOrNull(value: ConfigValue | undefined, what: string): Config | null {
  if (value === undefined || value === null) return null;
  if (isRecord(value)) return value;
  throw new FormatError(`${what} is ${describeValue(value)}, no record.`);
}

function isRecord(value: ConfigValue | undefined): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The model's weights, from the files beside model.json. Throws FormatError when a file is missing, with the weights in it,
 * and when a group's files have more or fewer bytes than its weights need.
 */
export async function readTfjsWeights(
  file: SavedFile,
  groups: readonly ManifestGroup[],
): Promise<TfjsWeight[]> {
  const read = await Promise.all(groups.map((group) => readGroup(file, group)));
  return read.flat();
}

async function readGroup(file: SavedFile, group: ManifestGroup): Promise<TfjsWeight[]> {
  const purpose = `with the weights ${listed(group.weights.map(({ name }) => name))}`;
  const parts = await Promise.all(group.paths.map((path) => file.needed(path, purpose)));
  const found = parts.reduce((sum, part) => sum + part.length, 0);
  if (found !== group.bytes) {
    throw new FormatError(
      `${file.name}: ${listed(group.paths)} ${group.paths.length === 1 ? 'has' : 'have'} ${found} bytes, expected ` +
        `${group.bytes} for the weights ${listed(group.weights.map(({ name }) => name))}. A download may have been cut off, or ` +
        'the files belong to different models.',
    );
  }
  const wrong =
    group.checksums === null ? -1 : parts.findIndex((part, i) => crc32(part) !== group.checksums![i]);
  if (wrong >= 0) {
    throw new FormatError(
      `${file.name}: '${group.paths[wrong]}' does not match its checksum: it is damaged, or of another saving than the model. Copy or save ` +
        'the files again, all of them.',
    );
  }
  const bytes = parts.length === 1 ? parts[0]! : joined(parts, found);
  return group.weights
    .filter(({ isOptimizer }) => !isOptimizer)
    .map(({ name, shape, start, end, decode }: ManifestWeight) => ({
      name,
      shape,
      read: () => decode(bytes.subarray(start, end)),
    }));
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
