/** @file Colour maps: matplotlib's colours, ranges, and what is refused. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fixtureUrl } from '../../tests/support/fixtures.ts';
import { ShapeError, ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { type ColorMapName, colorize } from './color-maps.ts';

const { at, colors } = JSON.parse(readFileSync(fixtureUrl('color-maps.json'), 'utf8')) as {
  at: number[];
  colors: Record<ColorMapName, number[][]>;
};

test("the colours are matplotlib's", () => {
  assert.equal(Object.keys(colors).length, 5);
  for (const [colorMap, expected] of Object.entries(colors)) {
    const map = new Tensor([1, at.length], 'uint8', Uint8Array.from(at));
    const picture = colorize(map, { colorMap: colorMap as ColorMapName, range: [0, 255] });
    assert.deepEqual(picture.toArray(), [expected], colorMap);
  }
});

test('the range is that of the map, around 0 where numbers are signed', () => {
  const gray = (values: number[], options = {}) =>
    [...colorize(tensor([values]), { colorMap: 'gray', ...options }).data].filter((_, i) => i % 3 === 0);
  assert.deepEqual(gray([-1, 0, 1]), [0, 128, 255]);
  assert.deepEqual(gray([-1, 0, 1], { range: [0, 2] }), [0, 0, 128]);
  assert.deepEqual(gray([7, 7]), [0, 0]);
  const signed = (values: number[]) => colorize(tensor([values]), { colorMap: 'coolwarm' }).toArray();
  const [, middle] = (signed([-1, 0, 0.5]) as number[][][])[0]!;
  assert.deepEqual(signed([0]), [[middle]]);
  const [red, , blue] = middle!;
  assert.ok(Math.abs(red! - blue!) < 3);
});

test('other values are refused', () => {
  assert.deepEqual(colorize(Tensor.zeros([2, 3, 1])).shape, [2, 3, 3]);
  assert.throws(() => colorize(Tensor.zeros([2, 3, 4])), ShapeError);
  assert.throws(() => colorize(Tensor.zeros([0, 3])), ShapeError);
  assert.throws(() => colorize(tensor([[Number.NaN]])), /NaN/);
  assert.throws(() => colorize([[1]] as never), ValueError);
  assert.throws(() => colorize(tensor([[1]]), { colorMap: 'viridus' as never }), /Did you mean 'viridis'/);
  assert.throws(() => colorize(tensor([[1]]), { range: [1, 1] }), /range/);
  assert.throws(() => colorize(tensor([[1]]), { map: 'jet' } as never), /colorize option/);
});
