import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { bind, CAPACITY, trainingProgram, WEIGHTS } from '../../../tests/support/training-program.ts';
import { assertTrays } from '../../../tests/support/trays.ts';
import { BackendError, InternalError, ValueError } from '../../base/errors.ts';
import { nativeTarget } from '../../codegen/x64/target.ts';
import { NativeRuntime } from './runtime.ts';
import { chooseIsa } from './support.ts';

/** Runs that together take seconds. */
const MANY_RUNS = 100_000;

describe('the native runtime', { skip: whyNotNative('avx2') }, () => {
  const target = nativeTarget('avx2');
  const create = (threads: number) => NativeRuntime.create({ isa: 'avx2', threads });

  it('serves concurrent callers in order, and programs alternate', async () => {
    const runtime = await create(2);
    const small = await bind(runtime, trainingProgram(target, 'small'));
    const large = await bind(runtime, { ...trainingProgram(target, 'large'), arenaBytes: 1 << 16 });
    const order: string[] = [];
    const note = async (work: Promise<void>, label: string): Promise<void> => {
      await work;
      order.push(label);
    };
    await Promise.all([
      note(small.instance.run(5), 'a'),
      note(large.instance.run(5), 'b'),
      note(small.instance.run(7), 'c'),
      note(large.instance.run(7), 'd'),
    ]);
    assert.deepEqual(order, ['a', 'b', 'c', 'd']);
    for (const id of [2, 3, 4, 5, 6]) assert.deepEqual(small.read(id), large.read(id));
    await runtime.dispose();
  });

  it('keeps the right results over thousands of short runs, on more threads than cores', async () => {
    const runtime = await create(5);
    const { instance, read } = await bind(runtime, trainingProgram(target));
    for (let i = 0; i < 3000; i++) await instance.run(1 + (i % CAPACITY));
    const after = read(5)[0]!;
    assert.ok(read(5).every((value) => value === after));
    assert.equal(read(5).length, WEIGHTS);
    await runtime.dispose();
  });

  for (const threads of [1, 2, 5]) {
    it(`runs a series like single runs, on ${threads} threads`, () =>
      assertTrays(() => create(threads), target));
  }

  it('leaves the event loop free while it runs', async () => {
    const runtime = await create(1);
    const { instance } = await bind(runtime, trainingProgram(target));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    for (let runs = 0; turns < 5 && runs < MANY_RUNS; runs++) await instance.run(CAPACITY);
    clearInterval(timer);
    // It may fire several times in one run.
    assert.ok(turns >= 5, `the timer fired ${turns} times in ${MANY_RUNS} runs`);
    await runtime.dispose();
  });

  it('refuses to run at once while others run', async () => {
    const runtime = await create(1);
    const { instance } = await bind(runtime, trainingProgram(target));
    const running = instance.run(3);
    assert.throws(() => instance.runSync(3), BackendError);
    await running;
    instance.runSync(3);
    await runtime.dispose();
  });

  it('ends runs under way when it is disposed of, and refuses new ones', async () => {
    const runtime = await create(2);
    const { instance } = await bind(runtime, trainingProgram(target));
    const settled = (work: Promise<void>) =>
      work.then(
        () => 'done',
        (error: Error) => error,
      );
    const runs = [settled(instance.run(4)), settled(instance.run(4))];
    await runtime.dispose();
    for (const result of await Promise.all(runs))
      assert.ok(result === 'done' || result instanceof BackendError);
    await assert.rejects(instance.run(4), BackendError);
    assert.throws(() => instance.runSync(4), BackendError);
    await assert.rejects(runtime.load(trainingProgram(target)), BackendError);
    await runtime.dispose();
  });

  it('refuses bad arguments', async () => {
    await assert.rejects(create(0), ValueError);
    await assert.rejects(create(1.5), ValueError);
    const runtime = await create(1);
    const { instance, addresses } = await bind(runtime, trainingProgram(target));
    for (const samples of [0, CAPACITY + 1, 1.5, Number.NaN]) {
      await assert.rejects(instance.run(samples), InternalError);
      assert.throws(() => instance.runSync(samples), InternalError);
    }
    const loaded = await runtime.load(trainingProgram(target));
    assert.throws(() => loaded.instantiate([addresses.slice(1)], CAPACITY), InternalError);
    assert.throws(() => loaded.instantiate([[0, ...addresses.slice(1)]], CAPACITY), InternalError);
    instance.dispose();
    instance.dispose();
    await assert.rejects(instance.run(1), InternalError);
    loaded.dispose();
    loaded.dispose();
    await runtime.dispose();
  });

  it('gives memory and code back', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
    const runtime = await create(2);
    const { instance, addresses } = await bind(runtime, trainingProgram(target));
    await instance.run(3);
    const executable = () =>
      readFileSync('/proc/self/maps', 'utf8').match(/r-xp 00000000 00:00 0 *$/gm)!.length;
    const before = { bytes: runtime.heap.usedBytes, blocks: executable() };
    for (let i = 0; i < 20; i++) {
      const loaded = await runtime.load(trainingProgram(target));
      const second = loaded.instantiate([addresses], CAPACITY);
      const runs = Promise.all([second.run(3), instance.run(3)]);
      second.dispose();
      loaded.dispose();
      await runs;
      await instance.run(3);
    }
    assert.deepEqual({ bytes: runtime.heap.usedBytes, blocks: executable() }, before);
    await runtime.dispose();
  });

  it('runs at once while the code of another program is given back', async () => {
    const runtime = await create(2);
    const { instance, read } = await bind(runtime, trainingProgram(target));
    await instance.run(3);
    const other = await bind(runtime, trainingProgram(target, 'other'));
    await other.instance.run(3);
    const loaded = await runtime.load(trainingProgram(target));
    loaded.dispose();
    instance.runSync(3);
    await other.instance.run(3);
    assert.deepEqual(read(5), other.read(5));
    await runtime.dispose();
  });

  it('says what it uses', async () => {
    const runtime = await create(2);
    assert.deepEqual(runtime.describe(), { name: 'native', isa: 'avx2', threads: 2 });
    await runtime.dispose();
  });
});

describe('the choice of the instruction set', { skip: whyNotNative('avx2') }, () => {
  it('refuses AVX-512 where there is none', async () => {
    const runtime = await NativeRuntime.create({ threads: 1 });
    const support = { ...runtime.support, isas: ['avx2'] as const, best: 'avx2' as const };
    assert.throws(() => chooseIsa(support, 'avx512'), BackendError);
    assert.equal(chooseIsa(support, 'auto'), 'avx2');
    await runtime.dispose();
  });
});
