/** @file The learning rate schedules against Keras. */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Config } from '../../src/base/config.ts';
import * as schedules from '../../src/schedules/index.ts';
import { SCHEDULES } from '../../src/schedules/registry.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface Manifest {
  readonly iterations: readonly number[];
  readonly cases: readonly {
    readonly object: Config & { readonly class_name: string; readonly config: Config };
    readonly values: ArrayReference;
  }[];
}

const { manifest, read } = readFixture<Manifest>('schedules');

/** Allowed differences, as a part of the value and of the first value: Keras computes in float32. */
const TOLERANCE = 2e-6;
const TOLERANCE_OF_FIRST = 2e-7;

test('the fixture covers the schedules that Keras has', () => {
  const covered = new Set(manifest.cases.map(({ object }) => object.class_name));
  for (const { Class } of Object.values(schedules)) {
    assert.equal(covered.has(Class.className), Class.className !== 'OneCycle', Class.className);
  }
});

for (const { object, values } of manifest.cases) {
  test(`${object.class_name} ${JSON.stringify(object.config)}`, () => {
    const schedule = SCHEDULES.resolve(object);
    assert.deepEqual(SCHEDULES.serialize(schedule), object);
    const { data } = read(values);
    manifest.iterations.forEach((iteration, i) => {
      const actual = schedule.at(iteration);
      const allowed = TOLERANCE * Math.abs(data[i]!) + TOLERANCE_OF_FIRST * Math.abs(data[0]!);
      assert.ok(
        Math.abs(actual - data[i]!) <= allowed,
        `iteration ${iteration}: ${actual}, expected ${data[i]}`,
      );
    });
  });
}
