import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError, type FoveaError, UnsupportedError } from '../base/errors.ts';
import { isSafetensors, readSafetensors, writeSafetensors } from './safetensors.ts';

/** A file with this header and so many bytes of numbers. */
function fileOf(header: unknown, numbers: Uint8Array | number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const data = typeof numbers === 'number' ? new Uint8Array(numbers) : numbers;
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

test('what is written is read', () => {
  const tensors = [
    { name: 'a/kernel', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 1e-40) },
    { name: 'count', shape: [], data: Float32Array.of(7) },
    { name: 'none', shape: [0, 3], data: new Float32Array(0) },
  ];
  const bytes = writeSafetensors(tensors);
  assert.ok(isSafetensors(bytes));
  const read = readSafetensors(bytes, 'x').map(({ name, shape, read: numbers }) => ({
    name,
    shape,
    data: numbers(),
  }));
  assert.deepEqual(read, tensors);
});

test('numbers of all types', () => {
  const cases: [string, Uint8Array, number[]][] = [
    ['F16', new Uint8Array(Uint16Array.of(0x3c00, 0xc100).buffer), [1, -2.5]],
    ['BF16', new Uint8Array(Uint16Array.of(0x3f80, 0xc020).buffer), [1, -2.5]],
    ['F32', new Uint8Array(Float32Array.of(1.5, -2).buffer), [1.5, -2]],
    ['F64', new Uint8Array(Float64Array.of(0.1, -2).buffer), [0.1, -2]],
    ['I64', new Uint8Array(BigInt64Array.of(-3n, 1n << 40n).buffer), [-3, 2 ** 40]],
    ['I32', new Uint8Array(Int32Array.of(-3, 4).buffer), [-3, 4]],
    ['I16', new Uint8Array(Int16Array.of(-3, 4).buffer), [-3, 4]],
    ['I8', new Uint8Array(Int8Array.of(-3, 4).buffer), [-3, 4]],
    ['U8', Uint8Array.of(3, 255), [3, 255]],
  ];
  for (const [dtype, numbers, expected] of cases) {
    const header = {
      __metadata__: { format: 'pt' },
      x: { dtype, shape: [2], data_offsets: [0, numbers.length] },
    };
    const [x] = readSafetensors(fileOf(header, numbers), 'x');
    assert.deepEqual(Array.from(x!.read()), expected, dtype);
  }
});

test('what is damaged or of other types is refused', () => {
  const f32 = (shape: unknown, ...offsets: unknown[]) => ({ dtype: 'F32', shape, data_offsets: offsets });
  const cases: [unknown, number, RegExp, typeof FoveaError?][] = [
    [{ a: f32([2], 0, 8) }, 4, /holds 4 bytes of numbers, its header speaks of 8/],
    [{ a: f32([2], 0, 8) }, 12, /holds 12 bytes/],
    [{ a: f32([2], 0, 4) }, 4, /'a' of shape \[2\] and type F32 has 4 bytes/],
    [{ a: f32([2], 4, 12) }, 12, /'a' leaves a gap/],
    [{ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12, /'b' overlaps/],
    [{ a: f32([-1], 0, 8) }, 8, /no type, shape and place/],
    [{ a: f32([1e300, 1e300], 0, 8) }, 8, /no type, shape and place/],
    [{ a: f32([2 ** 40, 2 ** 40, 2 ** 40], 0, 8) }, 8, /has 8 bytes/],
    [{ a: f32([1], 0) }, 4, /no type, shape and place/],
    [{ a: null }, 4, /no type, shape and place/],
    [{ a: { ...f32([1], 0, 1), dtype: 'F8_E4M3' } }, 1, /of type F8_E4M3; known are/, UnsupportedError],
    [{ a: { ...f32([1], 0, 1), dtype: 'constructor' } }, 1, /of type constructor/, UnsupportedError],
    ['{"__proto__": 1}', 0, /has the key '__proto__'/],
    ['{"a": ', 0, /the header is not valid JSON/],
  ];
  for (const [header, size, message, Class = FormatError] of cases) {
    assert.throws(
      () => readSafetensors(fileOf(header, size), 'x.safetensors'),
      (error) =>
        error instanceof Class && message.test(error.message) && /^x\.safetensors/.test(error.message),
      JSON.stringify(header),
    );
  }
  assert.ok(!isSafetensors(new TextEncoder().encode('{"modelTopology": {}}')));
});
