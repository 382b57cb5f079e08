/** @file TensorFlow.js' layers-model: model.json, and the files with its weights beside it. Teachable Machine exports it. */

import type { Config } from '../../../base/config.ts';
import { labelsBeside } from '../../../formats/labels-file.ts';
import { OWN, readOwnRecord } from '../../../formats/own-record.ts';
import {
  isModelJson,
  type ModelJson,
  readModelJson,
  readTfjsWeights,
} from '../../../formats/tfjs/model-json.ts';
import { readTopology } from '../tfjs/read-topology.ts';
import { readTrainingConfig } from '../tfjs/training-config.ts';
import { loadTfjsWeights } from '../tfjs/weights-by-name.ts';
import { writeTfjsModel } from '../tfjs/write-model.ts';
import { compileConfigOf } from '../training-config.ts';
import type { FileFormat } from './file-format.ts';

export const tfjsLayers: FileFormat = {
  name: 'a model.json of TensorFlow.js',
  ending: '.json',

  matches: ({ bytes }) => isModelJson(bytes),

  async open(file) {
    const json = readModelJson(file.bytes, file.name);
    const { model, layerNames } = readTopology(json.model);
    const weights = await readTfjsWeights(file, json.groups);
    const own = readOwnRecord((json.userMetadata?.[OWN] ?? null) as Config | null, file.name);
    return {
      config: { ...model, compile_config: compileConfig(json) },
      ...own,
      labels: own.classNames === null ? await labelsBeside(file, 'metadata.json', isExport(model)) : null,
      hint: null,
      loadWeights(target, _optimizer, options = null) {
        loadTfjsWeights(weights, target, layerNames, options, file.name);
      },
    };
  },

  writeOptions: ['teachableMachine'],

  writeModel: (model, name, { teachableMachine = false }) => writeTfjsModel(model, name, teachableMachine),
};

/** Whether it is built as models of Teachable Machine are: a Sequential of others. */
function isExport({ class_name: name, config }: Config): boolean {
  const layers = (config as Config).layers;
  return name === 'Sequential' && Array.isArray(layers) && layers.some((layer) => layer?.class_name === name);
}

function compileConfig({ trainingConfig, kerasTrainingConfig }: ModelJson): Config {
  if (trainingConfig !== null) return readTrainingConfig(trainingConfig);
  return kerasTrainingConfig === null ? {} : compileConfigOf(kerasTrainingConfig);
}
