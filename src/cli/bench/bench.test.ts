import assert from 'node:assert/strict';
import test from 'node:test';
import { wasmTarget } from '../../codegen/wasm/target.ts';
import { WasmRuntime } from '../../runtime/wasm/runtime.ts';
import { hasRelaxedSimd } from '../../wasm/features.ts';
import type { BenchRuntime } from './bench-runtime.ts';
import { benchTable } from './bench-table.ts';
import { CONV_CASES } from './conv-cases.ts';
import { loadKernel } from './kernel-program.ts';
import { type KernelTime, kindsOf, summarize, timeKernel } from './kernel-times.ts';
import { measurePeak, peakKernel } from './peak.ts';
import type { BenchResult } from './run-bench.ts';
import { geometricMean, median } from './statistics.ts';

async function inlineRuntime(): Promise<BenchRuntime> {
  const runtime = await WasmRuntime.create({ inline: true });
  return { runtime, target: wasmTarget(hasRelaxedSimd()), compilesTwice: true };
}

test('median and geometric mean', () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Math.abs(geometricMean([2, 8]) - 4) < 1e-12);
});

test('the peak kernel issues twelve multiply-adds for each load, and its result is a number', async () => {
  const bench = await inlineRuntime();
  const kernel = peakKernel(bench.target);
  const counts = { fma: 0, load: 0 };
  const innermost = (body: typeof kernel.body): void => {
    const loops = body.filter((instruction) => instruction.op === 'loop');
    for (const loop of loops) innermost(loop.body);
    if (loops.length > 0) return;
    for (const { op } of body) if (op === 'fma' || op === 'load') counts[op]++;
  };
  innermost(kernel.body);
  assert.deepEqual(counts, { fma: 24, load: 2 });
  const gflops = await measurePeak(bench, { milliseconds: 1, runs: 2 });
  assert.ok(gflops > 0 && Number.isFinite(gflops), `${gflops} GFLOP/s`);
  await bench.runtime.dispose();
});

test('the peak counts two operations for each multiply-add', async (t) => {
  const bench = await inlineRuntime();
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const run = async () => {
    now += 2;
  };
  const instance = { run, dispose: () => {} };
  const load = async () => ({ instantiate: () => instance, dispose: () => {} });
  const runtime = { threads: 1, heap: bench.runtime.heap, load } as unknown as BenchRuntime['runtime'];
  const gflops = await measurePeak({ ...bench, runtime }, { milliseconds: 1, runs: 2 });
  // Eight calls of 100 rounds, each of 12 sums and 256 vectors of 4 numbers, in 2 ms.
  assert.equal(gflops, (8 * 2 * 100 * 12 * 256 * 4) / 2 / 1e6);
  await bench.runtime.dispose();
});

test('every call of a kernel does the work once', async () => {
  const bench = await inlineRuntime();
  const { runtime, target } = bench;
  const before = runtime.heap.usedBytes;
  const { KernelBuilder } = await import('../../kernels/builder.ts');
  const k = new KernelBuilder('count_samples', target);
  const dst = k.pointer('dst');
  const samples = k.count('samples');
  k.loop({ int: samples, op: 'div', by: 1 }, [], () => k.store(k.add(k.load(dst), k.constant(1)), dst));
  const program = await loadKernel(bench, {
    kernel: k.finish(),
    sizes: [target.lanes],
    samples: 4,
    shards: 3,
  });
  // The buffer is the first thing on this heap.
  const counter = () => runtime.heap.floats(1 << 20, 1)[0]!;
  const first = counter();
  assert.ok(Math.abs(first) <= 0.5);
  assert.ok((await program.time(6)) >= 0);
  assert.ok(Math.abs(counter() - first - 24) < 1e-3, `${counter()} after ${first}`);
  program.dispose();
  assert.equal(runtime.heap.usedBytes, before, 'all memory is given back');
  await runtime.dispose();
});

test('kernels of a layer are measured, and their share of the peak is summed up', async () => {
  const bench = await inlineRuntime();
  const layer = CONV_CASES.find(({ name }) => name === 'chapter conv 1')!;
  assert.deepEqual(
    kindsOf(layer),
    ['forward', 'weightsGradient'],
    'nobody asks for the gradient of an image',
  );
  const time = await timeKernel(bench, layer, 'weightsGradient', {
    milliseconds: 0.5,
    measurements: 3,
    mostWarmup: 5,
  });
  assert.equal(time.kernel, 'conv2d_weights_gradient_28x28x1_3x3x32');
  // 2 · 26² results · 32 channels · 9 products.
  assert.ok(Math.abs(time.gflops * time.milliseconds * 1e6 - 389_376) < 1);
  await bench.runtime.dispose();
});

const time = (layer: string, kind: KernelTime['kind'], gflops: number, first = false): KernelTime => {
  return { layer, kind, first, kernel: layer, milliseconds: 1, gflops };
};
const TIMES = [
  time('a', 'forward', 50),
  time('b', 'forward', 200),
  time('b', 'inputGradient', 80),
  time('image', 'forward', 30, true),
];

test('first layers are summed up apart', () => {
  const rows = summarize(TIMES, 200).map(({ kind, first, layers, geometricMean: mean, least }) => {
    return [kind, first, layers, mean.toFixed(3), least.toFixed(3)];
  });
  assert.deepEqual(rows, [
    ['forward', false, 2, '0.500', '0.250'],
    ['inputGradient', false, 1, '0.400', '0.400'],
    ['forward', true, 1, '0.150', '0.150'],
  ]);
});

test('the table shows every number, and a dash for what was not measured', () => {
  const result: BenchResult = {
    ...{ backend: 'native', isa: 'avx2', threads: 2, quick: false },
    peakGflops: [
      { threads: 1, gflops: 200 },
      { threads: 2, gflops: 390.25 },
    ],
    kernels: TIMES.map((each) => ({ ...each, ofPeak: each.gflops / 200 })),
    summary: summarize(TIMES, 200),
    steps: [
      {
        ...{ threads: 1, secondsPerEpoch: 8.125, measuredImages: 59_968, millisecondsPerStep: 8.66 },
        ...{
          gflops: 121,
          ofPeak: 0.605,
          predictMicroseconds: { 1: 61.2, 64: 2500 },
          functionMicroseconds: null,
        },
      },
    ],
  };
  assert.equal(
    benchTable(result),
    `multiply-add peak  GFLOP/s
1 thread             200.0
2 threads            390.3

convolution, 1 thread: GFLOP/s, of peak       forward  input gradient  weights gradient
a                                         50.0   25 %               -                 -
b                                        200.0  100 %     80.0   40 %                 -
image                                     30.0   15 %               -                 -

all of a kind, of peak  layers  geometric mean  least
forward                      2            50 %   25 %
input gradient               1            40 %   40 %
forward, first layers        1            15 %   15 %

chapter network, batches of 64                      1 thread
epoch of 60,000 images                                8.13 s
  measured on images                                   59968
training step                                        8.66 ms
  of the peak of as many threads, for 1.048 GFLOP       61 %
predict, 1 image                                     61.2 µs
predict, 64 images                                 2500.0 µs
makePredictFunction, 1 image                               -
makePredictFunction, 64 images                             -`,
  );
  const peakGflops = [result.peakGflops[0]!, { threads: 2, gflops: 300 }];
  assert.match(
    benchTable({ ...result, peakGflops }),
    /\n\n2 threads reached only 1\.50 times the peak of one: .* too low to take shares of\.$/,
  );
  assert.match(benchTable({ ...result, quick: true }), /^Measured in a hurry/);
});
