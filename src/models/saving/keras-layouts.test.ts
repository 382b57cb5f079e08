import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, fixtureUrl, readFixture } from '../../../tests/support/fixtures.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import type { NestedArray } from '../../base/tensor-create.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense } from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import { model } from '../functional.ts';
import { sequential } from '../sequential.ts';
import { modelFromBytes } from './load.ts';
import { modelToBytes } from './save.ts';

interface LayoutCase {
  readonly name: string;
  readonly form: 'one' | 'record';
  readonly input: ArrayReference;
  readonly output: ArrayReference;
}

useBackend(new ReferenceBackend());
const { manifest, read, tensorOf, file } = readFixture<{ cases: readonly LayoutCase[] }>('keras-layouts');
const kerasFile = (name: string) => file(`${name}.keras`);

for (const item of manifest.cases) {
  if (item.name === 'variable_size') continue;
  test(`a file of Keras predicts the same, and so does what we save of it: ${item.name}`, async () => {
    const first = await modelFromBytes(kerasFile(item.name));
    for (const net of [first, await modelFromBytes(await modelToBytes(first))]) {
      const prediction = await net.predict<Tensor | Record<string, Tensor>>(tensorOf(item.input), {
        verbose: 0,
      });
      const output = item.form === 'one' ? prediction : (prediction as Record<string, Tensor>).out;
      assert.ok(output instanceof Tensor);
      assert.deepEqual(output.shape, item.output.shape);
      assertClose(output.data, read(item.output).data, 1e-6, item.name);
    }
  });
}

test('a list of one output is kept in files, and loss and targets take both forms', async () => {
  const x = input({ shape: [6], name: 'x' });
  const net = model({ inputs: [x], outputs: [dense({ units: 2, name: 'out' }).apply(x)] });
  assert.deepEqual(net.getConfig().output_layers, [['out', 0, 0]]);
  assert.deepEqual(net.getConfig().input_layers, [['x', 0, 0]]);
  const [data, targets] = [Tensor.ones([4, 6]), Tensor.ones([4, 2])];
  for (const loss of ['mse', ['mse']] as const) {
    net.compile({ optimizer: 'sgd', loss, metrics: ['mae'] });
    for (const y of [targets, [targets]]) {
      const results = await net.evaluate(data, y, { verbose: 0 });
      assert.equal(results.length, 2);
    }
  }
});

test('a fixed batch is kept in files and limits nothing', async () => {
  const x = input({ batchShape: [3, 6], name: 'x' });
  assert.deepEqual(x.shape, [null, 6]);
  const bytes = await modelToBytes(model({ inputs: x, outputs: dense({ units: 2 }).apply(x) }));
  const again = await modelFromBytes(bytes);
  assert.deepEqual(again.getLayer('x').getConfig().batch_shape, [3, 6]);
  assert.throws(() => input({ batchShape: [0, 6] }), /null or a whole number from 1 up/);
});

test('an input of variable size is refused as such, with what to do', async () => {
  await assert.rejects(
    modelFromBytes(kerasFile('variable_size')),
    (error) =>
      error instanceof UnsupportedError &&
      /Layer 'image' \(InputLayer\).*variable size.*\[null, null, 3\].*loadModel\(path, \{ inputShape/.test(
        error.message,
      ),
  );
  const make = () => input({ shape: [null, null, 3] as never });
  assert.throws(make, UnsupportedError);
});

test('a model that calls a model on its own input is saved', async () => {
  const x = input({ shape: [5] });
  const inner = model({ inputs: x, outputs: dense({ units: 3 }).apply(x) });
  const head = sequential([dense({ units: 2, inputShape: [3] })]);
  const net = model({ inputs: x, outputs: head.apply(inner.apply(x)) });
  const again = await modelFromBytes(await modelToBytes(net));
  const data = new Tensor(
    [2, 5],
    'float32',
    Float32Array.from({ length: 10 }, (_, i) => i / 7),
  );
  const [a, b] = [await net.predict(data, { verbose: 0 }), await again.predict(data, { verbose: 0 })];
  assert.deepEqual(b.data, a.data);
});

interface OldCase {
  readonly file: string;
  readonly keras: string;
  readonly inputs: readonly NestedArray[];
  readonly output: number[][];
}

const oldCases: OldCase[] = JSON.parse(readFileSync(fixtureUrl('parity/keras-old/cases.json'), 'utf8'));

for (const { file, keras, inputs, output } of oldCases) {
  test(`a file of Keras ${keras} predicts what that version predicted: ${file}`, async () => {
    const net = await modelFromBytes(gunzipSync(readFileSync(fixtureUrl(`parity/keras-old/${file}.gz`))));
    const data = inputs.map((values) => tensor(values));
    const prediction = await net.predict(data, { verbose: 0 });
    assertClose(prediction.data, output.flat(), 1e-6, file);
  });
}
