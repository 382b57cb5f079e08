/** @file The legacy `.h5` file of Keras 1, 2 and 3: a model with its weights, or weights alone. */

import type { Config } from '../../../base/config.ts';
import { FormatError } from '../../../base/errors.ts';
import { labelsBeside } from '../../../formats/labels-file.ts';
import { isLegacyH5, type LegacyH5, readLegacyH5 } from '../../../formats/legacy-h5.ts';
import { type ArrayToWrite, writeLegacyH5 } from '../../../formats/legacy-h5-writer.ts';
import { ownRecord, readOwnRecord } from '../../../formats/own-record.ts';
import type { Layer } from '../../../layers/layer.ts';
import { checkClassNames, outputShape } from '../../class-names.ts';
import { legacyModelConfig, legacyTrainingConfig } from '../legacy-config.ts';
import { legacyArrays, loadLegacyWeights } from '../legacy-weights.ts';
import { modelConfig } from '../model-config.ts';
import { unusedName } from '../named-weights.ts';
import { refuseOldActivations } from '../old-config.ts';
import { checkNotShared, isModel } from '../saved-layers.ts';
import { compileConfigOf } from '../training-config.ts';
import { optimizerArrays } from '../weights.ts';
import type { FileFormat } from './file-format.ts';

/** What Teachable Machine calls its file, as a path or an address. */
const EXPORTED = /(^|\/)keras_model\.h5($|\?)/;

export const legacyH5: FileFormat = {
  name: 'a legacy .h5 file of Keras',
  ending: '.h5',

  matches: ({ hdf5 }) => hdf5 !== null && isLegacyH5(hdf5),

  async open(saved) {
    const { hdf5, name } = saved;
    const file = readLegacyH5(hdf5!, name);
    const own = readOwnRecord(file.own, name);
    const needsNames = file.modelConfig !== null && own.classNames === null;
    return {
      config: configOf(file),
      ...own,
      labels: needsNames ? await labelsBeside(saved, 'labels.txt', EXPORTED.test(name)) : null,
      hint: null,
      loadWeights(model, optimizer, options = null) {
        loadLegacyWeights(file, modelOf(model, name), optimizer, options, name);
      },
    };
  },

  writeModel(model) {
    checkNotShared(model);
    const { compiled, classNames } = model;
    if (classNames !== null) checkClassNames(model.name, classNames, outputShape(model));
    const { compile_config: compile, ...config } = modelConfig(model);
    const { learningRateMultipliers = null } = compiled?.options ?? {};
    return writeLegacyH5({
      ...legacyArrays(model),
      modelConfig: legacyModelConfig(config),
      trainingConfig: compiled === null ? null : legacyTrainingConfig(compile as Config),
      own: ownRecord({ classNames, learningRateMultipliers }),
      optimizer: compiled === null ? null : withUnusedNames(optimizerArrays(compiled.optimizer)),
    });
  },

  writeWeights: (model) => writeLegacyH5({ ...legacyArrays(model), ...WEIGHTS_ALONE }),
};

const WEIGHTS_ALONE = { modelConfig: null, trainingConfig: null, own: null, optimizer: null };

/** Slots are named after the weights, of which two may have the same name when they are of models inside. */
function withUnusedNames(arrays: readonly ArrayToWrite[]): readonly ArrayToWrite[] {
  const used = new Set<string>();
  return arrays.map((array) => ({ ...array, name: unusedName(array.name, used) }));
}

function configOf({ modelConfig, trainingConfig, kerasVersion }: LegacyH5) {
  if (modelConfig === null) return null;
  if (!kerasVersion?.startsWith('3')) refuseOldActivations(modelConfig);
  return { ...modelConfig, compile_config: trainingConfig === null ? {} : compileConfigOf(trainingConfig) };
}

function modelOf(layer: Layer, what: string) {
  if (isModel(layer)) return layer;
  throw new FormatError(`${what} holds the weights of a model, not of the layer '${layer.name}'.`);
}
