/** @file The legacy `.h5` file of Keras 1, 2 and 3: a model with its weights, or weights alone. */

import { FormatError } from '../../../base/errors.ts';
import { isLegacyH5, type LegacyH5, readLegacyH5 } from '../../../formats/legacy-h5.ts';
import type { Layer } from '../../../layers/layer.ts';
import { loadLegacyWeights } from '../legacy-weights.ts';
import { isModel } from '../saved-layers.ts';
import { compileConfigOf } from '../training-config.ts';
import type { FileFormat } from './file-format.ts';

export const legacyH5: FileFormat = {
  name: 'a legacy .h5 file of Keras',
  ending: '.h5',

  matches: ({ hdf5 }) => hdf5 !== null && isLegacyH5(hdf5),

  open({ hdf5, name }) {
    const file = readLegacyH5(hdf5!, name);
    return {
      config: configOf(file),
      hint: null,
      loadWeights(model, optimizer, options = null) {
        loadLegacyWeights(file, modelOf(model, name), optimizer, options, name);
      },
    };
  },
};

function configOf({ modelConfig, trainingConfig }: LegacyH5) {
  if (modelConfig === null) return null;
  return { ...modelConfig, compile_config: trainingConfig === null ? {} : compileConfigOf(trainingConfig) };
}

function modelOf(layer: Layer, what: string) {
  if (isModel(layer)) return layer;
  throw new FormatError(`${what} holds the weights of a model, not of the layer '${layer.name}'.`);
}
