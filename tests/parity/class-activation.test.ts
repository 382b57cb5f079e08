/** @file Class activation and attribution beside real Keras: maps and gradients from TensorFlow, on three models, one of them nested. */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Model } from '../../src/models/model.ts';
import { modelFromBytes } from '../../src/models/saving/load.ts';
import { attribution } from '../../src/visualization/attribution.ts';
import {
  type ClassActivationMethod,
  classActivation,
  classActivations,
} from '../../src/visualization/class-activation.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface Case {
  readonly model: string;
  readonly layer: string;
  readonly of: 'logit' | 'probability';
  readonly target: number;
  readonly image: ArrayReference;
  readonly score: number;
  readonly heatmaps: Readonly<Record<ClassActivationMethod, ArrayReference>>;
  readonly saliency: ArrayReference;
  readonly integrated: ArrayReference;
  readonly scoreChange: number;
  readonly guided?: ArrayReference;
}

const { manifest, tensorOf, file } = readFixture<{ steps: number; baseline: number; cases: Case[] }>(
  'class-activation',
);
const { steps, baseline } = manifest;
const TOLERANCE = 1e-4;

const models = new Map<string, Model>();

async function modelOf(name: string): Promise<Model> {
  const model = models.get(name) ?? (await modelFromBytes(file(`${name}.keras`)));
  if (name === 'residual-relu') model.classNames = ['no', 'yes'];
  models.set(name, model);
  return model;
}

for (const item of manifest.cases) {
  const { layer, of, target } = item;
  const image = tensorOf(item.image);

  test(`${item.model}, ${of} of class ${target}: heatmaps`, async () => {
    const model = await modelOf(item.model);
    for (const [method, expected] of Object.entries(item.heatmaps)) {
      // The last maps are found; others must be asked for.
      const chosen = layer === 'first' ? { layer } : {};
      const options = { method: method as ClassActivationMethod, of, target, ...chosen };
      const found = await classActivation(model, image, options);
      const { heatmap, allZero, note } = found;
      assertClose(heatmap.data, tensorOf(expected).data, TOLERANCE, method);
      assert.equal(found.layer, layer);
      assert.equal(found.target, target);
      assert.ok(Math.abs(found.score - item.score) < 1e-5, `score ${found.score}, expected ${item.score}`);
      assert.equal(allZero, heatmap.max().item() === 0);
      assert.equal(note !== null, allZero);
    }
  });

  test(`${item.model}, ${of} of class ${target}: attributions`, async () => {
    const model = await modelOf(item.model);
    const saliency = await attribution(model, image, { of, target });
    assertClose(saliency.map.data, tensorOf(item.saliency).data, TOLERANCE, 'saliency');
    const options = { method: 'integratedGradients', steps, baseline, of, target } as const;
    const { map, completenessGap, scoreChange } = await attribution(model, image, options);
    assertClose(map.data, tensorOf(item.integrated).data, TOLERANCE, 'integrated gradients');
    assert.ok(Math.abs(scoreChange! - item.scoreChange) < 1e-5);
    assert.ok(Math.abs(Math.abs(map.sum().item() - item.scoreChange) - completenessGap!) < 1e-5);
    if (item.guided === undefined) return;
    const guided = await attribution(model, image, { method: 'guidedBackprop', of, target });
    assertClose(guided.map.data, tensorOf(item.guided).data, TOLERANCE, 'guided backpropagation');
  });
}

test('a batch gives what its images give one by one, each with a class of its own', async () => {
  const own = manifest.cases.filter(({ model, of }) => model === 'nested-base' && of === 'logit').slice(0, 2);
  const model = await modelOf('nested-base');
  const [first, second] = own.map(({ image }) => tensorOf(image));
  const batch = first!.reshape([1, ...first!.shape]).concat(second!.reshape([1, ...second!.shape]));
  const found = await classActivations(model, batch, { target: own.map(({ target }) => target) });
  found.forEach(({ heatmap }, i) =>
    assertClose(heatmap.data, tensorOf(own[i]!.heatmaps.gradCam).data, TOLERANCE, `image ${i}`),
  );
});
