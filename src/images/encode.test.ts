import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Tensor } from '../base/tensor.ts';
import { decodeImage, loadImage, saveImage, toPng } from './index.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-encode-'));
});

after(() => rm(folder, { recursive: true, force: true }));

/** Slow waves, which JPEG keeps well. */
function picture(channels: number): Tensor {
  const data = Uint8Array.from(
    { length: 24 * 20 * channels },
    (_, i) => 128 + 100 * Math.sin(i / channels / 50),
  );
  return new Tensor([24, 20, channels], 'uint8', data);
}

test('PNG keeps every pixel of 1 to 4 channels', async () => {
  for (const channels of [1, 2, 3, 4]) {
    assert.deepEqual(await decodeImage(toPng(picture(channels))), picture(channels));
  }
  const path = join(folder, 'a.PNG');
  await saveImage(path, picture(4));
  assert.deepEqual(await loadImage(path, { colorMode: 'rgba' }), picture(4));
});

test('JPEG keeps them nearly', async () => {
  for (const channels of [1, 3]) {
    const path = join(folder, `${channels}.jpg`);
    await saveImage(pathToFileURL(path), picture(channels), { quality: 95 });
    const difference = (await loadImage(path)).sub(await loadImage(toPng(picture(channels))));
    assert.ok(difference.abs().max().item() < 8, `${channels} channels`);
  }
});

test('other numbers need a range', async () => {
  const image = new Tensor([1, 3, 1], 'float32', Float32Array.from([-1, 0.5, 2]));
  assert.deepEqual([...(await decodeImage(toPng(image, { range: [0, 1] }))).data], [0, 128, 255]);
  assert.throws(() => toPng(image), /toPng: the image is float32, so `range` must say/);
  assert.throws(() => toPng(image, { range: [1, 0] }), /range must be \[black, white\]/);
  const broken = new Tensor([1, 1, 1], 'float32', Float32Array.from([Number.NaN]));
  assert.throws(() => toPng(broken, { range: [0, 1] }), /NaN/);
});

test('what cannot be saved is refused, and nothing is written', async () => {
  const none = join(folder, 'none');
  await assert.rejects(saveImage(`${none}.tiff`, picture(3)), /must end in .png, .jpg or .jpeg/);
  await assert.rejects(saveImage(`${none}.jpg`, picture(4)), /JPEG files have no alpha channel/);
  await assert.rejects(saveImage(`${none}.png`, picture(3), { quality: 5 }), /quality is for JPEG files/);
  await assert.rejects(saveImage(`${none}.jpg`, picture(3), { quality: 0 }), /quality/);
  await assert.rejects(saveImage(`${none}.png`, Tensor.zeros([3, 3], 'uint8')), { name: 'ShapeError' });
  await assert.rejects(saveImage(join(none, 'a.png'), picture(3)), /Cannot write/);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('none') || name.startsWith('.')),
    [],
  );
});
