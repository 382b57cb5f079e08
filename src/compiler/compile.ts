/** @file From a step graph to a program: merge, fuse, schedule, lower each group to a kernel call, plan the memory. */

import { InternalError, ShapeError } from '../base/errors.ts';
import { formatShape, sameShape, sampleSize } from '../base/shape.ts';
import { attributesKey } from '../graph/attributes-key.ts';
import type { Node } from '../graph/node.ts';
import { viewed } from '../graph/storage.ts';
import type { Variable } from '../graph/variable.ts';
import type { Epilogue } from '../kernels/epilogue.ts';
import { FLOAT_BYTES, type Kernel, type Vec, type VectorTarget } from '../kernels/ir.ts';
import { verifyKernel } from '../kernels/verify.ts';
import { mul } from '../ops/elementwise/mul.ts';
import { constant, variableNode } from '../ops/leaf.ts';
import { type Binding, Buffers, type OpenBuffer } from './buffers.ts';
import { channelwiseKernel, prefersChannels } from './channelwise-kernel.ts';
import { convertBytes } from './convert-bytes.ts';
import { copyKernel } from './copy-kernel.ts';
import { elementwiseKernel, elementwiseOperands, isFlat, shardSumKernel } from './elementwise-kernel.ts';
import { epilogueOperand, fuse } from './fuse.ts';
import {
  accumulates,
  type Group,
  groupName,
  isSampleGroup,
  type KernelGroup,
  streamedBytes,
} from './groups.ts';
import { kernelKey } from './kernel-key.ts';
import { planArena } from './plan-arena.ts';
import type { BufferArgument, Phase, Program, SampleCall, WholeCall } from './program.ts';
import { placeInSweeps } from './recompute.ts';
import { type ScheduledPhase, schedule } from './schedule.ts';
import { chooseShards } from './shards.ts';
import { shareBuffers } from './share-buffers.ts';
import { mergeEqualNodes } from './simplify.ts';

export interface CompileOptions {
  readonly name: string;
  readonly outputs: readonly Node[];
  readonly updates: readonly { readonly variable: Variable; readonly value: Node }[];
  readonly target: VectorTarget;
  /** Samples a run has at most. */
  readonly capacity: number;
  /** False makes one kernel per op, for comparisons. */
  readonly fuse?: boolean;
}

/** A program and what its buffers stand for. */
export interface CompiledProgram {
  readonly program: Program;
  /** By buffer id. */
  readonly bindings: readonly Binding[];
  /** Buffers of the outputs, in their order. */
  readonly outputs: readonly OpenBuffer[];
  readonly phases: readonly ScheduledPhase[];
}

/** Bytes that values between sweeps may take before large weights do without sweeps of their own. */
const MAX_KEPT_BYTES = 512 * 2 ** 20;

/**
 * Compiles a step. Throws ShapeError when an update's value does not have its variable's shape.
 */
export function compile(options: CompileOptions): CompiledProgram {
  return compileWith(options, true);
}

/** Bytes per sample of the values between sweeps. */
function keptBytes({ list, bindings }: Buffers): number {
  const kept = list.filter(
    ({ kind, id, sharesWith }) =>
      kind === 'batch' && sharesWith === undefined && bindings[id]!.source === 'program',
  );
  return kept.reduce((sum, { elements }) => sum + elements * FLOAT_BYTES, 0);
}

function compileWith(options: CompileOptions, apart: boolean): CompiledProgram {
  const { target, capacity } = options;
  const merged = mergeEqualNodes([...options.outputs, ...options.updates.map(({ value }) => value)]);
  const wanted = options.updates.map(({ variable, value }) => checkedUpdate(variable, merged.get(value)!));
  const given = [
    ...options.outputs.map((node) => beforeUpdates(merged.get(node)!, wanted)),
    ...wanted.map((update) => beforeUpdates(update.value, wanted, update)),
  ];
  const converted = convertBytes(given);
  const all = given.map((node) => converted.get(node)!);
  const [leaving, values] = [all.slice(0, options.outputs.length), all.slice(options.outputs.length)];
  const sweeps = placeInSweeps(all, apart);
  const outputs = leaving.map((node) => sweeps.roots.get(node)!);
  const updates = wanted.map(({ variable }, i) => ({ variable, value: sweeps.roots.get(values[i]!)! }));
  const roots = [...outputs, ...updates.map(({ value }) => value)];
  const groups = fuse({ outputs: roots, sweeps, target, fuse: options.fuse ?? true });
  const phases = schedule(groups, sweeps);
  const buffers = new Buffers(phases, new Set(outputs.map(viewed)));
  const copies = placeUpdates(updates, phases, buffers);
  const shards = chooseShards(groups, capacity);
  const context = { buffers, target, shards, kernels: new Map<string, Kernel>() };
  const lowered = phases.map((phase) => lowerPhase(phase, context));
  const streamed = phases.map(({ groups: made }) =>
    Math.max(0, ...made.map((group) => (group.kind === 'kernel' ? streamedBytes(group.producer) : 0))),
  );
  if (copies.length > 0) {
    lowered.push({ kind: 'whole', calls: copies.map(({ from, to }) => copyCall(buffers, from, to, target)) });
    streamed.push(0);
  }
  const results = outputs.map((node) => buffers.result(node));
  shareBuffers(lowered, buffers, results);
  if (sweeps.moved && keptBytes(buffers) * capacity > MAX_KEPT_BYTES) return compileWith(options, false);
  const arena = planArena(lowered, streamed, buffers, Math.ceil(capacity / shards));
  const program = { name: options.name, buffers: buffers.list, shards, ...arena };
  return { program, bindings: buffers.bindings, outputs: results, phases };
}

interface Update {
  readonly variable: Node;
  readonly value: Node;
}

function checkedUpdate(variable: Variable, value: Node): Update {
  if (!sameShape(value.shape, variable.shape)) {
    throw new ShapeError(
      `The new value of variable '${variable.name}' has shape ${formatShape(value.shape)}, expected ${formatShape(variable.shape)}.`,
    );
  }
  return { variable: variableNode(variable), value };
}

/** `node`, or a copy of it when it is a view of a variable that an update other than `of` changes. */
function beforeUpdates(node: Node, updates: readonly Update[], of?: Update): Node {
  const source = viewed(node);
  const changed = updates.some(
    (update) => update !== of && update.variable === source && viewed(update.value) !== source,
  );
  return changed ? mul(node, constant(1)) : node;
}

/**
 * Lets updates happen in place where no other reader of the variable is affected; returns the other updates, to be
 * copied at the end.
 */
function placeUpdates(
  updates: readonly Update[],
  phases: readonly ScheduledPhase[],
  buffers: Buffers,
): { from: Node; to: Node }[] {
  const copies: { from: Node; to: Node }[] = [];
  const placed = new Set<Node>();
  for (const { variable, value } of updates) {
    const source = viewed(value);
    if (source === viewed(variable)) continue;
    if (!placed.has(source) && canReplace(source, variable, phases)) {
      placed.add(source);
      buffers.alias(source, variable);
    } else copies.push({ from: value, to: variable });
  }
  return copies;
}

/**
 * True when `value` may overwrite `variable`: it is computed element by element, and no group reads the old numbers
 * later.
 */
function canReplace(value: Node, variable: Node, phases: readonly ScheduledPhase[]): boolean {
  const made = phases.findIndex((phase) => phase.groups.some((group) => group.results.includes(value)));
  const maker = phases[made]?.groups.find((group) => group.results.includes(value));
  if (maker === undefined || maker.kind !== 'elementwise' || isSampleGroup(maker) || !isFlat(maker))
    return false;
  return phases
    .slice(made)
    .every((phase) =>
      phase.groups.every((group) => group === maker || !group.inputs.map(viewed).includes(variable)),
    );
}

function copyCall(buffers: Buffers, from: Node, to: Node, target: VectorTarget): WholeCall {
  const args = [buffers.result(from), buffers.home(to)].map((buffer) => ({ buffer, sliced: true }));
  return { kernel: copyKernel(target), args, elements: sampleSize(to.shape) };
}

interface LowerContext {
  readonly buffers: Buffers;
  readonly target: VectorTarget;
  readonly shards: number;
  /** Kernels by everything that their code depends on. */
  readonly kernels: Map<string, Kernel>;
}

function lowerPhase(phase: ScheduledPhase, context: LowerContext): Phase {
  if (phase.kind === 'whole')
    return { kind: 'whole', calls: phase.groups.map((group) => wholeCall(group, context)) };
  const calls = phase.groups.map((group): SampleCall => {
    const kernel = sharedKernel(group, context);
    const values = argumentsOf(group, context);
    const scratch = kernel.scratch.map((floats) => context.buffers.scratch(groupName(group), floats));
    const args = [...values, ...scratch].map((buffer) => ({ buffer, sliced: false }));
    return { kernel, args };
  });
  const sums = phase.groups.flatMap((group) => group.results.filter(accumulates));
  return { kind: 'samples', calls, accumulators: sums.map((node) => context.buffers.home(node)) };
}

function wholeCall(group: Group, context: LowerContext): WholeCall {
  const kernel = sharedKernel(group, context);
  const buffers = argumentsOf(group, context);
  const cut = group.kind === 'shardSum' || (group.kind === 'elementwise' && isFlat(group));
  const elements = cut ? sampleSize(group.results[0]!.shape) : null;
  const args = buffers.map(
    (buffer): BufferArgument => ({ buffer, sliced: cut && buffer.elements === elements }),
  );
  return { kernel, args, elements };
}

/** The group's kernel, or an equal one that was made earlier. */
function sharedKernel(group: Group, context: LowerContext): Kernel {
  const { kernels } = context;
  // The text of a kernel itself is long, but those of element-wise groups are short, and equal for many groups.
  const made = group.kind === 'kernel' ? null : kernelOf(group, context);
  const key = group.kind === 'kernel' ? kernelKey(group) : attributesKey(made);
  const known = kernels.get(key);
  if (known !== undefined) return known;
  const kernel = made ?? kernelOf(group, context);
  verifyKernel(kernel);
  kernels.set(key, kernel);
  return kernel;
}

function argumentsOf(group: Group, { buffers }: LowerContext): OpenBuffer[] {
  if (group.kind === 'shardSum')
    return [buffers.home(group.inputs[0]), buffers.written(group, group.results[0])];
  const inputs = group.kind === 'elementwise' ? elementwiseOperands(group) : group.inputs;
  return [
    ...inputs.map((input) => buffers.read(group, input)),
    ...group.results.map((node) => buffers.written(group, node)),
  ];
}

function kernelOf(group: Group, { target, shards }: LowerContext): Kernel {
  if (group.kind === 'shardSum') return shardSumKernel(group.inputs[0], shards, target);
  if (group.kind === 'elementwise') {
    return prefersChannels(group)
      ? channelwiseKernel(group, target)
      : elementwiseKernel(group, shards, target);
  }
  const { lowering } = group.producer.op;
  if (lowering.kind !== 'kernel') throw new InternalError(`${group.producer.op.name} has no kernel.`);
  return lowering.lower({ node: group.producer, target, epilogue: epilogueOf(group), window: group.window });
}

/** The fused element-wise nodes as one function of a register. */
function epilogueOf(group: KernelGroup): Epilogue | null {
  const { epilogue: nodes } = group;
  if (nodes.length === 0) return null;
  const isInside = (input: Node) => input === group.value || nodes.includes(input);
  const extras = nodes.flatMap(({ inputs }) => inputs.filter((input) => !isInside(input)));
  return {
    name: nodes.map((node) => node.op.name).join('_'),
    operands: extras.map((input) => ({ kind: epilogueOperand(input, group.value) ?? 'scalar' })),
    apply(k, value, args) {
      let next = 0;
      const found = new Map<Node, Vec>([[group.value, value]]);
      for (const node of nodes) {
        const inputs = node.inputs.map((input) => found.get(input) ?? args[next++]!);
        const { lowering } = node.op;
        if (lowering.kind !== 'elementwise') throw new InternalError(`${node.op.name} is not element-wise.`);
        found.set(node, lowering.emit(k, inputs, node.attrs));
      }
      return found.get(nodes.at(-1)!)!;
    },
  };
}
