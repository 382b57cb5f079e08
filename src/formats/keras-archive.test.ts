import assert from 'node:assert/strict';
import test from 'node:test';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { readKerasArchive, writeKerasArchive } from './keras-archive.ts';
import { readZip, writeZip } from './zip.ts';

const text = (value: string) => new TextEncoder().encode(value);
const weights = Uint8Array.of(1, 2, 3);

test('config and weights come back', () => {
  const bytes = writeKerasArchive({ config: { class_name: 'Sequential' }, weights }, new Date());
  const archive = readKerasArchive(bytes, 'x.keras');
  assert.deepEqual(archive.config, { class_name: 'Sequential' });
  assert.deepEqual(archive.weights, weights);
});

test('metadata has the version and the local time in the form of Keras', () => {
  const bytes = writeKerasArchive({ config: {}, weights }, new Date(2026, 10, 4, 4, 8, 1));
  const metadata = readZip(bytes, ['metadata.json'], 'x')['metadata.json'];
  assert.deepEqual(JSON.parse(new TextDecoder().decode(metadata)), {
    keras_version: '3.15.1',
    date_saved: '2026-11-04@04:08:01',
  });
});

test('a missing or broken member is named', () => {
  const cases: [Record<string, Uint8Array>, RegExp][] = [
    [{}, /no 'config\.json'/],
    [{ 'metadata.json': text('{}') }, /no 'config\.json', only metadata\.json/],
    [{ 'config.json': text('{}') }, /no 'model\.weights\.h5', only config\.json/],
    [{ 'config.json': text('{"a":'), 'model.weights.h5': weights }, /'config\.json' is not valid JSON/],
    [{ 'config.json': text('[1]'), 'model.weights.h5': weights }, /'config\.json' holds no JSON object/],
    [{ 'config.json': Uint8Array.of(0xff, 0xfe), 'model.weights.h5': weights }, /not valid JSON/],
  ];
  for (const [members, message] of cases) {
    assert.throws(
      () => readKerasArchive(writeZip(members), 'x.keras'),
      (error) => error instanceof FormatError && message.test(error.message),
    );
  }
});

test('weights in the format of numpy are refused', () => {
  const bytes = writeZip({ 'config.json': text('{}'), 'model.weights.npz': weights });
  assert.throws(() => readKerasArchive(bytes, 'x.keras'), UnsupportedError);
});
