/**
 * @file Training steps of ResNet-20 for CIFAR, the op graph on the engine alone, and the same network in Keras + TensorFlow
 * where a Python that has them is given: medians, in turn. Prints a table, the share of the multiply-add peak, and one
 * JSON line.
 *
 * Run: node build/bench/resnet20.js [--batch N] [--steps N] [--rounds N] [--threads N] [--python PATH]
 */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RandomGenerator } from '../src/base/random.ts';
import { withBenchRuntime } from '../src/cli/bench/bench-runtime.ts';
import { measurePeak } from '../src/cli/bench/peak.ts';
import { currentBackend, setBackend } from '../src/engine/backend.ts';
import type { Node } from '../src/graph/node.ts';
import { topologicalOrder } from '../src/graph/node.ts';
import { RESNET20, resnet } from '../tests/support/resnet20.ts';

const { values: options } = parseArgs({
  options: {
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string' },
    'only-fovea': { type: 'boolean', default: false },
  },
});
const [batch, steps, rounds, threads] = [options.batch, options.steps, options.rounds, options.threads].map(
  Number,
) as [number, number, number, number];

interface Measurement {
  readonly system: string;
  readonly milliseconds: readonly number[];
  /** Milliseconds of processor time, all processors together. On a busy machine this is the more useful number. */
  readonly cpu: readonly number[];
  /**
   * For Fovea only: the peak of multiply-adds of one thread, measured in the same process, and the multiply-adds of a
   * step.
   */
  readonly peakGflops?: number;
  readonly stepGflop?: number;
}

/** Multiply-adds of the convolutions of a step for one sample: forward, and their two gradients, as in the graph. */
function multiplyAdds(outputs: readonly Node[]): number {
  const product = (extents: readonly (number | null)[]) =>
    extents.reduce<number>((all, extent) => all * (extent ?? 1), 1);
  return topologicalOrder(outputs).reduce((sum, node) => {
    const [a, b] = node.inputs;
    if (node.op.name === 'conv2d') return sum + product(node.shape) * product(b!.shape.slice(0, 3));
    if (node.op.name === 'conv2dInputGradient')
      return sum + product(a!.shape) * product([b!.shape[0]!, b!.shape[1]!, b!.shape[3]!]);
    if (node.op.name === 'conv2dWeightsGradient')
      return sum + product(b!.shape) * product(node.shape.slice(0, 3));
    return sum;
  }, 0);
}

/** Trains in this process: a child of this script, so that both systems start in a new process. */
async function trainHere(): Promise<Measurement> {
  await setBackend('auto', { threads });
  const backend = await currentBackend();
  const random = new RandomGenerator(1);
  const { train } = resnet(RESNET20, random);
  const [x, labels] = train.feeds as [Node, Node];
  const executable = await backend.compile(train, { capacity: batch });
  const milliseconds: number[] = [];
  const cpu: number[] = [];
  for (let step = -2; step < steps; step++) {
    executable.feed(x).forEach((_, i, all) => (all[i] = random.uniform(-1, 1)));
    executable.feed(labels).forEach((_, i, all) => (all[i] = i % 10 === Math.floor(i / 10) % 10 ? 1 : 0));
    // fit feeds the next batch while a step runs, so feeding is not counted.
    const [fed, usage] = [performance.now(), process.cpuUsage()];
    await executable.run(batch);
    const { user, system } = process.cpuUsage(usage);
    if (step < 0) continue;
    milliseconds.push(performance.now() - fed);
    cpu.push((user + system) / 1000);
  }
  executable.dispose();
  const description = backend.describe();
  const peakGflops = await withBenchRuntime(description, 1, (bench) => measurePeak(bench));
  const { name, isa } = description;
  const system = `Fovea ${name} (${isa}), Node ${process.version}`;
  const stepGflop =
    (2 * batch * multiplyAdds([...train.outputs, ...train.updates.map(({ value }) => value)])) / 1e9;
  await backend.dispose();
  return { system, milliseconds, cpu, peakGflops, stepGflop };
}

function run(command: string, args: readonly string[]): Measurement {
  const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Measurement;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function compare(): void {
  const own = process.argv.slice(1);
  const keras = join(import.meta.dirname, '../../bench/peers/keras_resnet20.py');
  const systems = [
    () => run(process.execPath, [...own, '--only-fovea']),
    ...(options.python === undefined
      ? []
      : [() => run(options.python!, [keras, ...[batch, steps, threads].map(String)])]),
  ];
  const all = new Map<string, { milliseconds: number[]; cpu: number[]; first: Measurement }>();
  for (let round = 0; round < rounds; round++) {
    for (const system of systems) {
      const measured = system();
      const known = all.get(measured.system) ?? { milliseconds: [], cpu: [], first: measured };
      known.milliseconds.push(...measured.milliseconds);
      known.cpu.push(...measured.cpu);
      all.set(measured.system, known);
      console.error(
        `${measured.system}: ${median(measured.milliseconds).toFixed(1)} ms, load ${loadavg()[0]!.toFixed(2)}`,
      );
    }
  }
  const rows = [...all].map(([system, { milliseconds, cpu, first }]) => ({
    ...{ system, milliseconds: median(milliseconds), least: Math.min(...milliseconds), cpu: median(cpu) },
    ...(first.peakGflops === undefined
      ? {}
      : { ofPeak: first.stepGflop! / (median(cpu) / 1000) / first.peakGflops }),
  }));
  console.log(
    '| system | ms per step, median | times Fovea | least | times Fovea | of all processors | times Fovea |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const cells = (['milliseconds', 'least', 'cpu'] as const).flatMap((key) => [
      row[key].toFixed(1),
      (row[key] / rows[0]![key]).toFixed(2),
    ]);
    console.log(`| ${[row.system, ...cells].join(' | ')} |`);
  }
  const share = rows[0]!.ofPeak;
  if (share !== undefined)
    console.log(`Fovea: ${(100 * share).toFixed(0)} % of the multiply-add peak, by processor time.`);
  console.log(JSON.stringify({ cpu: cpus()[0]!.model, threads, batch, load: loadavg(), rows }));
}

if (options['only-fovea']) console.log(JSON.stringify(await trainHere()));
else compare();
