/** @file Resizing against real Pillow and Keras (tools/parity/make_resizing.py). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ResizeSpec, resizeImage } from '../../src/images/index.ts';
import { type ArrayReference, readFixture } from '../support/fixtures.ts';

interface Case {
  readonly source: ArrayReference;
  readonly spec: ResizeSpec;
  readonly result: ArrayReference;
}

const { manifest, tensorOf } = readFixture<{ cases: Case[] }>('resizing');

const casesOf = (method: string) => {
  const cases = manifest.cases.filter(({ spec }) => spec.method === method);
  assert.ok(cases.length > 50);
  return cases.map(({ source, spec, result }) => {
    const image = tensorOf(source).cast('uint8');
    const expected = tensorOf(result);
    const where = `${source.shape} to ${result.shape}, ${JSON.stringify(spec)}`;
    return { image, spec, expected, where, size: result.shape.slice(0, 2) };
  });
};

test("every filter of Pillow gives Pillow's bytes", () => {
  for (const { image, spec, expected, where, size } of casesOf('pillow')) {
    assert.equal(resizeImage(image, size, spec).sub(expected).abs().max().item(), 0, where);
  }
});

test("every method of image_dataset_from_directory gives Keras' numbers, and rounded ones as bytes", () => {
  for (const { image, spec, expected, where, size } of casesOf('keras')) {
    const floats = resizeImage(image, size, { ...spec, dtype: 'float32' } as ResizeSpec);
    assert.ok(floats.sub(expected).abs().max().item() < 2e-3, where);
    const bytes = resizeImage(image, size, spec);
    assert.equal(bytes.dtype, 'uint8');
    assert.ok(bytes.sub(expected.clip(0, 255)).abs().max().item() < 0.503, where);
  }
});

test("bilinear resizing gives the bits of Keras' numbers", () => {
  const cases = casesOf('keras').filter(({ spec }) => spec.interpolation === 'bilinear');
  assert.ok(cases.length > 30);
  for (const { image, spec, expected, where, size } of cases) {
    const floats = resizeImage(image, size, { ...spec, dtype: 'float32' } as ResizeSpec);
    assert.deepEqual(floats.data, expected.data, where);
  }
});
