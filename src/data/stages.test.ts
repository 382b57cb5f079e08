/** @file Stages of datasets: order, shuffling, caches, states, files, and options that are refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counter, list } from '../../tests/support/counted-dataset.ts';
import { FoveaError, ShapeError, ValueError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import * as data from './index.ts';

test('stages keep order, count their elements and begin anew with each pass', async () => {
  const { dataset, seen } = counter(7);
  const cases: [data.Dataset<unknown>, unknown[], number | null][] = [
    [dataset.map((i) => i * 2), [0, 2, 4, 6, 8, 10, 12], 7],
    [dataset.take(3), [0, 1, 2], 3],
    [dataset.take(0), [], 0],
    [dataset.take(9), [0, 1, 2, 3, 4, 5, 6], 7],
    [dataset.skip(5), [5, 6], 2],
    [dataset.skip(8), [], 0],
    [dataset.take(2).repeat(2), [0, 1, 0, 1], 4],
    [dataset.repeat(0), [], 0],
    [dataset.take(2).concatenate(dataset.skip(6)), [0, 1, 6], 3],
    [
      dataset.zip(dataset.skip(4)),
      [
        [0, 4],
        [1, 5],
        [2, 6],
      ],
      3,
    ],
    [dataset.prefetch(3), [0, 1, 2, 3, 4, 5, 6], 7],
  ];
  for (const [stage, expected, length] of cases) {
    assert.deepEqual(await list(stage), expected);
    assert.deepEqual(await list(stage), expected);
    assert.equal(stage.length, length);
  }
  assert.equal(seen.ended, seen.passes);
  assert.equal(dataset.repeat().length, Number.POSITIVE_INFINITY);
  assert.equal(dataset.batch(2).unbatch().length, null);
  assert.equal(dataset.batch(2).unbatch().repeat().length, Number.POSITIVE_INFINITY);
  assert.deepEqual(await list(dataset.repeat().take(9)), [0, 1, 2, 3, 4, 5, 6, 0, 1]);
  assert.deepEqual(await list(dataset.take(0).repeat()), []);
});

test('datasets of other classes are not put together', () => {
  const of = (classNames: string[]) => data.fromFiles(['a', 'b'], { labels: [0, 1], classNames });
  const cats = of(['cats', 'dogs']);
  assert.deepEqual(cats.concatenate(of(['cats', 'dogs'])).classNames, ['cats', 'dogs']);
  assert.throws(() => cats.concatenate(of(['dogs', 'cats'])), /different classes, \['cats', 'dogs'\]/);
  assert.throws(() => cats.concatenate(of(['cats'])), /Give both the same classNames/);
});

test('shuffle draws from a buffer, differs from pass to pass, and repeats for a seed', async () => {
  const { dataset } = counter(50);
  const shuffled = dataset.shuffle(10, { seed: 3 });
  const [first, second] = [await list(shuffled), await list(shuffled)];
  const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
  assert.deepEqual(sorted(first), await list(dataset));
  assert.notDeepEqual(first, second);
  for (const [place, i] of first.entries()) assert.ok(i < place + 10, `${i} at ${place}`);
  const again = dataset.shuffle(10, { seed: 3 });
  for await (const _ of again) break;
  assert.deepEqual(await list(again), second, 'a pass that was left counts as one');
  const fixed = dataset.shuffle(50, { seed: 3, reshuffleEachIteration: false });
  assert.deepEqual(await list(fixed), await list(fixed));
  const free = dataset.shuffle(50);
  setRandomSeed(5);
  const byGlobal = await list(free);
  setRandomSeed(5);
  assert.deepEqual(await list(free), byGlobal);
  assert.notDeepEqual(await list(free), byGlobal);
});

test('a pass can be repeated from the state before it, with a cache and without', async () => {
  const make = () =>
    counter(30)
      .dataset.shuffle(30, { seed: 1 })
      .map((i) => i)
      .batch(4)
      .unbatch();
  const before = make();
  await list(before);
  const state = before.getState();
  const expected = (await list(before)).map(String);
  const after = make();
  after.setState(structuredClone(state));
  assert.deepEqual((await list(after)).map(String), expected);

  const cached = make().cache().shuffle(30, { seed: 2 });
  await list(cached);
  const kept = cached.getState();
  const next = (await list(cached)).map(String);
  const other = make().cache().shuffle(30, { seed: 2 });
  other.setState(kept);
  assert.deepEqual((await list(other)).map(String), next);
  assert.throws(() => counter(3).dataset.zip(counter(3).dataset).setState(kept), ValueError);
});

test('cache keeps whole passes only', async () => {
  const { dataset, seen } = counter(5);
  const cached = dataset.cache();
  for await (const i of cached) if (i === 2) break;
  assert.deepEqual(await list(cached), [0, 1, 2, 3, 4]);
  assert.equal(seen.passes, 2);
  assert.deepEqual(await list(cached), [0, 1, 2, 3, 4]);
  assert.equal(seen.passes, 2);
  const exact = counter(3);
  const taken = exact.dataset.cache();
  assert.deepEqual(await list(taken.take(3)), [0, 1, 2]);
  assert.deepEqual(await list(taken), [0, 1, 2]);
  assert.equal(exact.seen.passes, 1);
  const broken = data
    .fromGenerator(function* () {
      yield 1;
      throw new FoveaError('Broken.');
    })
    .cache();
  await assert.rejects(list(broken), /Broken/);
  await assert.rejects(list(broken), /Broken/, 'what came before an error is not taken for the whole');
});

test('class names go along', () => {
  const files = data.fromFiles(['a.png', 'b.png'], { labels: [0, 1], classNames: ['cat', 'dog'] });
  const made = files
    .shuffle(2)
    .map((element) => element)
    .cache()
    .prefetch(1)
    .take(1)
    .repeat();
  assert.deepEqual(made.classNames, ['cat', 'dog']);
});

test('files are loaded with their labels', async () => {
  const load = (file: string) => tensor([file.length]);
  const pairs = await list(data.fromFiles(['a', 'bcd'], { load, labels: [3, 1] }));
  assert.deepEqual(
    pairs.map(([x, y]) => [x.item(), y.item(), y.dtype]),
    [
      [1, 3, 'int32'],
      [3, 1, 'int32'],
    ],
  );
  const bytes = { name: 'x.bin', arrayBuffer: async () => Uint8Array.of(7, 8).buffer };
  const [file] = await list(
    data.fromFiles([bytes], { load: async (f) => tensor(new Uint8Array(await f.arrayBuffer())) }),
  );
  assert.deepEqual(file!.toArray(), [7, 8]);
  assert.deepEqual(await list(data.fromFiles(['a'])), ['a']);
  assert.throws(() => data.fromFiles(['a', 'b'], { labels: [1] }), ShapeError);
  assert.throws(() => data.fromFiles([1] as never), /list of paths or of File objects, received 1/);
});

test('slips in options are refused', async () => {
  const { dataset } = counter(3);
  const slips: (() => unknown)[] = [
    () => dataset.batch(0),
    () => dataset.batch(2, { dropRemaider: true } as never),
    () => dataset.shuffle(1.5),
    () => dataset.shuffle(4, { seed: -1 }),
    () => dataset.map(3 as never),
    () => dataset.map((i) => i, { parallel: 0 }),
    () => dataset.prefetch(0),
    () => dataset.take(-1),
    () => dataset.skip(Number.NaN),
    () => dataset.repeat(-1),
    () => dataset.zip([1] as never),
    () => dataset.concatenate(null as never),
    () => data.fromTensors(3),
    () => data.fromTensors([Tensor.ones([2]), Tensor.ones([3])]),
    () => data.fromGenerator([1] as never),
    () => data.fromGenerator(() => [1], { length: -1 }),
  ];
  for (const slip of slips) assert.throws(slip, FoveaError, String(slip));
  await assert.rejects(list(data.fromGenerator(() => 3 as never)), /gave 3, expected something to iterate/);
  await assert.rejects(list(data.fromGenerator(() => [1, 2], { length: 1 })), /length is 1, .* gave more/);
  await assert.rejects(list(data.fromGenerator(() => [1, 2], { length: 3 })), /length is 3, .* gave 2/);
});
