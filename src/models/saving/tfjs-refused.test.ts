/** @file What of TensorFlow.js' files is refused, with what to do: other kinds, parts that do not fit together, paths that lead away. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  bytesOf,
  type ManifestWeight,
  named,
  open,
  type TfjsCase,
} from '../../../tests/support/tfjs-cases.ts';
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { resetNames } from '../../base/names.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { modelFromBytes } from './load.ts';

useBackend(new ReferenceBackend());
beforeEach(() => resetNames());

test('a graph-model, a model without weights and other JSON are refused with what to do', async () => {
  const refused: [unknown, typeof FormatError | typeof UnsupportedError, RegExp][] = [
    [
      { format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] },
      UnsupportedError,
      /graph-model.*layers-models/s,
    ],
    [{ modelTopology: { node: [], versions: {} }, weightsManifest: [] }, UnsupportedError, /graph-model/],
    [{ modelTopology: { class_name: 'Sequential', config: [] } }, FormatError, /has no 'weightsManifest'/],
    [{ modelTopology: null, weightsManifest: [] }, FormatError, /modelTopology=null/],
    [{ class_name: 'Sequential', config: [] }, FormatError, /no 'modelTopology'/],
  ];
  for (const [json, Class, message] of refused) {
    await assert.rejects(
      open(json, {}),
      (error) => error instanceof Class && message.test(error.message),
      String(message),
    );
  }
  await assert.rejects(modelFromBytes(new TextEncoder().encode('{"modelTopology": ')), /is not valid JSON/);
});

test('hard_sigmoid, which is another function in Keras 3, is refused by the layer', async () => {
  const item = named('sequential');
  const text = JSON.stringify(item.modelJson).replace('"softmax"', '"hard_sigmoid"');
  await assert.rejects(
    open(text, { 'weights.bin': bytesOf(item) }),
    /Layer 'dense_Dense1' has the activation hard_sigmoid/,
  );
});

/** The model must be refused with a message that names the file, when the first weight of its manifest is changed so. */
async function refuses(
  patch: (weights: ManifestWeight[]) => Partial<ManifestWeight>,
  message: RegExp,
  filesOf = (item: TfjsCase): Record<string, Uint8Array> => ({ 'weights.bin': bytesOf(item) }),
): Promise<void> {
  const item = named('shared');
  const { weights } = item.modelJson.weightsManifest[0]!;
  Object.assign(weights[0]!, patch(weights));
  await assert.rejects(open(item.modelJson, filesOf(item)), (error) => {
    assert.ok(error instanceof FormatError || error instanceof UnsupportedError, String(error));
    assert.match(error.message, message);
    assert.match(error.message, /model\.json/);
    return true;
  });
}

test('what does not fit together is refused', async () => {
  const item = named('shared');
  item.modelJson.weightsManifest[0]!.paths.push('weights.bin');
  await assert.rejects(
    open(item.modelJson, { 'weights.bin': bytesOf(item) }),
    (error) => error instanceof FormatError && /'weights\.bin' is named twice/.test(error.message),
  );
  const same = () => ({});
  const missing = /needs the file 'weights\.bin' beside it, with the weights 'conv2d.*not among/;
  await refuses(same, missing, () => ({ other: new Uint8Array(4) }));
  await refuses(same, /has \d+ bytes, expected \d+/, (item) => ({
    'weights.bin': bytesOf(item).subarray(4),
  }));
  await refuses(() => ({ name: 'other/kernel' }), /'other\/kernel' belongs to no layer/);
  await refuses((weights) => ({ name: weights[1]!.name }), /two weights called/);
  await refuses(([first]) => ({ shape: first!.shape.reverse() }), /does not fit the weight/);
  await refuses(() => ({ shape: [-1, 4] }), /has the shape \[-1, 4\]/);
  await refuses(() => ({ shape: [2 ** 40, 2 ** 40] }), /declares .* numbers/);
  await refuses(() => ({ shape: [2 ** 30] }), /expected \d+ for the weights/);
  await refuses(() => ({ dtype: 'complex64' }), /is of the type 'complex64'/);
  await refuses(() => ({ dtype: 'toString' }), /is of the type 'toString'/);
  await refuses(() => ({ quantization: { dtype: 'uint8', scale: 1 } }), /min=undefined/);
  const withoutLast = (weights: ManifestWeight[]) => 4 * weights.pop()!.shape.reduce((a, b) => a * b, 1);
  let bytes = 0;
  await refuses(
    (weights) => {
      bytes = withoutLast(weights);
      return {};
    },
    /1 of the model's \d weights are missing/,
    (item) => ({ 'weights.bin': bytesOf(item).subarray(0, -bytes) }),
  );
});

test('two names of one weight are refused', async () => {
  const item = named('sequential');
  const beta = item.modelJson.weightsManifest[0]!.weights.find(({ name }) => name.endsWith('/beta'))!;
  beta.name = `x/${beta.name.replace('/beta', '/gamma')}`;
  await assert.rejects(open(item.modelJson, { 'weights.bin': bytesOf(item) }), /are both/);
});

test('files elsewhere than beside model.json are not read', async () => {
  for (const path of [
    '/etc/passwd',
    '../weights.bin',
    'a/../../b',
    'C:\\x',
    'https://example.org/x',
    'a//b',
    './../a',
    './/etc/passwd',
    './',
    '',
  ]) {
    const item = named('shared');
    item.modelJson.weightsManifest[0]!.paths = [path];
    await assert.rejects(open(item.modelJson, {}), /Only files in its own folder/, path);
  }
});
