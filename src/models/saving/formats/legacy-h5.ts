/** @file The `.h5` file of Keras 1 and 2, which is recognised and refused. */

import { UnsupportedError } from '../../../base/errors.ts';
import type { FileFormat } from './file-format.ts';

export const legacyH5: FileFormat = {
  name: 'a legacy .h5 file of Keras',
  ending: '.h5',

  matches: ({ hdf5 }) =>
    hdf5 !== null &&
    (hdf5.names('model_weights') !== null || hdf5.attribute('', 'layer_names') !== undefined),

  open({ name }) {
    throw new UnsupportedError(
      `'${name}' has the legacy .h5 layout of Keras, which is not read. Open it in Keras 3 and save it as .keras, or its ` +
        'weights as .weights.h5.',
    );
  },
};
