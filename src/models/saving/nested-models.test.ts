/** @file Models inside of models: what real Keras saved of them predicts, trains, prints and is saved again alike. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, readFixture } from '../../../tests/support/fixtures.ts';
import { TwoHeads } from '../../../tests/support/own-layers.ts';
import { resetNames } from '../../base/names.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import type { Model } from '../model.ts';
import { arrange } from '../structure.ts';
import type { SummaryOptions } from '../summary/summary.ts';
import { modelFromBytes } from './load.ts';
import { modelToBytes } from './save.ts';

interface NestedCase {
  readonly name: string;
  /** Names of a record; null for a list or a single tensor. */
  readonly inputNames: readonly string[] | null;
  readonly outputNames: readonly string[] | null;
  readonly layers: readonly string[];
  /** Keras' paths of all weights, in order. */
  readonly weights: readonly string[];
  readonly summaries: readonly {
    readonly options: Readonly<Record<string, unknown>>;
    readonly text: string;
  }[];
  readonly inputs: readonly ArrayReference[];
  readonly outputs: readonly ArrayReference[];
  readonly targets: readonly ArrayReference[];
  readonly outputsAfterSteps: readonly ArrayReference[];
}

useBackend(new ReferenceBackend());
const { manifest, read, tensorOf, file } = readFixture<{ cases: readonly NestedCase[] }>('nested-models');

function arranged(references: readonly ArrayReference[], names: readonly string[] | null) {
  return arrange(references.map(tensorOf), names ?? (references.length === 1 ? 'one' : 'list'));
}

async function checkPredictions(net: Model, item: NestedCase, expected: readonly ArrayReference[]) {
  const predicted = await net.predict<Tensor | Tensor[] | Record<string, Tensor>>(
    arranged(item.inputs, item.inputNames),
    { verbose: 0 },
  );
  const named = predicted as Record<string, Tensor>;
  const list = predicted instanceof Tensor ? [predicted] : Object.values(predicted);
  const outputs = item.outputNames?.map((name) => named[name]!) ?? list;
  assert.equal(outputs.length, expected.length);
  outputs.forEach((output, i) => {
    assertClose(output.data, read(expected[i]!).data, 1e-6, `output ${i}`);
  });
  assert.equal(list.length, expected.length);
}

async function checkTraining(net: Model, item: NestedCase) {
  await checkPredictions(net, item, item.outputs);
  const [x, y] = [arranged(item.inputs, item.inputNames), arranged(item.targets, item.outputNames)];
  for (let step = 0; step < 2; step++) await net.trainOnBatch(x, y);
  await checkPredictions(net, item, item.outputsAfterSteps);
}

function summaryOf(net: Model, options: Readonly<Record<string, unknown>>): string {
  const camel = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const given = Object.fromEntries(Object.entries(options).map(([key, value]) => [camel(key), value]));
  const lines: string[] = [];
  net.summary({ ...(given as SummaryOptions), printFn: (text) => lines.push(text) });
  return lines.join('\n');
}

test('the fixture covers the cases', () => {
  assert.equal(manifest.cases.length, 9);
});

for (const item of manifest.cases) {
  const load = () => {
    // A model of a user's own makes its layers itself, with names that files do not have.
    resetNames();
    return modelFromBytes(file(`${item.name}.keras`), { customObjects: { TwoHeads } });
  };

  test(`a file of Keras predicts and trains the same: ${item.name}`, async () => {
    const net = await load();
    assert.deepEqual(
      net.layers.map(({ name }) => name),
      item.layers,
    );
    assert.equal(net.weights.length, item.weights.length);
    item.weights.forEach((path, i) => {
      assert.equal(net.weights[i]!.name.split('/').at(-1), path.split('/').at(-1));
    });
    await checkTraining(net, item);
  });

  test(`what we save of it is the same model: ${item.name}`, async () => {
    if (item.name === 'layer_of_two_models') {
      // Keras writes such files and cannot read them.
      return assert.rejects(
        async () => modelToBytes(await load()),
        /'square' is part of both 'shares' and 'inner'/,
      );
    }
    const again = await modelFromBytes(await modelToBytes(await load()), { customObjects: { TwoHeads } });
    await checkTraining(again, item);
  });

  test(`the tables are those of Keras: ${item.name}`, async () => {
    const net = await load();
    for (const { options, text } of item.summaries) {
      assert.equal(summaryOf(net, options), text, JSON.stringify(options));
    }
  });
}
