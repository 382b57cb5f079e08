/**
 * @file Mistakes with weights and files for which Keras has errors: each is refused here too, with a message that names
 * what is wrong and how to mend it.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { layers, loadModel, sequential } from '../src/index.ts';
import { network, ones, testRefusals } from './support/keras-errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-errors-'));
after(() => rmSync(folder, { recursive: true }));

testRefusals({
  get_layer: [
    () => network().getLayer('nope'),
    /^No such layer: nope\. Existing layers are: \['conv2d', 'flatten', 'dense'\]\.$/,
  ],
  'get_layer idx': [
    () => network().getLayer(99),
    /^Was asked to retrieve layer at index 99 but model only has 3 layers\.$/,
  ],
  'unbuilt weights save': [
    () => sequential([layers.dense({ units: 1 })]).save(join(folder, 'a.keras')),
    /has not yet been built/,
    /call build\(/,
  ],
  'save bad ext': [() => network().save(join(folder, 'foo')), /must end in `\.keras`/, /filepath=.*foo/],
  'save_weights bad ext': [
    () => network().saveWeights(join(folder, 'foo.hdf')),
    /must end in `\.weights\.h5`/,
    /filepath=.*foo\.hdf/,
  ],
  'load missing': [
    () => loadModel(join(folder, 'nope.keras')),
    /nope\.keras': there is no such file/,
    /Check the path/,
  ],
  'load h5 missing': [
    () => network().loadWeights(join(folder, 'nope.h5')),
    /nope\.h5': there is no such file/,
  ],
  'load mismatch': [
    async () => {
      const path = join(folder, 'm.weights.h5');
      await network().saveWeights(path);
      await network(8).loadWeights(path);
    },
    /layer 'conv2d' \(Conv2D\)/,
    /expected shape \[3, 3, 1, 8\], found \[3, 3, 1, 4\]/,
    /belongs to another model/,
  ],
  'set_weights len': [
    () =>
      network()
        .getLayer('dense')
        .setWeights([ones(2, 2)]),
    /'dense'/,
    /length 1, but the layer was expecting 2/,
    /getWeights\(\)/,
  ],
  'set_weights shape': [
    () =>
      network()
        .getLayer('dense')
        .setWeights([ones(2, 2), ones(10)]),
    /Layer dense weight shape \[2704, 10\]/,
    /\[2, 2\]/,
    /order of getWeights\(\)/,
  ],
});
