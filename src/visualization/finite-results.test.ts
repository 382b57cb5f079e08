/** @file Models with NaN in their weights are refused by what looks at layers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { conv2d, dense, flatten } from '../layers/index.ts';
import { sequential } from '../models/sequential.ts';
import { explainPixel } from './explain-pixel.ts';
import { featureMaps } from './feature-maps.ts';
import { filterPatches } from './filter-patches.ts';
import { filterPatterns } from './filter-patterns.ts';
import { translationTest } from './translation-test.ts';

test('NaN in weights is an error that names the layer, and no picture', async () => {
  const net = sequential({
    name: 'broken',
    layers: [
      conv2d({ name: 'c', filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }),
      flatten(),
      dense({ units: 2 }),
    ],
  });
  net.setWeights(net.getWeights().map((weight) => weight.mul(Number.NaN)));
  const image = Tensor.ones([6, 6, 1]);
  const looks: (() => Promise<unknown>)[] = [
    () => featureMaps(net, image),
    () => filterPatterns(net, 'c', { steps: 1, seed: 1 }),
    () => filterPatches(net, image, { layer: 'c' }),
    () => explainPixel(net, image, { layer: 'c', row: 0, column: 0, filter: 0 }),
    () => translationTest(net, image, { layer: 'c', shift: 1 }),
  ];
  for (const look of looks) {
    await assert.rejects(
      look,
      (error) => error instanceof ValueError && /layer 'c' of 'broken' gives numbers/.test(error.message),
      String(look),
    );
  }
});
