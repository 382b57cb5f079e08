import assert from 'node:assert/strict';
import test from 'node:test';
import { plainTarget } from '../../tests/support/plain-target.ts';
import { InternalError } from '../base/errors.ts';
import { KernelBuilder } from './builder.ts';
import { fusedMultiplyAdd } from './fused-multiply-add.ts';
import { interpretKernel } from './interpret.ts';
import type { Ptr, Vec } from './ir.ts';

const target = plainTarget(8);

/** dst[i] = src[i] * 2 + 1 for n elements. */
function affineKernel() {
  const b = new KernelBuilder('affine', target);
  const [src, dst] = [b.pointer('src'), b.pointer('dst')];
  const n = b.count('n');
  const [two, one] = [b.constant(2), b.constant(1)];
  const bumps = (bytes: number) => [src, dst].map((ptr) => ({ ptr, bytes }));
  b.loop({ int: n, op: 'div', by: 8 }, bumps(32), () => b.store(b.fma(b.load(src), two, one), dst));
  b.loop({ int: n, op: 'mod', by: 8 }, bumps(4), () =>
    b.store(b.fma(b.load(src, 0, 1), two, one), dst, 0, 1),
  );
  return b.finish();
}

const regions = (count: number) => [
  { start: 0, end: count * 4, writable: false },
  { start: 256, end: 256 + count * 4, writable: true },
];

test('runs loops over whole and partial vectors', () => {
  for (const count of [0, 1, 7, 8, 9, 30]) {
    const memory = Float32Array.from({ length: 128 }, (_, i) => i);
    interpretKernel(affineKernel(), { memory, regions: regions(count), pointers: [0, 256], counts: [count] });
    for (let i = 0; i < 64; i++) assert.equal(memory[64 + i], i < count ? 2 * i + 1 : 64 + i);
  }
});

test('an access outside the regions names the kernel, the instruction and the address', () => {
  const memory = new Float32Array(128);
  const run = (options: {
    count: number;
    pointers: readonly number[];
    regions?: ReturnType<typeof regions>;
  }) =>
    interpretKernel(affineKernel(), {
      memory,
      regions: options.regions ?? regions(8),
      pointers: options.pointers,
      counts: [options.count],
    });
  const refuses = (pattern: RegExp, options: Parameters<typeof run>[0]): void => {
    assert.throws(
      () => run(options),
      (error: Error) => error instanceof InternalError && pattern.test(error.message),
    );
  };
  refuses(/affine.*load.*reads the bytes \[32, 36\)/s, { count: 9, pointers: [0, 256] });
  refuses(/affine.*load.*reads the bytes \[4, 36\)/s, { count: 8, pointers: [4, 256] });
  refuses(/affine.*store.*writes the bytes \[0, 32\)/s, { count: 8, pointers: [0, 0] });
  refuses(/reads the bytes \[-4, 28\)/, { count: 8, pointers: [-4, 256] });
  refuses(/reads the bytes \[2, 6\)/, { count: 1, pointers: [2, 256] });
  refuses(/regions: none/, { count: 8, pointers: [0, 256], regions: [] });
});

test('each lane of a gather and each byte is checked', () => {
  const run = (write: (b: KernelBuilder, src: Ptr) => Vec): void => {
    const b = new KernelBuilder('lanes', target);
    const [src, dst] = [b.pointer('src'), b.pointer('dst')];
    b.store(write(b, src), dst);
    interpretKernel(b.finish(), {
      memory: new Float32Array(128),
      regions: regions(8),
      pointers: [0, 256],
      counts: [],
    });
  };
  const lanes = (b: KernelBuilder, first: number) =>
    b.intBinary('addInt', b.unary('toInt', b.iota()), b.constantInt(first));
  run((b, src) => b.gather(src, lanes(b, 0)));
  run((b, src) => b.gatherBytes(src, lanes(b, 24)));
  run((b, src) => b.loadBytes(src, 24));
  assert.throws(() => run((b, src) => b.gather(src, lanes(b, 1))), /gather.*reads the bytes \[32, 36\)/);
  assert.throws(() => run((b, src) => b.gather(src, lanes(b, -1))), /gather.*reads the bytes/);
  assert.throws(() => run((b, src) => b.gather(src, lanes(b, 0), 2)), /malformed.*multiple of 4/);
  assert.throws(() => run((b, src) => b.gatherBytes(src, lanes(b, 25))), /reads the bytes \[32, 33\)/);
  assert.throws(() => run((b, src) => b.gatherBytes(src, lanes(b, -1))), /gatherBytes.*reads the bytes/);
  assert.throws(() => run((b, src) => b.loadBytes(src, 25)), /loadBytes.*reads the bytes \[25, 33\)/);
});

test('arguments that do not fit the kernel are refused', () => {
  const memory = new Float32Array(128);
  const good = { memory, regions: regions(8), pointers: [0, 256], counts: [8] };
  assert.throws(() => interpretKernel(affineKernel(), { ...good, pointers: [0] }), InternalError);
  assert.throws(() => interpretKernel(affineKernel(), { ...good, counts: [-1] }), InternalError);
});

test('a fused multiply-add rounds once', () => {
  // 1 + 2^-23 squared is 1 + 2^-22 + 2^-46: the last term is lost when the product is rounded.
  const x = 1 + 2 ** -23;
  assert.equal(Math.fround(Math.fround(x * x) - (1 + 2 ** -22)), 0);
  assert.equal(fusedMultiplyAdd(x, x, -(1 + 2 ** -22)), 2 ** -46);
  // Halfway between two f32 numbers but for a term of 2^-60: rounding through f64 would lose it and round to even.
  const halfway = 1 + 2 ** -12;
  const exact = fusedMultiplyAdd(halfway, halfway, 2 ** -60);
  assert.equal(Math.fround(halfway * halfway + 2 ** -60), 1 + 2 ** -11);
  assert.equal(exact, 1 + 2 ** -11 + 2 ** -23);
  assert.equal(fusedMultiplyAdd(halfway, halfway, -(2 ** -60)), 1 + 2 ** -11);
  assert.equal(fusedMultiplyAdd(-halfway, halfway, -(2 ** -60)), -exact);
  assert.equal(fusedMultiplyAdd(2, 3, -6), 0);
  assert.equal(fusedMultiplyAdd(Number.POSITIVE_INFINITY, 1, 1), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(fusedMultiplyAdd(Number.POSITIVE_INFINITY, 0, 1)));
});
