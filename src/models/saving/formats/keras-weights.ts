/** @file The `.weights.h5` file of Keras 3: weights without a model. */

import { isLegacyH5 } from '../../../formats/legacy-h5.ts';
import { readWeights } from '../../../formats/weights-file.ts';
import { loadWeightsFile, weightsToBytes } from '../weights.ts';
import type { FileFormat } from './file-format.ts';

export const kerasWeights: FileFormat = {
  name: 'a .weights.h5 file of Keras 3',
  ending: '.weights.h5',

  // In legacy files these can be the names of layers.
  matches: ({ hdf5 }) =>
    hdf5 !== null && !isLegacyH5(hdf5) && (hdf5.names('layers') !== null || hdf5.names('vars') !== null),

  open: ({ bytes, name }) => ({
    config: null,
    hint: null,
    loadWeights: (model, optimizer, options = null) =>
      loadWeightsFile(readWeights(bytes, name), model, optimizer, options, name),
  }),

  writeWeights: (model) => weightsToBytes(model, model.compiled?.optimizer ?? null),
};
