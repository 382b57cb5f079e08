/** @file Files of real Keras whose layers compute in other types: here they compute in float32 with the same weights. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, readFixture } from '../../../tests/support/fixtures.ts';
import { UnsupportedError } from '../../base/errors.ts';
import { type Tensor, tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense } from '../../layers/index.ts';
import { loadModel, modelFromBytes } from './load.ts';
import { modelToBytes } from './save.ts';

interface HalfCase {
  readonly name: string;
  readonly input: ArrayReference;
  readonly output: ArrayReference;
  /** Steps of the optimizer. */
  readonly iterations: number;
}

useBackend(new ReferenceBackend());
const { manifest, tensorOf, file } = readFixture<{ cases: readonly HalfCase[] }>('half-files');

for (const { name, input, output, iterations } of manifest.cases) {
  for (const ending of ['keras', 'h5']) {
    test(`a ${ending} file of ${name} predicts as the same weights in float32, with a warning`, async (t) => {
      const warn = t.mock.method(console, 'warn', () => {});
      const model = await modelFromBytes(file(`${name}.${ending}`));
      assert.match(
        String(warn.mock.calls[0]!.arguments[0]),
        new RegExp(`compute in ${name}\\. Here .* float32`),
      );
      const predicted = await model.predict<Tensor>(tensorOf(input), { verbose: 0 });
      assertClose(predicted.data, tensorOf(output).data, 1e-6, name);
      // A legacy file has the scale of the losses among the state, so that it is not this optimizer's.
      const isScaled = name === 'mixed_float16' && ending === 'h5';
      const texts = warn.mock.calls.map((call) => String(call.arguments[0]));
      assert.equal(texts.length, isScaled ? 2 : 1);
      if (isScaled) assert.match(texts[1]!, /optimizer/);
      assert.equal(model.optimizer?.iterations, isScaled ? 0 : iterations);
      await modelFromBytes(await modelToBytes(model));
      assert.equal(warn.mock.callCount(), texts.length, 'what is saved is of float32');
    });
  }
}

/** A model that makes numbers from 0 to 1 of bytes, as Keras writes it. */
const configOf = (dtype: string, others: readonly object[] = []) => ({
  class_name: 'Sequential',
  config: {
    name: 'bytes',
    layers: [
      { class_name: 'InputLayer', config: { batch_shape: [null, 3], dtype, name: 'pixels' } },
      ...others,
      { class_name: 'Rescaling', config: { scale: 1 / 255, offset: 0, name: 'rescaling' } },
    ],
  },
});
const opened = async (config: object) => {
  const file = { modelTopology: { model_config: config }, weightsManifest: [] };
  return loadModel(new File([JSON.stringify(file)], 'model.json'));
};

test('inputs of bytes and other whole numbers are read, with a warning', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  for (const dtype of ['uint8', 'int32']) {
    const model = await opened(configOf(dtype));
    const pixels = tensor(Uint8Array.of(0, 51, 255), [1, 3]);
    const predicted = await model.predict<Tensor>(pixels, { verbose: 0 });
    assertClose(predicted.data, [0, 0.2, 1], 1e-6, dtype);
    assert.match(String(warn.mock.calls.at(-1)!.arguments[0]), new RegExp(`inputs are of type ${dtype}`));
    await modelFromBytes(await modelToBytes(model));
  }
  assert.equal(warn.mock.callCount(), 2, 'what is saved takes float32');
});

test('a model that takes text is refused, by the layer that takes it where there is one', async () => {
  const words = { class_name: 'TextVectorization', config: { name: 'words' } };
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof UnsupportedError && message.test(error.message);
  await assert.rejects(opened(configOf('string', [words])), refused(/'words' \(TextVectorization\)/));
  await assert.rejects(opened(configOf('string')), refused(/takes text/));
});

test('new layers of another type are refused still', () => {
  assert.throws(() => dense({ units: 1, dtype: 'float16' as never }), UnsupportedError);
});
