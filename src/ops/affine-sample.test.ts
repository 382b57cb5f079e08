import assert from 'node:assert/strict';
import test from 'node:test';
import { gradients } from '../autodiff/gradients.ts';
import type { FillMode, Interpolation } from '../kernels/affine-sample.ts';
import { affineSample } from './affine-sample.ts';
import { placeholder } from './leaf.ts';
import { sum } from './reduce.ts';

const src = placeholder({ shape: [null, 5, 4, 3], name: 'images' });
const transform = placeholder({ shape: [null, 8], name: 'transforms' });

test('the result has the extents asked for, those of the images when left out', () => {
  assert.deepEqual(affineSample({ src, transform }).shape, [null, 5, 4, 3]);
  assert.deepEqual(affineSample({ src, transform, oh: 7 }).shape, [null, 7, 4, 3]);
  assert.deepEqual(affineSample({ src, transform, oh: 1, ow: 9 }).shape, [null, 1, 9, 3]);
});

test('a gradient through it is refused', () => {
  const loss = sum(affineSample({ src, transform }));
  const message = /gradient of 'affineSample' is not defined.*stopGradient/s;
  assert.throws(() => gradients(loss, [src]), { name: 'UnsupportedError', message });
  assert.throws(() => gradients(loss, [transform]), { name: 'UnsupportedError', message });
});

test('shapes and options that cannot be are refused', () => {
  const shaped = (...shape: (number | null)[]) => placeholder({ shape, name: 'x' });
  const refuses = (options: object, name: string, message: RegExp) =>
    assert.throws(() => affineSample({ src, transform, ...options }), { name, message });
  refuses({ src: shaped(null, 5, 4) }, 'ShapeError', /\[null, 5, 4\] and \[null, 8\]/);
  refuses({ src: shaped(2, 5, 4, 3) }, 'ShapeError', /\[2, 5, 4, 3\]/);
  refuses({ transform: shaped(null, 7) }, 'ShapeError', /\[null, 7\]/);
  refuses({ transform: shaped(8) }, 'ShapeError', /\[8\]/);
  const large =
    /fewer than 4194304 rows, and as many numbers in a row, and fewer than 536870912 numbers in all/;
  refuses({ src: shaped(null, 1, 2 ** 21, 2) }, 'ShapeError', large);
  refuses({ src: shaped(null, 2 ** 22, 1, 1) }, 'ShapeError', large);
  refuses({ src: shaped(null, 2 ** 15, 2 ** 14, 1) }, 'ShapeError', large);
  refuses({ ow: 2 ** 21 }, 'ShapeError', large);
  refuses({ oh: 0 }, 'ValueError', /oh must be a whole number of at least 1, received 0/);
  refuses({ ow: 2.5 }, 'ValueError', /ow must be/);
  refuses({ fillValue: Number.NaN }, 'ValueError', /fillValue must be a finite number/);
  refuses({ interpolation: 'bilinaer' as Interpolation }, 'ValueError', /bilinear/);
  refuses({ fillMode: 'mirror' as FillMode }, 'ValueError', /fill mode/i);
});
