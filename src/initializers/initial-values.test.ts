import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../base/errors.ts';
import { constant } from './index.ts';
import { initialValues, withoutInitialValues } from './initial-values.ts';

test('no initializer runs while numbers come from a file', () => {
  const values = () => [...initialValues('w', [2], constant({ value: 3 }))];
  assert.deepEqual(values(), [3, 3]);
  assert.deepEqual(withoutInitialValues(values), [0, 0]);
  assert.throws(() => withoutInitialValues(() => assert.fail()));
  assert.deepEqual(values(), [3, 3]);
});

test('a weight for which there is no memory is refused by name and size', () => {
  const make = () => initialValues('dense/kernel', [2 ** 30, 2 ** 20], constant({ value: 3 }));
  for (const body of [make, () => withoutInitialValues(make)]) {
    assert.throws(
      body,
      (error) => error instanceof ValueError && /'dense\/kernel'.*4194304\.0 GiB/.test(error.message),
    );
  }
});
