/** @file Each operation as WebAssembly gives what the interpreter gives. */

import test from 'node:test';
import {
  BINARY,
  COMPARE,
  MASK,
  randomFloats,
  SPECIAL,
  UNARY,
} from '../../../tests/support/kernel-operations.ts';
import { agrees, MEMORY_BYTES, type Run, target } from '../../../tests/support/wasm-kernel.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Kernel } from '../../kernels/ir.ts';

const VECTORS = 64;
const [A, B, C, DST] = [1024, 4096, 8192, 16384] as const;

/** A kernel that applies `write` to 64 triples of vectors, and its run. */
function overTriples(
  name: string,
  write: (
    b: KernelBuilder,
    load: (p: 0 | 1 | 2) => ReturnType<KernelBuilder['vec']>,
  ) => ReturnType<KernelBuilder['vec']>,
  special = true,
): [Kernel, Run] {
  const k = new KernelBuilder(name, target);
  const sources = [k.pointer('a'), k.pointer('b'), k.pointer('c')] as const;
  const dst = k.pointer('dst');
  k.loop(
    VECTORS,
    [...sources, dst].map((ptr) => ({ ptr, bytes: 16 })),
    () => {
      k.store(
        write(k, (which) => k.load(sources[which])),
        dst,
      );
    },
  );
  const before = new Float32Array(MEMORY_BYTES / 4);
  [A, B, C].forEach((address, i) => {
    before.set(randomFloats(VECTORS * 4, name.length * 7 + i, special), address / 4);
  });
  return [k.finish(), { pointers: [A, B, C, DST], counts: [], before }];
}

for (const op of BINARY) {
  test(`${op} agrees with the interpreter`, () => {
    agrees(
      ...overTriples(op, (b, load) => {
        const dst = b.vec('dst');
        b.binaryInto(op, dst, load(0), load(1));
        return dst;
      }),
    );
  });
}

for (const op of UNARY) {
  test(`${op} agrees with the interpreter`, () => {
    agrees(...overTriples(op, (b, load) => b.unary(op, load(0))));
  });
}

test('toInt agrees with the interpreter within the range of i32', () => {
  agrees(...overTriples('toInt', (b, load) => b.unary('toInt', load(0)), false));
});

test('shifts agree with the interpreter', () => {
  for (const op of ['shiftLeftInt', 'shiftRightInt'] as const) {
    for (const by of [0, 1, 9, 31]) agrees(...overTriples(op, (b, load) => b.shift(op, load(0), by)));
  }
});

test('fma agrees with the interpreter', () => {
  agrees(...overTriples('fma', (b, load) => b.fma(load(0), load(1), load(2))));
  agrees(
    ...overTriples('fma_into', (b, load) => {
      const acc = load(2);
      b.fmaInto(acc, load(0), load(1));
      b.fmaInto(acc, acc, acc);
      return acc;
    }),
  );
});

test('comparisons, mask operations and select agree with the interpreter', () => {
  for (const op of COMPARE) {
    agrees(...overTriples(op, (b, load) => b.select(b.compare(op, load(0), load(1)), load(2), load(0))));
  }
  for (const op of MASK) {
    agrees(
      ...overTriples(op, (b, load) => {
        const mask = b.maskOp(
          op,
          b.compare('less', load(0), load(1)),
          b.compare('lessEqual', load(1), load(2)),
        );
        return b.select(mask, load(2), load(0));
      }),
    );
  }
});

test('constants agree with the interpreter', () => {
  for (const value of [...SPECIAL, 0.1]) {
    agrees(...overTriples('constant', (b, load) => b.add(load(0), b.constant(value))));
  }
  for (const value of [0, 1, -1, 0x7fffffff, 0xffffffff, -(2 ** 31)]) {
    agrees(...overTriples('constantInt', (b, load) => b.intBinary('xorInt', load(0), b.constantInt(value))));
  }
  agrees(...overTriples('iota', (b, load) => b.add(load(0), b.iota())));
});
