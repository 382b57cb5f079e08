/**
 * @file The frozen front of a model: everything from the inputs on that is the same in every epoch, because it depends on the
 * sample and on weights that training does not change, and on nothing else.
 */

import { ValueError } from '../../base/errors.ts';
import { isBatched, sampleShape } from '../../base/shape.ts';
import { type Node, topologicalOrder } from '../../graph/node.ts';
import { replaceNodes } from '../../graph/replace.ts';
import { sameValues } from '../../graph/same.ts';
import type { Variable } from '../../graph/variable.ts';
import { placeholder, variableOp } from '../../ops/leaf.ts';
import { changedVariables, type TracedModel, traceModel } from './traced-model.ts';
import type { TrainedModel } from './trained-model.ts';

/** How the nodes of a graph stand to the frozen front. */
interface Split {
  /** All nodes, inputs before users. */
  readonly order: readonly Node[];
  /** Nodes that no step changes and no other sample has a part in. */
  readonly fixed: ReadonlySet<Node>;
  /** Those that differ from sample to sample: the front. */
  readonly front: ReadonlySet<Node>;
}

function rootsOf({ outputs, losses, updates }: TracedModel): Node[] {
  return [...outputs, ...losses, ...updates.map(({ value }) => value)];
}

function split(traced: TracedModel, changed: ReadonlySet<Variable>): Split {
  const order = topologicalOrder(rootsOf(traced));
  const fixed = new Set<Node>();
  const front = new Set<Node>();
  for (const node of order) {
    if (!isFixed(node, traced.inputs, changed, fixed)) continue;
    fixed.add(node);
    if (traced.inputs.includes(node) || node.inputs.some((input) => front.has(input))) front.add(node);
  }
  return { order, fixed, front };
}

function isFixed(
  node: Node,
  inputs: readonly Node[],
  changed: ReadonlySet<Variable>,
  fixed: ReadonlySet<Node>,
): boolean {
  const { lowering } = node.op;
  if (lowering.kind !== 'leaf') return node.inputs.every((input) => fixed.has(input)) && !joinsSamples(node);
  if (lowering.source === 'variable') return !changed.has(variableOf(node));
  return lowering.source === 'constant' || inputs.includes(node);
}

/** True for sums over the batch. */
function joinsSamples({ shape, inputs }: Node): boolean {
  return !isBatched(shape) && inputs.some((input) => isBatched(input.shape));
}

function variableOf(node: Node): Variable {
  return (node as Node<{ readonly variable: Variable }>).attrs.variable;
}

/** The values of the front that the rest of the model reads. */
export function frontValues(traced: TracedModel, changed: ReadonlySet<Variable>): readonly Node[] {
  const { order, front } = split(traced, changed);
  const read = order.filter((node) => !front.has(node)).flatMap(({ inputs }) => inputs);
  return [...new Set([...read, ...rootsOf(traced)])].filter((node) => front.has(node));
}

/** Shapes of one sample's values that the rest of the model reads. */
export function frontShapes(model: TrainedModel, training: boolean): (readonly number[])[] {
  const values = frontValues(traceModel(model, training), changedVariables(model));
  return values.map(({ shape }) => sampleShape(shape));
}

/** Whether testing has the front that training has: the same values of the inputs. */
export function testsSameFront(model: TrainedModel): boolean {
  const changed = changedVariables(model);
  const trained = traceModel(model, true);
  const tested = traceModel(model, false);
  const pairs = trained.inputs.map((node, i) => [node, tested.inputs[i]!] as const);
  return sameValues(frontValues(trained, changed), frontValues(tested, changed), pairs);
}

/** The model's call with the front's values fed in the place of the inputs. */
export function withoutFront(traced: TracedModel, changed: ReadonlySet<Variable>): TracedModel {
  const values = frontValues(traced, changed);
  const inputs = values.map(({ shape, name }) => placeholder({ shape, name }));
  const replaced = replaceNodes(rootsOf(traced), new Map(values.map((node, i) => [node, inputs[i]!])));
  return {
    inputs,
    outputs: traced.outputs.map(replaced),
    seeds: traced.seeds,
    losses: traced.losses.map(replaced),
    updates: traced.updates.map(({ variable, value }) => ({ variable, value: replaced(value) })),
  };
}

/**
 * The variables that the model's front reads. Throws ValueError, with the reason, when none of them is a weight that could
 * train: then there is nothing worth computing once.
 */
export function checkFront(model: TrainedModel): readonly Variable[] {
  const traced = traceModel(model, true);
  const { order, fixed, front } = split(traced, changedVariables(model));
  const used = new Set([...front].flatMap(({ inputs }) => topologicalOrder(inputs, front)));
  const variables = [...used].filter((node) => node.op === variableOp).map(variableOf);
  if (variables.some((variable) => variable.trainable)) return variables;
  const first = order.find((node) => !fixed.has(node) && node.inputs.some((input) => front.has(input)));
  const why = first === undefined ? 'no layer of it has weights' : reason(first, fixed);
  throw new ValueError(
    `fit: cacheFeatures computes the outputs of a frozen front once, but '${model.name}' has none: ${why}. Freeze the layers that ` +
      'come first (layer.trainable = false, then compile again), put random layers behind them, or leave cacheFeatures out.',
  );
}

/** Why a value that reads the front does not belong to it. */
function reason(node: Node, fixed: ReadonlySet<Node>): string {
  const layer = `its layer '${node.name}'`;
  const open = topologicalOrder([node]).filter((each) => !fixed.has(each) && each.inputs.length === 0);
  if (open.some((each) => each.op === variableOp)) return `${layer} is not frozen`;
  if (joinsSamples(node)) return `${layer} uses statistics of the batch`;
  return `${layer} draws random numbers while training`;
}
