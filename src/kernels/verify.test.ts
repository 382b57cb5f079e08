import assert from 'node:assert/strict';
import test from 'node:test';
import { plainTarget } from '../../tests/support/plain-target.ts';
import { InternalError } from '../base/errors.ts';
import { KernelBuilder } from './builder.ts';
import type { Instruction, Kernel, Vec } from './ir.ts';
import { printKernel } from './print.ts';
import { verifyKernel } from './verify.ts';

const target = plainTarget(4);

/** A kernel with one pointer and one count. */
function kernel(write: (b: KernelBuilder, parts: ReturnType<typeof parameters>) => void): Kernel {
  const b = new KernelBuilder('sample', target);
  const parts = parameters(b);
  write(b, parts);
  return b.finish();
}

function parameters(b: KernelBuilder) {
  return { ptr: b.pointer('src'), n: b.count('samples') };
}

function refuses(broken: Kernel, pattern: RegExp): void {
  assert.throws(
    () => verifyKernel(broken),
    (error: Error) => {
      assert.ok(error instanceof InternalError, String(error));
      assert.match(error.message, /Kernel sample/);
      assert.match(error.message, pattern);
      return true;
    },
  );
}

test('well-formed kernels pass', () => {
  verifyKernel(
    kernel((b, { ptr, n }) => {
      const sum = b.constant(0);
      b.loop({ int: n, op: 'div', by: 4 }, [{ ptr, bytes: 16 }], () => {
        b.binaryInto('add', sum, sum, b.load(ptr));
      });
      b.loop(2, [], () => b.store(b.select(b.compare('less', sum, sum), sum, sum), ptr, -64, 3));
    }),
  );
});

test('scratch memory that is no pointer of the kernel, or no whole number of floats, is refused', () => {
  const b = new KernelBuilder('sample', target);
  const [dst, scratch] = [b.pointer('dst'), b.scratch('panel', 8)];
  b.store(b.load(scratch), dst);
  const sound = b.finish();
  assert.deepEqual(sound.pointers.at(-1), scratch);
  verifyKernel(sound);
  refuses({ ...sound, scratch: [8, 8, 8] }, /has scratch of \[8,8,8\] floats for 2 pointers/);
  refuses({ ...sound, scratch: [1.5] }, /has scratch of \[1\.5\] floats/);
});

test('a register read before it is written is refused', () => {
  refuses(
    kernel((b, { ptr }) => b.store(b.vec('ghost'), ptr)),
    /`store .*ghost.*read before it is written/,
  );
  refuses(
    kernel((b, { ptr }) => {
      const late = b.vec('late');
      b.loop(3, [], () => {
        b.store(late, ptr);
        b.constantInto(late, 1);
      });
    }),
    /late is read before/,
  );
});

test('what a loop writes counts only when the loop runs for sure', () => {
  const after = (count: 'constant' | 'count') =>
    kernel((b, { ptr, n }) => {
      const inner = b.vec('inner');
      b.loop(count === 'constant' ? 2 : { int: n, op: 'mod', by: 4 }, [], () => b.constantInto(inner, 1));
      b.store(inner, ptr);
    });
  verifyKernel(after('constant'));
  refuses(after('count'), /inner is read before/);
});

test('numbers out of range are refused', () => {
  for (const count of [0, 5, 1.5, -1]) {
    refuses(
      kernel((b, { ptr }) => b.loadInto(b.vec('x'), ptr, 0, count)),
      /partial count/,
    );
    refuses(
      kernel((b, { ptr }) => b.store(b.constant(1), ptr, 0, count)),
      /partial count/,
    );
  }
  refuses(
    kernel((b) => b.loop(-1, [], () => b.constant(1))),
    /a count of -1/,
  );
  refuses(
    kernel((b) => b.loop(1.5, [], () => b.constant(1))),
    /a count of 1.5/,
  );
  for (const by of [0, -4, 0.5]) {
    refuses(
      kernel((b, { n }) => b.loop({ int: n, op: 'div', by }, [], () => b.constant(1))),
      /a count by/,
    );
  }
  refuses(
    kernel((b, { ptr }) => b.load(ptr, 6)),
    /6 bytes/,
  );
  refuses(
    kernel((b, { ptr }) => b.loop(2, [{ ptr, bytes: 2.5 }], () => b.constant(1))),
    /2.5 bytes/,
  );
  for (const count of [0, 5, 1.5]) {
    refuses(
      kernel((b, { ptr }) => b.loadBytes(ptr, 0, count)),
      /partial count of .* expected 1 to 4/,
    );
  }
  refuses(
    kernel((b) => b.shift('shiftLeftInt', b.constantInt(1), 32)),
    /shift by 32/,
  );
  refuses(
    kernel((b) => b.constantInt(0.5)),
    /constant 0.5/,
  );
});

test('registers of the wrong kind are refused', () => {
  refuses(
    kernel((b) => {
      const mask = b.compare('less', b.constant(1), b.constant(2));
      b.add(mask as unknown as Vec, b.constant(1));
    }),
    /is a mask; expected a vec/,
  );
  refuses(
    kernel((b, { n }) => b.load(n as never)),
    /is a int; expected a ptr/,
  );
});

test('registers of another kernel are refused', () => {
  const other = new KernelBuilder('other', target);
  const foreign = [other.constant(1), other.constant(2), other.constant(3)];
  // Id 0 is this kernel's pointer, 1 its count, 2 its first vector.
  refuses(
    kernel((b) => b.add(b.constant(1), foreign[2]!)),
    /another kernel/,
  );
  refuses(
    kernel((b) => b.add(foreign[2]!, b.constant(1))),
    /before it is written|another kernel/,
  );
});

test('bad parameters and unknown operations are refused', () => {
  const good = kernel(() => {});
  refuses({ ...good, lanes: 3 }, /3 lanes/);
  refuses({ ...good, pointers: [...good.pointers, ...good.pointers] }, /declared twice/);
  refuses({ ...good, body: [{ op: 'teleport' } as unknown as Instruction] }, /teleport.*no such operation/);
});

test('a kernel prints as text', () => {
  const text = printKernel(
    kernel((b, { ptr, n }) => {
      b.loop({ int: n, op: 'div', by: 4 }, [{ ptr, bytes: 16 }], () => {
        const x = b.load(ptr, 8, 3, 'x');
        b.store(b.select(b.compare('lessEqual', x, x), x, b.shift('shiftRightInt', x, 3)), ptr, -4);
        b.gather(ptr, b.loadBytes(ptr, 3), 8);
      });
    }),
  );
  assert.equal(
    text,
    [
      'kernel sample(p0:src, n1:samples) lanes 4 {',
      '  loop n1:samples div 4 {',
      '    v2:x = loadPartial [p0:src + 8] count 3',
      '    m3:m = lessEqual v2:x, v2:x',
      '    v4:i = shiftRightInt v2:x by 3',
      '    v5:v = select m3:m, v2:x, v4:i',
      '    store [p0:src - 4] = v5:v',
      '    v6:i = loadBytes [p0:src + 3] count 4',
      '    v7:v = gather [p0:src + 8] at v6:i',
      '    bump p0:src by 16',
      '  }',
      '}',
      '',
    ].join('\n'),
  );
});
