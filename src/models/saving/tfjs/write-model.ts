/** @file A model as the files of TensorFlow.js' layers-model. */

import type { Config } from '../../../base/config.ts';
import { UnsupportedError } from '../../../base/errors.ts';
import { OWN, ownRecord } from '../../../formats/own-record.ts';
import { type TfjsModel, writeTfjsFiles } from '../../../formats/tfjs/write-files.ts';
import { checkClassNames, outputShape } from '../../class-names.ts';
import { serializeLayer } from '../../serialize.ts';
import { serializeCompile } from '../compile-config.ts';
import { checkNotShared, type SavableModel } from '../saved-layers.ts';
import { teachableMachineMetadata } from './teachable-machine.ts';
import { writeTrainingConfig } from './training-config.ts';
import { tfjsWeights } from './weights-by-name.ts';
import { tfjsTopology } from './write-topology.ts';

/** The names of TensorFlow.js' tensors, which weights are. */
const NAMES = /^[A-Za-z0-9][-A-Za-z0-9._/]*$/;

/** The files, model.json last. Throws UnsupportedError, naming the layer, for what TensorFlow.js does not have. */
export function writeTfjsModel(
  model: SavableModel,
  name: string,
  teachableMachine: boolean,
): ReturnType<typeof writeTfjsFiles> {
  checkNotShared(model);
  if (!model.isGraph) {
    throw new UnsupportedError(
      `'${model.name}' is of a class of its own (${model.className}); TensorFlow.js has Sequential and functional models alone. ` +
        'Save its weights with saveWeights().',
    );
  }
  const { classNames } = model;
  if (classNames !== null) checkClassNames(model.name, classNames, outputShape(model));
  const { learningRateMultipliers = null } = model.compiled?.options ?? {};
  const own = ownRecord({ classNames, learningRateMultipliers });
  const files: TfjsModel = {
    topology: tfjsTopology(serializeLayer(model)),
    weights: weightsOf(model),
    trainingConfig: trainingConfigOf(model, name),
    teachableMachine: teachableMachine ? teachableMachineMetadata(model, name, new Date()) : null,
    userMetadata: own === null ? null : { [OWN]: own },
  };
  return writeTfjsFiles(files, name);
}

function weightsOf(model: SavableModel): TfjsModel['weights'] {
  const weights = tfjsWeights(model);
  const seen = new Set<string>();
  for (const { name } of weights) {
    if (seen.has(name)) {
      throw new UnsupportedError(
        `'${model.name}' cannot be saved for TensorFlow.js: two layers of models in it are called '${name.split('/')[0]}', and it tells ` +
          'weights apart by the names of their layers alone. Give layers of all models different names.',
      );
    }
    if (!NAMES.test(name)) {
      throw new UnsupportedError(
        `Layer '${name.slice(0, name.lastIndexOf('/'))}' cannot be saved for TensorFlow.js under this name: it takes letters without ` +
          'accents, digits, and . _ - behind the first character.',
      );
    }
    seen.add(name);
  }
  return weights.map(({ name, variable }) => ({ name, shape: variable.shape, data: variable.view() }));
}

function trainingConfigOf({ compiled, name }: SavableModel, file: string): Config | null {
  if (compiled === null) return null;
  const config = writeTrainingConfig(serializeCompile(compiled));
  if (typeof config !== 'string') return config;
  console.warn(
    `${file}: TensorFlow.js does not have ${config}, so the file does not say how '${name}' is compiled. Compile the model after loading it.`,
  );
  return null;
}
