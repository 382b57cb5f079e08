import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFixture } from '../../../tests/support/fixtures.ts';
import { temporaryFolder } from '../../../tests/support/temporary-folder.ts';
import { FormatError } from '../../base/errors.ts';
import { writeSafetensors } from '../../formats/safetensors.ts';
import { batchNormalization, conv2d, dense, flatten } from '../../layers/index.ts';
import { sequential } from '../sequential.ts';
import { loadModel, modelFromBytes } from './load.ts';
import { weightsToFiles } from './save.ts';

const folder = temporaryFolder();
const { file } = readFixture('legacy-files');
const net = (units = 3) =>
  sequential([
    conv2d({ name: 'conv', filters: 2, kernelSize: 2, inputShape: [4, 4, 1] }),
    batchNormalization({ name: 'norm' }),
    flatten(),
    dense({ name: 'head', units }),
  ]);

test('weights go to a file and back by their names', async () => {
  const path = join(folder, 'net.safetensors');
  const saved = net();
  await saved.saveWeights(path);
  const other = net();
  await other.loadWeights(path);
  assert.deepEqual(other.getWeights(), saved.getWeights());
  await assert.rejects(loadModel(path), /weights without a model/);
  await assert.rejects(saved.save(path), /must end in/);
  const [written] = await weightsToFiles(saved, 'net.safetensors');
  assert.deepEqual(written, { name: 'net.safetensors', bytes: new Uint8Array(await readFile(path)) });
  await assert.rejects(weightsToFiles(saved, 'net.keras'), /weightsToFiles\(\): the file name must end in/);
});

test('layers inside are part of the names', async () => {
  const path = join(folder, 'nested.safetensors');
  const model = await modelFromBytes(file('nested.h5'));
  await model.saveWeights(path);
  const other = await modelFromBytes(file('nested.h5'));
  for (const weight of other.weights) weight.assign(new Float32Array(weight.size));
  await other.loadWeights(path);
  assert.deepEqual(other.getWeights(), model.getWeights());
  await assert.rejects(
    net().loadWeights(path),
    /lacks the weights 'conv\/kernel', 'conv\/bias', .*and 3 more/,
  );
});

test("PyTorch's names and orders of axes are told as such", async (t) => {
  const torch = (name: string) => {
    const data = new Float32Array(8);
    return writeSafetensors([
      { name: `conv/${name}`, shape: [2, 1, 2, 2], data },
      { name: 'norm.weight', shape: [2], data: data.slice(0, 2) },
    ]);
  };
  const load = (bytes: Uint8Array, options = {}) =>
    net().loadWeights(new File([bytes as BlobPart], 'torch.safetensors'), options);
  await assert.rejects(
    load(torch('kernel')),
    /found \[2, 1, 2, 2\]\. That is PyTorch's order .*make it \[height/,
  );
  await assert.rejects(
    load(torch('weight')),
    /lacks the weights 'conv\/kernel'.*; it has 'conv\/weight', 'norm\.weight'/,
  );
  const warn = t.mock.method(console, 'warn', () => {});
  await load(torch('weight'), { byName: true });
  assert.match(
    warn.mock.calls[0]!.arguments[0],
    /nothing is loaded\. The file has conv\/weight, norm\.weight/,
  );
});

test('what is missing, too many or of another shape is refused or, when asked, skipped', async (t) => {
  const path = join(folder, 'other.safetensors');
  const saved = net(5);
  await saved.saveWeights(path);
  const model = net(3);
  const before = model.getWeights();
  await assert.rejects(
    model.loadWeights(path),
    (error) =>
      error instanceof FormatError &&
      /'head\/kernel' does not fit: expected shape \[18, 3\], found \[18, 5\]/.test(error.message),
  );
  assert.deepEqual(model.getWeights(), before);
  const warn = t.mock.method(console, 'warn', () => {});
  await model.loadWeights(path, { skipMismatch: true });
  assert.match(warn.mock.calls[0]!.arguments[0], /skipped what does not fit/);
  assert.deepEqual(model.getWeights().slice(0, -2), saved.getWeights().slice(0, -2));
  assert.deepEqual(model.getWeights().slice(-2), before.slice(-2));
  const part = sequential([dense({ name: 'head', units: 5, inputShape: [18] })]);
  await assert.rejects(part.loadWeights(path), /the model has no weights 'conv\/kernel'/);
  await part.loadWeights(path, { byName: true });
  assert.deepEqual(part.getWeights(), saved.getWeights().slice(-2));
});
