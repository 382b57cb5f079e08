/** @file A compiled step as readable text: graph, groups, schedule, memory plan and kernels. */

import { formatShape } from '../base/shape.ts';
import { type Node, topologicalOrder } from '../graph/node.ts';
import type { Kernel } from '../kernels/ir.ts';
import { printKernel } from '../kernels/print.ts';
import type { CompiledProgram } from './compile.ts';
import { groupName } from './groups.ts';
import { type Buffer, isInArena } from './program.ts';

/** What to print. */
export type DumpPart = 'graph' | 'schedule' | 'memory' | 'kernels';

export const DUMP_PARTS: readonly DumpPart[] = ['graph', 'schedule', 'memory', 'kernels'];

/** The parts of a step as text, `outputs` being the nodes it was compiled from. */
export function printStep(
  step: CompiledProgram,
  outputs: readonly Node[],
  parts: readonly DumpPart[],
): string {
  const write: Record<DumpPart, () => string> = {
    graph: () => printGraph(outputs),
    schedule: () => printSchedule(step),
    memory: () => printMemory(step),
    kernels: () => printKernels(step),
  };
  return parts.map((part) => `== ${step.program.name}: ${part}\n${write[part]()}`).join('\n');
}

function printGraph(outputs: readonly Node[]): string {
  const lines = topologicalOrder(outputs).map((node) => {
    const inputs = node.inputs.map((input) => `%${input.id}`).join(', ');
    const name = node.name === '' ? '' : `  # ${node.name}`;
    return `%${node.id} = ${node.op.name}(${inputs}) ${formatShape(node.shape)}${name}`;
  });
  return `${lines.join('\n')}\n`;
}

function printSchedule({ phases, program }: CompiledProgram): string {
  const lines = [`${program.shards} shards, chunks of ${program.chunk} samples`];
  phases.forEach((phase, i) => {
    const lowered = program.phases[i]!;
    const smaller = lowered.kind === 'samples' && (lowered.chunk ?? program.chunk) < program.chunk;
    const chunk = smaller ? `chunk of ${lowered.chunk} samples` : 'chunk of samples';
    lines.push(`phase ${i}: ${phase.kind === 'samples' ? `for each ${chunk}` : 'once, shared out'}`);
    const { calls } = lowered;
    phase.groups.forEach((group, j) => {
      const call = calls[j]!;
      const args = call.args.map(({ buffer }) => describe(buffer)).join(', ');
      lines.push(`  ${groupName(group)}`, `    ${call.kernel.name}(${args})`);
    });
  });
  const copies = program.phases.slice(phases.length).flatMap((phase) => phase.calls);
  for (const call of copies)
    lines.push(`copy ${call.args.map(({ buffer }) => describe(buffer)).join(' to ')}`);
  return `${lines.join('\n')}\n`;
}

function describe({ id, kind, name }: Buffer): string {
  return `${kind}${id} ${name}`;
}

function printMemory({ program }: CompiledProgram): string {
  const lines = program.buffers.map((buffer) => {
    const per = { whole: '', scratch: '', batch: ' a sample', chunk: ' a sample', shard: ' a shard' }[
      buffer.kind
    ];
    const shared = buffer.sharesWith === undefined ? '' : ` in the memory of ${buffer.sharesWith}`;
    const place = isInArena(buffer) ? ` at ${buffer.arenaOffset}` : shared;
    return `${describe(buffer)}: ${buffer.elements} ${buffer.elementBytes === 1 ? 'bytes' : 'floats'}${per}${place}`;
  });
  return `${lines.join('\n')}\narena of a thread: ${program.arenaBytes} bytes\n`;
}

function printKernels({ program }: CompiledProgram): string {
  const kernels = new Set<Kernel>(program.phases.flatMap((phase) => phase.calls.map((call) => call.kernel)));
  return [...kernels].map(printKernel).join('\n');
}
