/** @file Writing the legacy `.h5` layout as Keras 3 does (`legacy_h5_format.py`). */

import type { Config } from '../base/config.ts';
import { type Hdf5Data, type Hdf5Writer, LONGEST_ATTRIBUTE, writeHdf5 } from './hdf5/writer.ts';
import { KERAS_VERSION } from './keras-archive.ts';
import { kerasJson } from './keras-json.ts';
import { MODEL_WEIGHTS, OPTIMIZER, TOP_LEVEL } from './legacy-h5.ts';
import { OWN } from './own-record.ts';

/** An array with its path inside its layer's group, such as `conv2d/kernel`. */
export interface ArrayToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Hdf5Data;
}

/** What a file holds. */
export interface LegacyContent {
  /** The model's config; null for weights alone. */
  readonly modelConfig: Config | null;
  /** How the model was compiled; null where it was not. */
  readonly trainingConfig: Config | null;
  /** What Fovea keeps there, see own-record.ts; null without. */
  readonly own: Config | null;
  readonly layers: readonly { readonly name: string; readonly arrays: readonly ArrayToWrite[] }[];
  /** Arrays of the model itself. */
  readonly topLevel: readonly ArrayToWrite[];
  /** The optimizer's state; null without. */
  readonly optimizer: readonly ArrayToWrite[] | null;
}

const VERSIONS = { keras_version: KERAS_VERSION, backend: 'tensorflow' };

/** The bytes of the file. */
export function writeLegacyH5(content: LegacyContent): Uint8Array {
  const { modelConfig, trainingConfig, own, layers, topLevel, optimizer } = content;
  return writeHdf5((writer) => {
    const root = modelConfig === null ? '' : MODEL_WEIGHTS;
    writer.group(root, VERSIONS);
    if (modelConfig !== null) writer.group('', { ...VERSIONS, model_config: kerasJson(modelConfig) });
    if (trainingConfig !== null) writer.group('', { training_config: kerasJson(trainingConfig) });
    if (own !== null) writer.group('', { [OWN]: kerasJson(own) });
    writeNames(writer, root, 'layer_names', names(layers));
    for (const { name, arrays } of layers) writeArrays(writer, join(root, name), arrays);
    writeArrays(writer, join(root, TOP_LEVEL), topLevel);
    if (optimizer !== null) writeArrays(writer, OPTIMIZER, optimizer);
  });
}

function writeArrays(writer: Hdf5Writer, group: string, arrays: readonly ArrayToWrite[]): void {
  writeNames(writer, group, 'weight_names', names(arrays));
  for (const { name, shape, data } of arrays) writer.dataset(join(group, name), shape, data);
}

function names(list: readonly { readonly name: string }[]): string[] {
  return list.map(({ name }) => name);
}

/** Writes a list as an attribute, or as several where it would be too long for one. */
function writeNames(writer: Hdf5Writer, group: string, attribute: string, list: readonly string[]): void {
  const encoder = new TextEncoder();
  const longest = Math.max(1, ...list.map((name) => encoder.encode(name).length));
  // Keras counts the bytes of an array whose elements are as long as the longest name.
  const most = Math.max(1, Math.floor(LONGEST_ATTRIBUTE / Math.max(16, longest)));
  if (list.length <= most) {
    writer.group(group, { [attribute]: list });
    return;
  }
  for (let part = 0; part * most < list.length; part++) {
    writer.group(group, { [`${attribute}${part}`]: list.slice(part * most, (part + 1) * most) });
  }
}

function join(group: string, name: string): string {
  return group === '' ? name : `${group}/${name}`;
}
