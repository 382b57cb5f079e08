import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { FoveaError } from '../../base/errors.ts';
import { writeZip } from '../../formats/zip.ts';
import { dense } from '../../layers/index.ts';
import { sequential } from '../sequential.ts';
import { loadModel } from './load.ts';

const folder = temporaryFolder();
const text = (value: string) => new TextEncoder().encode(value);
const latin = (value: string) => Uint8Array.from(value, (char) => char.charCodeAt(0));

const CASES: readonly [name: string, bytes: Uint8Array, message: RegExp][] = [
  ['a.h5', new Uint8Array(0), /it is empty/],
  [
    'b.h5',
    text('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'),
    /pointer of Git LFS.*git lfs pull/,
  ],
  ['c.h5', text('\n<!DOCTYPE html><html><head>'), /web page, saved in the place of the file/],
  ['d.tflite', latin('\x1c\0\0\0TFL3\0\0'), /TensorFlow Lite/],
  ['e.onnx', latin('\x08\x0e\x12\x07pytorch:3\n'), /ONNX/],
  ['saved_model.pb', latin('\x08\x01\x12\xed\xa9\x01'), /SavedModel.*save it as \.h5/],
  ['frozen.pb', latin('\n.\n\x01x\x12\x0bPlaceholder'), /graph of TensorFlow 1/],
  ['variables.data-00000-of-00001', latin('abcdefgh'), /checkpoint of TensorFlow/],
  ['f.th', latin('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.'), /file of PyTorch/],
  ['g.pth', writeZip({ 'archive/data.pkl': text('x'), 'archive/version': text('3') }), /file of PyTorch/],
  ['lite.zip', writeZip({ 'model_unquant.tflite': text('x'), 'labels.txt': text('0 a') }), /TensorFlow Lite/],
  ['saved.zip', writeZip({ 'model.savedmodel/saved_model.pb': text('x') }), /SavedModel of TensorFlow/],
  ['photos.zip', writeZip({ 'a.jpg': text('x') }), /no 'config\.json', only a\.jpg/],
  ['h.npz', writeZip({ 'arr_0.npy': text('x') }), /arrays of NumPy.*safetensors/],
  ['i.npy', latin('\x93NUMPY\x01\0'), /arrays of NumPy/],
  ['j.pkl', latin('\x80\x04\x95\n'), /pickle of Python/],
  ['k.h5', latin('\x89PNG\r\n\x1a\n'), /a picture/],
  ['l.h5.gz', latin('\x1f\x8b\x08\0'), /Unpack it first/],
];

for (const [name, bytes, message] of CASES) {
  test(`a file of another kind is refused with what it is: ${name}`, async () => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    const model = sequential([dense({ units: 1, inputShape: [1] })]);
    for (const read of [() => loadModel(path), () => model.loadWeights(path)]) {
      await assert.rejects(
        read(),
        (e) => e instanceof FoveaError && message.test(e.message) && e.message.includes(path),
      );
    }
  });
}

test('what a file holds counts, not its name', async () => {
  const model = sequential([dense({ units: 1, inputShape: [1] })]);
  const path = join(folder, 'model.h5');
  await model.save(path);
  for (const name of ['model.ckpt', 'model.pkl', 'model.onnx']) {
    await copyFile(path, join(folder, name));
    assert.equal((await loadModel(join(folder, name))).countParams(), 2);
  }
});

test('the folder of a SavedModel is refused with what it is', async () => {
  const path = join(folder, 'saved');
  await mkdir(path);
  await writeFile(join(path, 'saved_model.pb'), text('x'));
  await assert.rejects(loadModel(path), /The folder '.*saved' is not read: it is a SavedModel of TensorFlow/);
});
