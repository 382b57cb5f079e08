/** @file Files of real Keras whose layers compute in other types: here they compute in float32 with the same weights. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { type ArrayReference, readFixture } from '../../../tests/support/fixtures.ts';
import { UnsupportedError } from '../../base/errors.ts';
import type { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense } from '../../layers/index.ts';
import { modelFromBytes } from './load.ts';
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

test('new layers of another type are refused still', () => {
  assert.throws(() => dense({ units: 1, dtype: 'float16' as never }), UnsupportedError);
});
