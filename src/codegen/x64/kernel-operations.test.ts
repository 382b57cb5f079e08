/** @file Each operation as machine code gives what the interpreter gives. */

import { describe, it } from 'node:test';
import {
  BINARY,
  COMPARE,
  MASK,
  randomFloats,
  SPECIAL,
  UNARY,
} from '../../../tests/support/kernel-operations.ts';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { A, agrees, B, C, DST, MEMORY_FLOATS, VECTORS } from '../../../tests/support/x64-kernel.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import type { Vec } from '../../kernels/ir.ts';
import { nativeTarget } from './target.ts';

/** Writes a result from operands that are in registers, in memory (loads used once) or constants. */
type Write = (k: KernelBuilder, load: (which: 0 | 1 | 2) => Vec) => Vec;

for (const isa of ['avx2', 'avx512'] as const) {
  const target = nativeTarget(isa);
  const vectorBytes = target.lanes * 4;

  /** Checks `write` on 64 triples of vectors: operands folded where they can be, in registers, and broadcast. */
  const overTriples = (name: string, write: Write, special = true): void => {
    for (const mode of ['folded', 'registers', 'broadcast'] as const) {
      const k = new KernelBuilder(name, target);
      const sources = [k.pointer('a'), k.pointer('b'), k.pointer('c')] as const;
      const dst = k.pointer('dst');
      const bumps = [...sources, dst].map((ptr) => ({ ptr, bytes: vectorBytes }));
      k.loop(VECTORS, bumps, () => {
        const registers = mode === 'registers' ? sources.map((ptr) => k.load(ptr)) : [];
        const load = (which: 0 | 1 | 2): Vec =>
          registers[which] ?? (mode === 'folded' ? k.load(sources[which]) : k.broadcast(sources[which]));
        k.store(write(k, load), dst);
        // A second use of each keeps them in registers.
        for (const register of registers) k.store(register, dst, VECTORS * vectorBytes);
      });
      agrees(isa, k.finish(), {
        pointers: [A, B, C, DST],
        counts: [],
        before: randomFloats(MEMORY_FLOATS, name.length * 7, special),
      });
    }
  };

  describe(`kernels as ${isa} code`, { skip: whyNotNative(isa) }, () => {
    for (const op of BINARY) {
      it(op, () => {
        const write =
          (first: 0 | 1, second: 0 | 1): Write =>
          (k, load) => {
            const dst = k.vec('dst');
            k.binaryInto(op, dst, load(first), load(second));
            return dst;
          };
        overTriples(op, write(0, 1));
        overTriples(`${op} swapped`, write(1, 0));
        overTriples(`${op} with itself`, (k, load) => {
          const a = load(0);
          k.binaryInto(op, a, a, a);
          return a;
        });
        for (const left of [true, false]) {
          overTriples(`${op} with a constant`, (k, load) => {
            const dst = k.vec('dst');
            const [x, c] = [load(0), k.constant(1.25)];
            k.binaryInto(op, dst, left ? c : x, left ? x : c);
            return dst;
          });
        }
      });
    }

    for (const op of UNARY) {
      it(op, () => {
        overTriples(op, (k, load) => k.unary(op, load(0)));
        overTriples(`${op} of a constant`, (k, load) => k.add(load(0), k.unary(op, k.constant(2.5))));
      });
    }

    it('toInt within the range of i32', () => {
      overTriples('toInt', (k, load) => k.unary('toInt', load(0)), false);
    });

    it('shifts', () => {
      for (const op of ['shiftLeftInt', 'shiftRightInt'] as const) {
        for (const by of [0, 1, 9, 31]) overTriples(op, (k, load) => k.shift(op, load(0), by));
      }
    });

    it('fma in all forms', () => {
      const orders = [
        [0, 1, 2],
        [1, 0, 2],
        [2, 1, 0],
        [0, 0, 1],
        [0, 1, 1],
        [0, 1, 0],
      ] as const;
      for (const [a, b, c] of orders) overTriples('fma', (k, load) => k.fma(load(a), load(b), load(c)));
      for (const field of [0, 1, 2]) {
        overTriples('fma with a constant', (k, load) => {
          const operands = ([0, 1, 2] as const).map((i) => (i === field ? k.constant(0.75) : load(i)));
          return k.fma(operands[0]!, operands[1]!, operands[2]!);
        });
      }
      overTriples('fma of constants', (k, load) =>
        k.add(load(0), k.fma(k.constant(1.5), k.constant(2.5), k.constant(0.5))),
      );
      overTriples('fma into', (k, load) => {
        const acc = load(2);
        k.fmaInto(acc, load(0), load(1));
        k.fmaInto(acc, acc, acc);
        return acc;
      });
    });

    it('comparisons, mask operations and select', () => {
      for (const op of COMPARE) {
        overTriples(op, (k, load) => k.select(k.compare(op, load(0), load(1)), load(2), load(0)));
        overTriples(op, (k, load) =>
          k.select(k.compare(op, k.constant(0.5), load(1)), load(2), k.constant(3)),
        );
      }
      for (const op of MASK) {
        overTriples(op, (k, load) => {
          const first = k.compare('less', load(0), load(1));
          return k.select(k.maskOp(op, first, k.compare('lessEqual', load(1), load(2))), load(2), load(0));
        });
      }
    });

    it('constants', () => {
      for (const value of [...SPECIAL, 0.1]) {
        overTriples('constant', (k, load) => k.add(load(0), k.constant(value)));
        overTriples('stored', (k, load) =>
          k.select(k.compare('less', load(0), load(1)), k.constant(value), load(2)),
        );
      }
      for (const value of [0, 1, -1, 0x7fffffff, 0xffffffff, -(2 ** 31)]) {
        overTriples('constantInt', (k, load) => k.intBinary('xorInt', load(0), k.constantInt(value)));
      }
      overTriples('iota', (k, load) => k.add(load(0), k.iota()));
      overTriples('overwritten', (k, load) => {
        const v = k.constant(7);
        k.binaryInto('add', v, v, load(0));
        k.constantInto(v, 0);
        k.binaryInto('sub', v, v, load(1));
        return v;
      });
    });
  });
}
