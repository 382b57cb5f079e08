import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoveaError, ShapeError, ValueError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import * as data from './index.ts';

/** Counts from 0, noting what is read and whether the pass was ended. */
function counter(length: number) {
  const seen = { read: 0, passes: 0, ended: 0 };
  const dataset = data.fromGenerator(
    function* () {
      seen.passes++;
      try {
        for (let i = 0; i < length; i++) {
          seen.read++;
          yield i;
        }
      } finally {
        seen.ended++;
      }
    },
    { length },
  );
  return { seen, dataset };
}

async function list<T>(dataset: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const element of dataset) all.push(element);
  return all;
}

const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

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

test('batch stacks Tensors, numbers, lists and records; unbatch takes them apart', async () => {
  const x = tensor(
    Uint8Array.from({ length: 20 }, (_, i) => i),
    [5, 2, 2],
  );
  const y = tensor([0, 1, 2, 3, 4]);
  const samples = data.fromTensors([x, y]);
  const [first, , last] = await list(samples.batch(2));
  assert.deepEqual([first![0]!.shape, first![0]!.dtype, first![1]!.shape], [[2, 2, 2], 'uint8', [2]]);
  assert.deepEqual(
    [last![0]!.toArray(), last![1]!.toArray()],
    [
      [
        [
          [16, 17],
          [18, 19],
        ],
      ],
      [4],
    ],
  );
  assert.equal(samples.batch(2).length, 3);
  assert.equal(samples.batch(2, { dropRemainder: true }).length, 2);
  assert.equal((await list(samples.batch(2, { dropRemainder: true }))).length, 2);
  const again = await list(samples.batch(2).unbatch().batch(5));
  assert.deepEqual([...again[0]![0]!.data], [...x.data]);
  const records = data
    .fromTensors({ a: x, b: { c: y } })
    .map(({ b }) => ({ n: b.c.item(), even: b.c.item() % 2 === 0 }));
  const [batch] = await list(records.batch(5));
  assert.deepEqual([batch!.n.dtype, batch!.n.toArray()], ['float32', [0, 1, 2, 3, 4]]);
  assert.deepEqual([batch!.even.dtype, batch!.even.toArray()], ['bool', [1, 0, 1, 0, 1]]);
});

test('batches of elements that differ are refused with their place', async () => {
  const of = (...elements: unknown[]) => list(data.fromGenerator(() => elements).batch(2));
  const bad: [unknown[], new (message: string) => Error, RegExp][] = [
    [
      [1, 2, tensor([1]), tensor([1, 2])],
      ShapeError,
      /element 1 .* has shape \[2\].*\[1\].*batch 1 of the dataset/,
    ],
    [[[1, 2], [1]], ValueError, /element 1 of the batch is \[1\].*a list of 2/],
    [[{ a: 1 }, { b: 1 }], ValueError, /each a record of a/],
    [
      [[tensor([1])], [tensor(Uint8Array.of(1))]],
      ValueError,
      /element 1 of the batch's \[0\] is a Tensor of uint8/,
    ],
    [['a.png', 'b.png'], ValueError, /is 'a.png'; batches are made of Tensors/],
    [[1, 'b'], ValueError, /element 1 of the batch is 'b'/],
  ];
  for (const [elements, type, message] of bad) {
    await assert.rejects(of(...elements), (error: Error) => {
      assert.ok(error instanceof type, error.message);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(
    list(data.fromGenerator(() => [tensor(1)]).unbatch()),
    /a scalar.*unbatch\(\) of element 0/,
  );
});

test('map works on several elements at a time and gives them in order', async () => {
  const { dataset, seen } = counter(20);
  let working = 0;
  let most = 0;
  const slow = dataset.map(
    async (i) => {
      most = Math.max(most, ++working);
      await new Promise((resolve) => setTimeout(resolve, (i * 7) % 4));
      working--;
      return i;
    },
    { parallel: 4 },
  );
  assert.deepEqual(
    await list(slow),
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.equal(most, 4);
  seen.read = 0;
  for await (const i of slow) if (i === 2) break;
  assert.equal(working, 0, 'nothing is at work when a pass was left');
  assert.ok(seen.read <= 7, `${seen.read} elements were read`);
  assert.equal(seen.ended, seen.passes);
});

test('prefetch reads ahead, no further than asked for', async () => {
  const { dataset, seen } = counter(20);
  const pass = dataset.prefetch(3).pass();
  assert.equal(seen.read, 0);
  await pass.next();
  await tick();
  assert.equal(seen.read, 4);
  await tick();
  assert.equal(seen.read, 4);
  await pass.next();
  await tick();
  assert.equal(seen.read, 5);
  await pass.return();
  assert.equal(seen.ended, 1);
});

test('an error comes in its place, names the element and ends the pass', async () => {
  const { dataset, seen } = counter(9);
  const broken = dataset.map(
    (i) => {
      if (i === 4) throw new RangeError('too far');
      return i;
    },
    { parallel: 3 },
  );
  const got: number[] = [];
  const run = async () => {
    for await (const i of broken.prefetch(2)) got.push(i);
  };
  await assert.rejects(run(), (error: Error) => {
    assert.ok(error instanceof FoveaError && error.cause instanceof RangeError);
    assert.match(error.message, /map\(\) failed at element 4 of the dataset: too far/);
    return true;
  });
  assert.deepEqual(got, [0, 1, 2, 3]);
  assert.equal(seen.ended, 1);
  const refused = data
    .fromGenerator(() => [1])
    .map(() => {
      throw new ValueError('No.');
    });
  await assert.rejects(list(refused), /No\. \(In map\(\) of element 0 of the dataset\.\)/);
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
