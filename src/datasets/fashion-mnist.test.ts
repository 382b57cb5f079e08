import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { classNames } from './fashion-mnist.ts';
import { loadIdxDataSet } from './idx-data-set.ts';
import { FASHION_MNIST } from './sources.ts';

test('files that Debian or Keras has put on the machine are read, packed or not; the cache comes last', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-fashion-'));
  try {
    const source = { ...FASHION_MNIST, folders: [join(folder, 'none'), join(folder, 'here')] };
    await mkdir(join(folder, 'here'));
    await mkdir(join(folder, 'cache', 'fashion_mnist'), { recursive: true });
    const images = (pixel: number) => Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, pixel);
    const labels = (label: number) => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, label);
    await writeFile(join(folder, 'here', 'train-images-idx3-ubyte.gz'), gzipSync(images(1)));
    await writeFile(join(folder, 'here', 'train-labels-idx1-ubyte'), labels(9));
    await writeFile(join(folder, 'cache', 'fashion_mnist', 't10k-images-idx3-ubyte'), images(3));
    await writeFile(join(folder, 'cache', 'fashion_mnist', 't10k-labels-idx1-ubyte'), labels(4));
    const load = () => loadIdxDataSet(source, { cacheDir: join(folder, 'cache'), mirrors: [] });
    const found = (await load()).flatMap((part) => part.map(({ data }) => data[0]));
    assert.deepEqual(found, [1, 9, 3, 4]);
    await writeFile(join(folder, 'here', 'train-labels-idx1-ubyte'), labels(10));
    await assert.rejects(load(), /train-labels-idx1-ubyte has the label 10 at 0; expected 0 to 9/);
    await rm(join(folder, 'cache'), { recursive: true });
    await writeFile(join(folder, 'here', 'train-labels-idx1-ubyte'), labels(1));
    await assert.rejects(
      load(),
      /^FoveaError: Fashion-MNIST is not on this machine.*Put the unpacked file at .*FOVEA_FASHION_MNIST_URL/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.deepEqual([classNames.length, classNames[9]], [10, 'Ankle boot']);
});
