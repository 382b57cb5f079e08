import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { laneLoads } from '../../../tests/support/lane-loads.ts';
import { NativeKernels } from '../../../tests/support/native-kernel.ts';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { RandomKernel } from '../../../tests/support/random-kernel.ts';
import { InternalError } from '../../base/errors.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import { interpretKernel } from '../../kernels/interpret.ts';
import type {
  BinaryOp,
  CompareOp,
  IntBinaryOp,
  Kernel,
  MaskOp,
  UnaryOp,
  Vec,
  VectorTarget,
} from '../../kernels/ir.ts';
import { printKernel } from '../../kernels/print.ts';
import { Assembler } from './assembler.ts';
import { emitKernel } from './kernel.ts';
import { type Isa, nativeTarget } from './target.ts';

const MEMORY_FLOATS = 16384;
const ALL = [{ start: 0, end: MEMORY_FLOATS * 4, writable: true }];
/** Byte addresses of three sources and a result. */
const [A, B, C, DST] = [4096, 12288, 20480, 32768] as const;
const VECTORS = 64;

const machine = await NativeKernels.create().catch((error: Error) => error);

interface Run {
  readonly pointers: readonly number[];
  readonly counts: readonly number[];
  readonly before: Float32Array;
}

function isNaNBits(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}

/** Machine code and the interpreter must leave the same bits (NaNs may differ in their payload). */
function agrees(isa: Isa, kernel: Kernel, { pointers, counts, before }: Run): void {
  assert.ok(machine instanceof NativeKernels);
  const actual = machine.run(kernel, isa, { memory: before, pointers, counts });
  const memory = before.slice();
  interpretKernel(kernel, { memory, regions: ALL, pointers, counts, fused: true });
  const expected = new Int32Array(memory.buffer);
  const at = expected.findIndex(
    (bits, i) => bits !== actual[i] && !(isNaNBits(bits) && isNaNBits(actual[i]!)),
  );
  assert.equal(at, -1, `word ${at} is ${actual[at]} for ${expected[at]}\n${printKernel(kernel)}`);
}

const SPECIAL = [0, -0, 1, -1, 0.5, -2.5, 1e-40, -1e-40, 3e38, -3e38, Infinity, -Infinity, NaN, 1.5, 8388609];

/** Random numbers of many magnitudes, special ones among them when wanted. */
function randomFloats(seed: number, special: boolean): Float32Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: MEMORY_FLOATS }, () => {
    if (special && next() < 0.4) return SPECIAL[Math.floor(next() * SPECIAL.length)]!;
    return (next() - 0.5) * 2 ** Math.floor(next() * 20 - 10);
  });
}

const BINARY: readonly (BinaryOp | IntBinaryOp)[] = [
  'add',
  'sub',
  'mul',
  'div',
  'min',
  'max',
  'addInt',
  'mulInt',
  'xorInt',
  'andInt',
  'orInt',
];
const UNARY: readonly UnaryOp[] = [
  'copy',
  'neg',
  'abs',
  'sqrt',
  'floor',
  'toFloat',
  'sumLanes',
  'maxLanes',
  'minLanes',
];
const COMPARE: readonly CompareOp[] = ['less', 'lessEqual', 'equal'];
const MASK: readonly MaskOp[] = ['and', 'or', 'andNot'];

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
        before: randomFloats(name.length * 7, special),
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

    it('broadcasts and offsets of both signs', () => {
      const k = new KernelBuilder('offsets', target);
      const [src, dst] = [k.pointer('src'), k.pointer('dst')];
      for (const [i, offset] of [0, 4, -4, 400, -512, 1024].entries()) {
        k.store(k.broadcast(src, offset), dst, i * 64);
        k.store(k.load(src, offset), dst, -64 - i * 64);
      }
      agrees(isa, k.finish(), { pointers: [4096, 32768], counts: [], before: randomFloats(3, true) });
    });

    it('partial accesses of every count touch nothing behind their last lane', () => {
      for (let count = 1; count < target.lanes; count++) {
        for (const offset of [0, -64]) {
          const k = new KernelBuilder('partial', target);
          const [src, dst] = [k.pointer('src'), k.pointer('dst')];
          const value = k.load(src, offset, count);
          k.store(value, dst);
          k.store(k.add(value, value), src, offset, count);
          k.loop(3, [{ ptr: dst, bytes: vectorBytes }], () =>
            k.store(k.sub(k.load(src, offset, count), k.load(dst)), dst, 4, count),
          );
          const start = MEMORY_FLOATS * 4 - count * 4;
          agrees(isa, k.finish(), {
            pointers: [start - offset, DST],
            counts: [],
            before: randomFloats(count, true),
          });
        }
      }
    });

    it('loads of bytes and gathers', () => {
      for (const { kernel, bytes } of laneLoads(target)) {
        const pointers = [MEMORY_FLOATS * 4 - bytes, DST];
        agrees(isa, kernel, { pointers, counts: [], before: randomFloats(bytes, true) });
      }
    });

    it('loads do not move behind stores that change what they read', () => {
      const k = new KernelBuilder('aliases', target);
      const [p, q] = [k.pointer('p'), k.pointer('q')];
      const before = k.load(p);
      const partial = k.load(p, 0, 3);
      const single = k.broadcast(p, 4);
      k.store(k.constant(9), q);
      k.store(k.add(k.add(before, partial), single), q, 256);
      agrees(isa, k.finish(), { pointers: [A, A], counts: [], before: randomFloats(17, false) });
    });

    it('loops run as often as their counts say', () => {
      for (const by of [1, 2, 3, 6, 7, 8, 100]) {
        for (const n of [0, 1, 2, 3, 7, 8, 23, 24, 199, 200]) {
          const kernel = countingKernel(target, by);
          agrees(isa, kernel, { pointers: [16384], counts: [n], before: new Float32Array(MEMORY_FLOATS) });
        }
      }
    });

    it('constant counts of 0 and 1 need no loop, and pointers still move', () => {
      const k = new KernelBuilder('constants', target);
      const dst = k.pointer('dst');
      const one = k.constant(1);
      for (const count of [0, 1, 2]) k.loop(count, [{ ptr: dst, bytes: 128 }], () => k.store(one, dst));
      k.store(one, dst);
      const { body, ...rest } = k.finish();
      // The builder drops loops of count 0; the code generator must not run them either.
      const kernel: Kernel = { ...rest, body: [...body, { op: 'loop', count: 0, body, bumps: [] }] };
      agrees(isa, kernel, { pointers: [4096], counts: [], before: new Float32Array(MEMORY_FLOATS) });
    });

    it('more values than registers go through memory', () => {
      for (const count of [10, 20, 40, 70]) {
        const k = new KernelBuilder('many', target);
        const [src, dst] = [k.pointer('src'), k.pointer('dst')];
        const n = k.count('n');
        k.loop({ int: n, op: 'div', by: 3 }, [{ ptr: src, bytes: 64 }], () => {
          const values = Array.from({ length: count }, (_, i) => k.load(src, i * 64));
          const least = values.map((value, i) => k.min(value, values[count - 1 - i]!));
          const masks = values.slice(0, 6).map((value, i) => k.compare('less', value, values[i + 1]!));
          const chosen = masks.map((mask, i) => k.select(mask, values[i]!, least[i]!));
          const sums = values.map((value, i) => k.fma(value, least[i]!, values[(i * 7) % count]!));
          [...sums, ...chosen, ...values].forEach((value, i) => {
            k.store(value, dst, i * vectorBytes);
          });
        });
        agrees(isa, k.finish(), { pointers: [1024, 40960], counts: [7], before: randomFloats(count, false) });
      }
    });

    it('more pointers than registers go through memory', () => {
      const k = new KernelBuilder('pointers', target);
      const bases = Array.from({ length: 9 }, (_, i) => k.pointer(`p${i}`));
      const [n, dst] = [k.count('n'), k.pointer('dst')];
      const nest = (depth: number): void => {
        const own = bases.map((ptr, i) => k.pointerAt('own', ptr, depth * 4 + i * 8));
        const bumps = own.map((ptr, i) => ({ ptr, bytes: 4 + 4 * i }));
        k.loop(
          depth % 2 === 0 ? { int: n, op: 'mod', by: 3 } : 2,
          [...bumps, { ptr: dst, bytes: 64 }],
          () => {
            if (depth < 4) nest(depth + 1);
            for (const ptr of own) k.store(k.add(k.load(ptr, 64), k.load(dst, 4)), dst, 64);
            k.store(k.load(bases[depth]!, 8, 3), dst, 256, 3);
          },
        );
      };
      nest(0);
      const pointers = [...bases.map((_, i) => 4096 + i * 512), 16384];
      agrees(isa, k.finish(), { pointers, counts: [8], before: randomFloats(5, false) });
    });

    it('random kernels of nested loops', () => {
      for (let seed = 1; seed <= 150; seed++) {
        const before = Float32Array.from({ length: MEMORY_FLOATS }, (_, i) => (i % 251) / 64 - 2);
        const kernel = new RandomKernel(seed * 7919, target).build();
        agrees(isa, kernel, { pointers: [4096, 32768], counts: [5], before });
      }
    });
  });

  describe(`kernels that ${isa} code cannot hold`, () => {
    it('kernels for other vectors are refused', () => {
      const k = new KernelBuilder('narrow', { ...target, lanes: 4 });
      assert.throws(() => emitKernel(k.finish(), new Assembler(), isa), InternalError);
    });

    it('a tile of more accumulators than registers is refused', () => {
      const k = new KernelBuilder('large', target);
      const [src, dst] = [k.pointer('src'), k.pointer('dst')];
      const acc = Array.from({ length: target.registers }, () => k.constant(0, 'acc'));
      for (const each of acc) k.constantInto(each, 0);
      k.loop(9, [{ ptr: src, bytes: 64 }], () => {
        const w = k.load(src);
        for (const [i, each] of acc.entries()) k.fmaInto(each, k.broadcast(src, i * 4), w);
      });
      for (const [i, each] of acc.entries()) k.store(each, dst, i * vectorBytes);
      assert.throws(() => emitKernel(k.finish(), new Assembler(), isa), /its tile is too large/);
    });
  });
}

/** Counts its rounds in memory: dst[0] += 1, and walks dst along. */
function countingKernel(target: VectorTarget, by: number): Kernel {
  const k = new KernelBuilder('counting', target);
  const dst = k.pointer('dst');
  const n = k.count('n');
  const one = k.constant(1);
  const round = (): void => k.store(k.add(k.load(dst), one), dst);
  k.loop({ int: n, op: 'div', by }, [{ ptr: dst, bytes: 64 }], round);
  k.advance(dst, 256);
  k.loop({ int: n, op: 'mod', by }, [{ ptr: dst, bytes: -64 }], round);
  k.loop({ int: n, op: 'div', by: 7 }, [], () => k.loop(3, [{ ptr: dst, bytes: 4 }], round));
  round();
  return k.finish();
}
