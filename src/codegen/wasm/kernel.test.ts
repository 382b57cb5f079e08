import assert from 'node:assert/strict';
import test from 'node:test';
import { laneLoads } from '../../../tests/support/lane-loads.ts';
import { InternalError } from '../../base/errors.ts';
import { KernelBuilder } from '../../kernels/builder.ts';
import { interpretKernel, type Region } from '../../kernels/interpret.ts';
import type { BinaryOp, CompareOp, IntBinaryOp, Kernel, MaskOp, UnaryOp } from '../../kernels/ir.ts';
import { printKernel } from '../../kernels/print.ts';
import { hasRelaxedSimd } from '../../wasm/features.ts';
import { FunctionWriter } from '../../wasm/function-writer.ts';
import { ModuleWriter } from '../../wasm/module-writer.ts';
import { V128 } from '../../wasm/opcodes.ts';
import { emitKernel, kernelParameters } from './kernel.ts';
import { wasmTarget } from './target.ts';

const target = wasmTarget(false);
const MEMORY_BYTES = 65536;

const MODES = hasRelaxedSimd() ? [false, true] : [false];

interface Run {
  readonly pointers: readonly number[];
  readonly counts: readonly number[];
  /** The memory before the run. */
  readonly before: Float32Array;
  readonly regions?: readonly Region[];
}

/** Runs a kernel as WebAssembly and returns the memory afterwards. */
function runWasm(kernel: Kernel, run: Run, relaxedSimd: boolean): Int32Array {
  const module = new ModuleWriter(false);
  const index = module.function(kernel.name, kernelParameters(kernel), (body) =>
    emitKernel(kernel, body, { relaxedSimd }),
  );
  module.export('run', index);
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).set(run.before);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } });
  (exports.run as (...args: number[]) => void)(...run.pointers, ...run.counts);
  return new Int32Array(memory.buffer);
}

function runInterpreter(kernel: Kernel, run: Run, fused: boolean): Int32Array {
  const memory = new Float32Array(MEMORY_BYTES / 4);
  memory.set(run.before);
  const regions = run.regions ?? [{ start: 0, end: MEMORY_BYTES, writable: true }];
  interpretKernel(kernel, { memory, regions, pointers: run.pointers, counts: run.counts, fused });
  return new Int32Array(memory.buffer);
}

function isNaNBits(bits: number): boolean {
  return (bits & 0x7fffffff) > 0x7f800000;
}

/** WebAssembly and the interpreter must leave the same bits (NaNs may differ in their payload). */
function agrees(kernel: Kernel, run: Run): void {
  for (const relaxedSimd of MODES) {
    const actual = runWasm(kernel, run, relaxedSimd);
    // An engine may fuse relaxed multiply-adds or not, as its processor can.
    const candidates = (relaxedSimd ? [true, false] : [false]).map((fused) =>
      runInterpreter(kernel, run, fused),
    );
    const differs = (expected: Int32Array): number =>
      expected.findIndex((bits, i) => bits !== actual[i] && !(isNaNBits(bits) && isNaNBits(actual[i]!)));
    const at = candidates.map(differs);
    assert.ok(
      at.includes(-1),
      `relaxed ${relaxedSimd}: word ${at[0]} is ${actual[at[0]!]} for ${candidates[0]![at[0]!]}\n${printKernel(kernel)}`,
    );
  }
}

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  1e-40,
  -1e-40,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
  NaN,
  1.5,
  8388609,
  -7.25,
];

/** Random numbers of many magnitudes, special ones among them when wanted. */
function randomFloats(count: number, seed: number, special: boolean): Float32Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length: count }, () => {
    if (special && next() < 0.4) return SPECIAL[Math.floor(next() * SPECIAL.length)]!;
    return (next() - 0.5) * 2 ** Math.floor(next() * 20 - 10);
  });
}

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
  for (const op of ['less', 'lessEqual', 'equal'] as const satisfies CompareOp[]) {
    agrees(...overTriples(op, (b, load) => b.select(b.compare(op, load(0), load(1)), load(2), load(0))));
  }
  for (const op of ['and', 'or', 'andNot'] as const satisfies MaskOp[]) {
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

test('broadcasts and offsets of both signs agree with the interpreter', () => {
  const k = new KernelBuilder('offsets', target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  for (const [i, offset] of [0, 4, -4, 400, -512].entries()) {
    k.store(k.broadcast(src, offset), dst, i * 64);
    k.store(k.load(src, offset), dst, -64 - i * 64);
    for (const count of [1, 2, 3]) k.store(k.load(src, offset, count), dst, 1024 + i * 64 + count * 16);
  }
  const before = randomFloats(MEMORY_BYTES / 4, 3, true);
  agrees(k.finish(), { pointers: [2048, 8192], counts: [], before });
});

test('partial accesses touch nothing behind their last lane, not even at the end of memory', () => {
  for (const count of [1, 2, 3]) {
    for (const offset of [0, -16]) {
      const k = new KernelBuilder('partial', target);
      const [src, dst] = [k.pointer('src'), k.pointer('dst')];
      const value = k.load(src, offset, count);
      k.store(value, dst, 0, 4);
      k.store(k.add(value, value), src, offset, count);
      const start = MEMORY_BYTES - count * 4;
      const regions = [
        { start, end: MEMORY_BYTES, writable: true },
        { start: DST, end: DST + 16, writable: true },
      ];
      const before = randomFloats(MEMORY_BYTES / 4, count, true);
      agrees(k.finish(), { pointers: [start - offset, DST], counts: [], before, regions });
    }
  }
});

test('loads of bytes and gathers read their own bytes only, up to the end of memory', () => {
  for (const { kernel, bytes } of laneLoads(target)) {
    const start = MEMORY_BYTES - bytes;
    const regions = [
      { start, end: MEMORY_BYTES, writable: false },
      { start: DST, end: DST + 4096, writable: true },
    ];
    const before = randomFloats(MEMORY_BYTES / 4, bytes, true);
    agrees(kernel, { pointers: [start, DST], counts: [], before, regions });
  }
});

/** Counts its rounds in memory: dst[0] += 1, and walks dst along. */
function countingKernel(by: number): Kernel {
  const k = new KernelBuilder('counting', target);
  const dst = k.pointer('dst');
  const n = k.count('n');
  const one = k.constant(1);
  const round = (): void => k.store(k.add(k.load(dst), one), dst);
  k.loop({ int: n, op: 'div', by }, [{ ptr: dst, bytes: 16 }], round);
  k.advance(dst, 256);
  k.loop({ int: n, op: 'mod', by }, [{ ptr: dst, bytes: -16 }], round);
  k.loop({ int: n, op: 'div', by: 7 }, [], () => k.loop(3, [{ ptr: dst, bytes: 4 }], round));
  round();
  return k.finish();
}

test('loops run as often as their counts say', () => {
  const before = new Float32Array(MEMORY_BYTES / 4);
  for (const by of [1, 2, 3, 8]) {
    for (const n of [0, 1, 2, 3, 7, 8, 23, 24]) {
      agrees(countingKernel(by), { pointers: [4096], counts: [n], before });
    }
  }
});

test('constant counts of 0 and 1 need no loop, and pointers still move', () => {
  const k = new KernelBuilder('constants', target);
  const dst = k.pointer('dst');
  const one = k.constant(1);
  for (const count of [0, 1, 2]) k.loop(count, [{ ptr: dst, bytes: 32 }], () => k.store(one, dst));
  k.store(one, dst);
  agrees(
    // The builder drops loops of count 0; the code generator must not run them either.
    (({ body, ...rest }) => ({ ...rest, body: [...body, { op: 'loop', count: 0, body, bumps: [] }] }))(
      k.finish(),
    ),
    { pointers: [4096], counts: [], before: new Float32Array(MEMORY_BYTES / 4) },
  );
});

test('a copied pointer moves on its own, around loops too', () => {
  const k = new KernelBuilder('pointers', target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  k.loop(3, [{ ptr: dst, bytes: 64 }], () => {
    const walk = k.pointerAt('walk', src, 8);
    const sum = k.constant(0);
    k.loop(5, [{ ptr: walk, bytes: 12 }], () => k.binaryInto('add', sum, sum, k.load(walk, -8)));
    k.store(sum, dst);
    k.store(k.load(walk), dst, 16);
  });
  agrees(k.finish(), {
    pointers: [1024, 8192],
    counts: [],
    before: randomFloats(MEMORY_BYTES / 4, 5, false),
  });
});

test('registers keep their values while others come and go, around and inside loops', () => {
  const k = new KernelBuilder('lifetimes', target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  const n = k.count('n');
  const kept = k.load(src, 64);
  const early = k.load(src, 32);
  k.store(early, dst, 512);
  const sum = k.constant(0);
  k.loop(4, [{ ptr: dst, bytes: 64 }], () => {
    const walk = k.pointerAt('walk', src);
    const outer = k.load(walk, 16);
    k.loop({ int: n, op: 'div', by: 2 }, [{ ptr: walk, bytes: 16 }], () => {
      const [x, y] = [k.load(walk), k.load(walk, 48)];
      k.binaryInto('add', sum, sum, k.mul(k.add(x, y), outer));
    });
    k.loop(2, [], () => {
      const z = k.load(walk, 4);
      k.loop(2, [], () => k.binaryInto('sub', sum, sum, k.select(k.compare('less', z, kept), z, kept)));
    });
    k.store(k.add(outer, sum), dst);
    k.store(k.load(walk), dst, 16);
    k.unary('neg', k.constant(5));
  });
  k.store(kept, dst, 32);
  for (const count of [0, 2, 9]) {
    const before = randomFloats(MEMORY_BYTES / 4, 11, false);
    agrees(k.finish(), { pointers: [2048, 8192], counts: [count], before });
  }
});

test('registers that are not needed at the same time share a local', () => {
  const k = new KernelBuilder('sharing', target);
  const ptr = k.pointer('ptr');
  k.loop(2, [], () => {
    for (let i = 0; i < 300; i++) k.store(k.add(k.load(ptr, i * 16), k.load(ptr, 16)), ptr, i * 16);
  });
  const body = new FunctionWriter(1);
  emitKernel(k.finish(), body, { relaxedSimd: false });
  assert.ok(body.local(V128) <= 6, 'parameter, counter and at most four vectors');
});

test('a kernel for other vectors is refused', () => {
  const k = new KernelBuilder('wide', { ...target, lanes: 8 });
  assert.throws(
    () => runWasm(k.finish(), { pointers: [], counts: [], before: new Float32Array() }, false),
    InternalError,
  );
});
