import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor, tensor } from '../base/tensor.ts';
import { type GridOptions, grid } from './image-grid.ts';

const flat = (height: number, width: number, ...color: number[]) =>
  new Tensor(
    [height, width, color.length],
    'uint8',
    Uint8Array.from({ length: height * width * color.length }, (_, i) => color[i % color.length]!),
  );

/** The red byte of each pixel, row by row. */
const reds = (sheet: Tensor) =>
  sheet.slice([0, 0, 0], [-1, -1, 1]).reshape(sheet.shape.slice(0, 2)).toArray();

test('images stand in rows, with margins around them, smaller ones in the middle', () => {
  const sheet = grid([flat(1, 1, 10), flat(3, 3, 20, 21, 22), flat(1, 3, 30)], { columns: 2, margin: 1 });
  assert.deepEqual([sheet.dtype, sheet.shape], ['uint8', [9, 9, 3]]);
  const w = 255;
  assert.deepEqual(reds(sheet), [
    [w, w, w, w, w, w, w, w, w],
    [w, w, w, w, w, 20, 20, 20, w],
    [w, w, 10, w, w, 20, 20, 20, w],
    [w, w, w, w, w, 20, 20, 20, w],
    [w, w, w, w, w, w, w, w, w],
    [w, w, w, w, w, w, w, w, w],
    [w, 30, 30, 30, w, w, w, w, w],
    [w, w, w, w, w, w, w, w, w],
    [w, w, w, w, w, w, w, w, w],
  ]);
  assert.deepEqual([...sheet.slice([1, 5, 0], [1, 1, 3]).data], [20, 21, 22], 'colours stay');
});

test('a batch is a list of images; sheets are about square; pixels can be enlarged', () => {
  const batch = new Tensor(
    [5, 2, 2, 1],
    'uint8',
    Uint8Array.from({ length: 20 }, (_, i) => i),
  );
  assert.deepEqual(grid(batch, { margin: 0 }).shape, [4, 6, 3]);
  assert.deepEqual(reds(grid(batch.slice(0, 1), { margin: 0, scale: 2 })), [
    [0, 0, 1, 1],
    [0, 0, 1, 1],
    [2, 2, 3, 3],
    [2, 2, 3, 3],
  ]);
  assert.deepEqual(grid(batch, { margin: 0, columns: 9 }).shape, [2, 10, 3], 'no empty columns');
});

test('numbers that are not bytes need the range of black and white', () => {
  const image = tensor([[[0], [0.5], [1], [1.25]]]);
  assert.deepEqual(reds(grid([image], { margin: 0, range: [0, 1] })), [[0, 128, 255, 255]]);
  assert.deepEqual(reds(grid([image.mul(2).sub(1)], { margin: 0, range: [-1, 1] })), [[0, 128, 255, 255]]);
  assert.throws(() => grid([image]), {
    name: 'ValueError',
    message: /float32, so `range` must say.*\[0, 255\]/,
  });
  assert.throws(() => grid([tensor([[[Number.NaN]]])], { range: [0, 1] }), /NaN/);
});

test('labels stand below, in cells as wide as they need, up to a width', () => {
  const labels = ['cat', ''];
  const images = [flat(8, 40, 200), flat(8, 40, 200)];
  const sheet = grid(images, { labels, margin: 2, columns: 2 });
  assert.deepEqual(sheet.shape, [2 + 8 + 18 + 2, 2 + 2 * 42, 3]);
  const below = reds(sheet.slice([10, 0, 0], [18, -1, -1])) as number[][];
  const dark = below.flatMap((row) => row.flatMap((value, x) => (value < 128 ? [x] : [])));
  assert.ok(dark.length > 20 && Math.max(...dark) < 42, 'only the first image has letters');
  assert.ok(Math.abs((Math.min(...dark) + Math.max(...dark)) / 2 - 22) < 2, 'in the middle');
  const wide = grid([flat(1, 1, 0)], {
    labels: ['a name that is much too long for such an image'],
    margin: 0,
  });
  assert.deepEqual(wide.shape, [19, 120, 3]);
  assert.deepEqual(
    [
      ...grid([flat(1, 1, 0)], { theme: 'dark', margin: 1 })
        .slice(0, 1)
        .data.slice(0, 3),
    ],
    [13, 17, 23],
  );
});

test('grid says what is wrong', () => {
  const image = flat(2, 2, 1);
  const cases: [unknown, object, RegExp][] = [
    [[], {}, /no images/],
    [image, {}, /a batch \[count, height, width, channels\] or a list of images, received \[2, 2, 1\]/],
    [[flat(1, 1, 1, 2, 3, 4, 5)], {}, /1 to 4 channels/],
    [['x'], {}, /received 'x'/],
    [null, {}, /received null/],
    [[image], { labels: 'a' }, /list of texts/],
    [[image], { labels: [1] }, /list of texts/],
    [[image], { labels: [] }, /1 images and 0 labels/],
    [[image], { colums: 2 }, /Did you mean 'columns'/],
    [[image], { columns: 0 }, /whole number from 1 up/],
    [[image], { margin: -1 }, /whole number from 0 up/],
    [[image], { range: [1, 0] }, /black < white/],
    [[image], { theme: 'blue' }, /Unknown theme/],
    [[image], { scale: 100_000 }, /pixels/],
  ];
  for (const [images, options, message] of cases) {
    assert.throws(() => grid(images as Tensor[], options as GridOptions), message);
  }
});
