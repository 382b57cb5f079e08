/** @file The `.keras` file of Keras 3: a model with its weights and, once compiled, how it trains. */

import { readKerasArchive, writeKerasArchive } from '../../../formats/keras-archive.ts';
import { readWeights } from '../../../formats/weights-file.ts';
import { isZip } from '../../../formats/zip.ts';
import { checkClassNames, outputShape } from '../../class-names.ts';
import { modelConfig } from '../model-config.ts';
import { checkNotShared } from '../saved-layers.ts';
import { loadWeightsFile, weightsToBytes } from '../weights.ts';
import type { FileFormat } from './file-format.ts';

export const kerasArchive: FileFormat = {
  name: 'a .keras file of Keras 3',
  ending: '.keras',

  matches: ({ bytes }) => isZip(bytes),

  open({ bytes, name }) {
    const { config, weights, kerasVersion, classNames, learningRateMultipliers } = readKerasArchive(
      bytes,
      name,
    );
    return {
      config,
      classNames,
      learningRateMultipliers,
      hint: hintFor(kerasVersion),
      loadWeights: (model, optimizer, options = null) =>
        loadWeightsFile(readWeights(weights, name), model, optimizer, options, name),
    };
  },

  writeModel(model) {
    checkNotShared(model);
    const { compiled, classNames } = model;
    if (classNames !== null) checkClassNames(model.name, classNames, outputShape(model));
    const config = modelConfig(model);
    const weights = weightsToBytes(model, compiled?.optimizer ?? null);
    const { learningRateMultipliers = null } = compiled?.options ?? {};
    return writeKerasArchive({ config, weights, classNames, learningRateMultipliers }, new Date());
  },
};

/** TensorFlow 2.12 to 2.15 wrote files of the same ending with other contents. */
function hintFor(version: string | null): string | null {
  if (!version?.startsWith('2.')) return null;
  return (
    `The file was saved by Keras ${version}; .keras files of Keras 2 differ from those of Keras 3 and are not read. Open ` +
    'it in the TensorFlow it comes from and save it as .h5, open that in Keras 3 and save it as .keras.'
  );
}
