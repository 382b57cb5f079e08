/** @file Gradient ascent beside real Keras: images after one step and after several, of a nested model and of other sizes too. */

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Model } from '../../src/models/model.ts';
import { modelFromBytes } from '../../src/models/saving/load.ts';
import { climb } from '../../src/visualization/ascent.ts';
import { traceFront } from '../../src/visualization/front-trace.ts';
import { findLayer, traceModel } from '../../src/visualization/traced-model.ts';
import { assertClose } from '../support/close.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface Case {
  readonly model: string;
  readonly layer: string;
  readonly filters: readonly number[];
  readonly size: readonly [number, number];
  readonly stepSize: number;
  readonly smoothness: number;
  readonly blur: number;
  readonly start: ArrayReference;
  readonly first: ArrayReference;
  readonly last: ArrayReference;
}

const { manifest, read, tensorOf } = readFixture<{ steps: number; cases: Case[] }>('filter-patterns');
const { file } = readFixture('class-activation');
const models = new Map<string, Promise<Model>>();

for (const item of manifest.cases) {
  const { layer, filters, smoothness, blur, stepSize, size } = item;
  test(`${item.model}, layer ${layer} at ${size.join(' × ')}`, async () => {
    const loading = models.get(item.model) ?? modelFromBytes(file(`${item.model}.keras`));
    models.set(item.model, loading);
    const model = await loading;
    const traced = traceModel('test', model);
    const own = traced.inputs[0]!.shape;
    const isOwn = own[1] === size[0] && own[2] === size[1];
    const front = isOwn
      ? { traced, target: findLayer('test', traced, layer) }
      : traceFront('test', model, layer, [[null, ...size, own[3]!]]);
    const start = tensorOf(item.start).gather(filters.map(() => 0));
    for (const [steps, expected] of [
      [1, item.first],
      [manifest.steps, item.last],
    ] as const) {
      const ascent = { steps, stepSize, smoothness, smooth: smoothness > 0, blur, jitter: 0, seed: 0 };
      const moved = await climb(front, 0, start, filters, ascent);
      // Rounding of the images themselves, of about 140 units, is part of the change.
      assertClose(moved.sub(start).data, read(expected).data, 1e-4, `after ${steps} step(s)`);
    }
    assert.ok(read(item.last).data.some((change) => change !== 0));
  });
}
