/** @file Series, compared with single runs of the same numbers. */

import assert from 'node:assert/strict';
import type { Program } from '../../src/compiler/program.ts';
import type { VectorTarget } from '../../src/kernels/ir.ts';
import type { Heap } from '../../src/runtime/heap.ts';
import type { LoadedProgram, TrayRun } from '../../src/runtime/loaded-program.ts';
import { bind, CAPACITY, trainingProgram } from './training-program.ts';

interface Runtime {
  readonly heap: Heap;
  load(program: Program): Promise<LoadedProgram>;
  dispose(): Promise<void>;
}

const TRAYS = 4;
/** Ids of the buffers that each tray has of its own: input and both outputs. */
const OWN = [0, 2, 6];
const WEIGHTS_ID = 5;

const bits = (values: Float32Array): string => Buffer.from(values.slice().buffer).toString('hex');

function fillInput(input: Float32Array, tray: number): void {
  input.forEach((_, i) => {
    input[i] = Math.fround(Math.cos(i + 1000 * tray));
  });
}

/** Outputs and weights after calls of series. */
async function inARow(
  runtime: Runtime,
  target: VectorTarget,
  calls: readonly TrayRun[][],
): Promise<string[]> {
  const { heap } = runtime;
  const program = trainingProgram(target);
  const { addresses } = await bind(runtime, program);
  const size = (id: number): number => program.buffers[id]!.elements * CAPACITY;
  const trays = Array.from({ length: TRAYS }, (_, tray) => {
    const own = addresses.map((address, id) => (OWN.includes(id) ? heap.alloc(size(id) * 4) : address));
    for (const id of OWN) heap.floats(own[id]!, size(id)).fill(-1);
    fillInput(heap.floats(own[0]!, size(0)), tray);
    return own;
  });
  const instance = (await runtime.load(program)).instantiate(trays, CAPACITY);
  for (const runs of calls) await instance.runAll(runs);
  const outputs = trays.flatMap((own) => [2, 6].map((id) => bits(heap.floats(own[id]!, size(id)))));
  const weights = heap.floats(addresses[WEIGHTS_ID]!, program.buffers[WEIGHTS_ID]!.elements);
  await assert.rejects(instance.runAll([]), /given no runs/);
  await assert.rejects(
    instance.runAll([
      { tray: 1, samples: 1 },
      { tray: 1, samples: 1 },
    ]),
    /tray 1/,
  );
  await assert.rejects(instance.runAll([{ tray: TRAYS, samples: 1 }]), /tray 4/);
  instance.dispose();
  return [...outputs, bits(weights)];
}

/** The same from single runs; their outputs are read after each run. */
async function oneByOne(
  runtime: Runtime,
  target: VectorTarget,
  calls: readonly TrayRun[][],
): Promise<string[]> {
  const { instance, read } = await bind(runtime, trainingProgram(target));
  const outputs = Array.from({ length: TRAYS }, () => [2, 6].map((id) => read(id).slice().fill(-1)));
  for (const { tray, samples } of calls.flat()) {
    fillInput(read(0), tray);
    [2, 6].forEach((id, i) => {
      read(id).set(outputs[tray]![i]!);
    });
    await instance.run(samples);
    outputs[tray] = [2, 6].map((id) => read(id).slice());
  }
  return [...outputs.flat().map(bits), bits(read(WEIGHTS_ID))];
}

/** Throws when a series leaves other bits than single runs, or when wrong calls are not refused. */
export async function assertTrays(create: () => Promise<Runtime>, target: VectorTarget): Promise<void> {
  const calls = Array.from({ length: 200 }, (_, i) =>
    Array.from({ length: 1 + (i % TRAYS) }, (_, k) => ({
      tray: (i + 3 * k) % TRAYS,
      samples: 1 + ((7 * i + k) % CAPACITY),
    })),
  );
  const [row, single] = [await create(), await create()];
  try {
    assert.deepEqual(await inARow(row, target, calls), await oneByOne(single, target, calls));
  } finally {
    await row.dispose();
    await single.dispose();
  }
}
