/** @file Weights that belong to other layers: what legacy `.h5` files give by order and by name, and what is skipped. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { numbersOf, readLegacyCases } from '../../../tests/support/legacy-cases.ts';
import { FormatError, ValueError } from '../../base/errors.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { batchNormalization, conv2d, dense, flatten } from '../../layers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';
import { loadModel } from './load.ts';

useBackend(new ReferenceBackend());
const folder = await mkdtemp(join(tmpdir(), 'fovea-legacy-'));
after(() => rm(folder, { recursive: true }));
const STACK = join(folder, 'stack.h5');
await writeFile(STACK, readLegacyCases('legacy-files').file('stack.h5'));

test('a model of other layers is refused, and nothing changes', async () => {
  const model = sequential([dense({ units: 2, inputShape: [3], name: 'one' })]);
  const before = numbersOf(model).map((data) => data.slice());
  const cases: [object, RegExp][] = [
    [{}, /has 7 layers with weights \(first, .*, dense\), the model '.*' has 1 \(one\).*byName: true/],
    [{ skipMismatch: true }, /has 7 layers with weights/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(
      model.loadWeights(STACK, options),
      (e) => e instanceof FormatError && message.test(e.message),
    );
  }
  assert.deepEqual(numbersOf(model), before);
});

/** Two layers of the stack's names, one of them of another size. */
function twoLayers(units: number): Sequential {
  return sequential([
    dense({ units: 4, inputShape: [3], name: 'other' }),
    dense({ units, name: 'dense', kernelInitializer: 'zeros' }),
  ]);
}

test('by name, what does not fit is refused or skipped', async (t) => {
  const model = twoLayers(5);
  const before = numbersOf(model).map((data) => data.slice());
  await assert.rejects(
    model.loadWeights(STACK, { byName: true }),
    /'dense': array 0 of layer 'dense' \(Dense\) does not fit 'dense\/kernel': expected shape \[4, 5\], found \[\d+, 5\]/,
  );
  assert.deepEqual(numbersOf(model), before);
  const warn = t.mock.method(console, 'warn', () => {});
  await model.loadWeights(STACK, { byName: true, skipMismatch: true });
  assert.match(
    warn.mock.calls[0]!.arguments[0],
    /stack\.h5: skipped what does not fit .*'dense\/kernel'.*expected/,
  );
  // The bias fits, and is read as in Keras.
  assert.deepEqual(numbersOf(model).slice(0, 3), before.slice(0, 3));
  assert.notDeepEqual(numbersOf(model)[3], before[3]);
  await assert.rejects(
    sequential([dense({ units: 5, useBias: false, inputShape: [3], name: 'dense' })]).loadWeights(STACK, {
      byName: true,
    }),
    /expects 1 arrays \(\[3, 5\]\), the file has 2/,
  );
});

test('a base that was frozen when its weights were saved, and is not now, finds them by their names', async () => {
  const make = () => {
    const base = sequential([
      conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1], name: 'c1' }),
      batchNormalization({ name: 'b1' }),
      conv2d({ filters: 2, kernelSize: 3, name: 'c2' }),
    ]);
    return { base, net: sequential([base, flatten(), dense({ units: 1, name: 'out' })]) };
  };
  const path = join(folder, 'frozen-base.h5');
  for (const wasFrozen of [true, false]) {
    const saved = make();
    saved.base.trainable = !wasFrozen;
    await saved.net.saveWeights(path);
    const loaded = make();
    loaded.base.trainable = wasFrozen;
    await loaded.net.loadWeights(path);
    assert.deepEqual(loaded.net.getWeights(), saved.net.getWeights());
  }
});

test('by name, a file without any known name says so', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  await sequential([dense({ units: 2, inputShape: [3], name: 'one' })]).loadWeights(STACK, { byName: true });
  assert.match(warn.mock.calls[0]!.arguments[0], /nothing is loaded\. The file has first, .*dense/);
});

test('options that the file or loadWeights does not have are refused', async () => {
  const model = await loadModel(STACK);
  const keras = join(folder, 'stack.keras');
  await model.save(keras);
  await assert.rejects(
    model.loadWeights(keras, { byName: true }),
    (error) => error instanceof ValueError && /stack\.keras: byName works with legacy/.test(error.message),
  );
  await assert.rejects(model.loadWeights(STACK, { byname: true } as never), /Unknown loadWeights\(\) option/);
  await assert.rejects(model.loadWeights(STACK, { byName: 1 } as never), /`byName` must be true or false/);
});

test('in files of Keras 3, skipMismatch leaves whole layers as they are', async (t) => {
  const path = join(folder, 'two.weights.h5');
  const saved = twoLayers(2);
  await saved.saveWeights(path);
  const model = twoLayers(3);
  const before = numbersOf(model).map((data) => data.slice());
  await assert.rejects(model.loadWeights(path), /expected shape \[4, 3\], found \[4, 2\]/);
  assert.deepEqual(numbersOf(model), before);
  const warn = t.mock.method(console, 'warn', () => {});
  await model.loadWeights(path, { skipMismatch: true });
  assert.match(warn.mock.calls[0]!.arguments[0], /two\.weights\.h5: skipped what does not fit/);
  assert.deepEqual(numbersOf(model), [...numbersOf(saved).slice(0, 2), ...before.slice(2)]);
});
