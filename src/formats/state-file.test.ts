import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../base/errors.ts';
import type { StateValue } from '../base/state-value.ts';
import { readState, writeState } from './state-file.ts';

const value: StateValue = {
  nothing: null,
  flags: [true, false],
  text: 'ä "quoted"\n',
  numbers: [
    0.1,
    -0,
    5e-324,
    1.7976931348623157e308,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -Infinity,
    2 ** 53 - 1,
  ],
  weights: Float32Array.of(1, -0, Number.NaN, 3e-45),
  empty: new Float32Array(0),
  precise: new Float64Array([1, 2, 0.1, 3]).subarray(1, 3),
  inner: { list: [{ a: Float32Array.of(7) }, []], record: {} },
};

const what = "'a.state'";

test('a state comes back exactly, from a Buffer too', async () => {
  const bytes = await writeState(value);
  assert.deepEqual(await readState(bytes, what), value);
  // Bytes in the middle of a larger buffer, as a file may be read.
  const pool = Buffer.alloc(bytes.length + 3);
  pool.set(bytes, 3);
  assert.deepEqual(await readState(pool.subarray(3), what), value);
  for (const each of [null, 3, 'text', [], {}])
    assert.deepEqual(await readState(await writeState(each), what), each);
  assert.equal(new TextDecoder().decode(bytes.subarray(0, 14)), 'fovea-state 1 ');
});

test('damage anywhere is found, and other formats and versions are refused', async () => {
  const bytes = await writeState(value);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    await assert.rejects(readState(damaged, what), FormatError, `byte ${at}`);
  }
  for (let length = 0; length < bytes.length; length++) {
    await assert.rejects(readState(bytes.subarray(0, length), what), FormatError, `length ${length}`);
  }
  const text = new TextDecoder('latin1').decode(bytes);
  const encode = (changed: string) => Uint8Array.from(changed, (c) => c.charCodeAt(0));
  await assert.rejects(readState(encode('PK\u0003\u0004'), what), /'a.state' is no state file/);
  await assert.rejects(
    readState(encode(text.replace('e 1 ', 'e 2 ')), what),
    /of version 2; this version of Fovea reads version 1/,
  );
  await assert.rejects(
    readState(bytes.subarray(0, -1), what),
    /is damaged: it has \d+ bytes behind its first line/,
  );
  await assert.rejects(readState(encode(text.replace('quoted', 'Quoted')), what), /is damaged: its checksum/);
});

test('names that mean arrays are refused', async () => {
  await assert.rejects(writeState({ $array: 3 }), /cannot have the name '\$array'/);
});
