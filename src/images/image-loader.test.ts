import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FormatError, FoveaError, ValueError } from '../base/errors.ts';
import { createImageLoader, loadImage } from './index.ts';

const fixtures: { decoding: Record<string, { file: string }> } = JSON.parse(
  await readFile(new URL('../../../tests/fixtures/images.json', import.meta.url), 'utf8'),
);
const fileOf = (name: string) => new Uint8Array(Buffer.from(fixtures.decoding[name]!.file, 'base64'));

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-loader-'));
  for (const name of Object.keys(fixtures.decoding)) await writeFile(join(folder, name), fileOf(name));
  await writeFile(join(folder, 'broken.jpg'), fileOf('grey.jpg').subarray(0, 200));
});

after(() => rm(folder, { recursive: true, force: true }));

test('a loader gives what loadImage gives, for paths, bytes and blobs', async () => {
  const loader = createImageLoader({ workers: 2 });
  const names = Object.keys(fixtures.decoding);
  const spec = { colorMode: 'rgba', size: [9, 7], resize: { interpolation: 'bilinear' } } as const;
  const loaded = await Promise.all(names.map((name) => loader.load(join(folder, name), spec)));
  for (const [i, name] of names.entries()) {
    const expected = await loadImage(join(folder, name), {
      colorMode: 'rgba',
      targetSize: [9, 7],
      interpolation: 'bilinear',
    });
    assert.deepEqual(loaded[i], expected, name);
  }
  const bytes = fileOf('rgb.png');
  const expected = await loadImage(bytes);
  assert.deepEqual(await loader.load(bytes), expected);
  assert.deepEqual(bytes, fileOf('rgb.png'));
  assert.deepEqual(await loader.load(new Blob([bytes])), expected);
  await loader.close();
});

test('a file that cannot be loaded is named, and the others are loaded', async () => {
  const loader = createImageLoader({ workers: 1 });
  const broken = join(folder, 'broken.jpg');
  const loads = [broken, join(folder, 'rgb.png'), join(folder, 'missing.png')].map((path) =>
    loader.load(path),
  );
  const [first, second, third] = await Promise.allSettled(loads);
  assert.ok(first?.status === 'rejected' && first.reason instanceof FormatError);
  assert.match(first.reason.message, /broken\.jpg is cut off/);
  assert.equal(second?.status, 'fulfilled');
  assert.ok(third?.status === 'rejected' && third.reason instanceof FoveaError);
  assert.match(third.reason.message, /missing\.png: there is no such file/);
  await loader.close();
});

test('a closed loader refuses, at once and what it had begun', async () => {
  const loader = createImageLoader({ workers: 1 });
  await loader.load(join(folder, 'rgb.png'));
  const loads = Array.from({ length: 5 }, () => loader.load(join(folder, 'rgb.png')));
  const settled = Promise.allSettled(loads);
  await loader.close();
  for (const { status } of await settled) assert.equal(status, 'rejected');
  await assert.rejects(loader.load(join(folder, 'rgb.png')), /was closed/);
});

test('wrong options are refused', async () => {
  assert.throws(
    () => createImageLoader({ workers: 0 }),
    /workers must be a whole number from 1 up, received 0/,
  );
  assert.throws(
    () => createImageLoader({ threads: 2 } as object),
    /Unknown createImageLoader option 'threads'/,
  );
  const loader = createImageLoader();
  await assert.rejects(loader.load('a.png', { size: [0, 3] }), ValueError);
  await assert.rejects(loader.load('a.png', { targetSize: 3 } as object), /Unknown load option 'targetSize'/);
  await assert.rejects(loader.load('a.png', { resize: { interpolation: 'best' as 'nearest' } }), ValueError);
});

test('idle threads do not keep a program running, working ones do', () => {
  const program = `
    import { createImageLoader } from ${JSON.stringify(new URL('./index.js', import.meta.url).href)};
    const loader = createImageLoader({ workers: 2 });
    loader.load(${JSON.stringify(join(folder, 'rgb.png'))}).then(({ shape }) => console.log(shape.join()));
  `;
  const args = ['--input-type=module', '-e', program];
  assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 }), '11,13,3\n');
});
