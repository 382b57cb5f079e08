/** @file `ops.function`: tensors of models as a compiled function of other tensors of models (Keras' `K.function`). */

import { ShapeError, ValueError } from '../base/errors.ts';
import { allFinite } from '../base/finite.ts';
import { booleanOption, checkOptionNames, describeValue } from '../base/options.ts';
import { RandomStreams } from '../base/random-streams.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { CompiledFunction } from '../engine/compiled-function.ts';
import { SymbolicTensor } from '../layers/layer.ts';
import { StepContext, type StepScalar } from '../layers/step-context.ts';
import { type FeedType, feedTypeOf, placeholder } from '../ops/leaf.ts';
import { type LayerGraph, mapGraph } from './layer-graph.ts';
import { shapeHint } from './shape-hint.ts';
import { traceGraph } from './trace.ts';

/** One symbolic tensor, or several. */
type OneOrMore = SymbolicTensor | readonly SymbolicTensor[];

/** A Tensor for one symbolic tensor, a list of Tensors for a list. */
type ValuesOf<T> = T extends SymbolicTensor ? Tensor : Tensor[];

export interface FunctionOptions<O extends OneOrMore = OneOrMore> {
  /** What is given: inputs of a model, or tensors between its layers. */
  readonly inputs: OneOrMore;
  /** What is computed: outputs of a model, of its layers, of ops on them, gradients. */
  readonly outputs: O;
  /** True: as in training, so that random layers act. Nothing is updated. Default false. */
  readonly training?: boolean;
}

/**
 * Takes a Tensor for each input, as a list or one after another, each a batch of equally many samples. Gives a Tensor for
 * each output, in a list if the outputs were a list. Sees weights that change later. Throws ShapeError for Tensors that do
 * not fit, ValueError for another number of Tensors and for numbers that are not finite.
 */
export type ModelFunction<O extends OneOrMore = OneOrMore> = (
  ...inputs: readonly (Tensor | readonly Tensor[])[]
) => Promise<ValuesOf<O>>;

/** The compiled form for the types of the inputs' elements. */
interface Traced {
  readonly compiled: CompiledFunction;
  readonly seeds: readonly StepScalar[];
}

const NAME = 'ops.function';
const STREAM = 'function';

/**
 * Compiles outputs as a function of inputs, when it is first called. Its memory is freed with it. Throws ValueError for
 * values that are no symbolic tensors, and when an output needs an input that is not given.
 */
export function compiledFunction<O extends OneOrMore>(options: FunctionOptions<O>): ModelFunction<O> {
  checkOptionNames(NAME, options, ['inputs', 'outputs', 'training']);
  const training = booleanOption(NAME, 'training', options.training, false);
  const graph = mapGraph(
    symbolicTensors('inputs', options.inputs),
    symbolicTensors('outputs', options.outputs),
  );
  const traced = new Map<string, Traced>();
  const streams = new RandomStreams();
  return async (...given) => {
    const inputs = valuesFor(graph, given);
    const types = inputs.map(({ dtype }) => feedTypeOf(dtype));
    const key = types.join();
    const one = traced.get(key) ?? traceFunction(graph, types, training);
    traced.set(key, one);
    streams.renew(STREAM);
    const scalars = one.seeds.map(({ node, next }) => {
      return { node, value: next((seed) => streams.stream(STREAM, seed)) };
    });
    const check = (numbers: ArrayLike<number>, i: number) => checkFinite(graph, numbers, i);
    const outputs = await one.compiled.run(inputs, inputs[0]!.shape[0]!, { scalars, check });
    return (Array.isArray(options.outputs) ? outputs : outputs[0]) as ValuesOf<O>;
  };
}

function symbolicTensors(what: string, given: unknown): readonly SymbolicTensor[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  for (const one of list) {
    if (one instanceof SymbolicTensor) continue;
    throw new ValueError(
      `${NAME}: expected ${what} to be symbolic tensors, such as net.inputs[0] or net.getLayer('conv2d').output, received ` +
        `${describeValue(one)}.`,
    );
  }
  return list as readonly SymbolicTensor[];
}

function traceFunction(graph: LayerGraph, types: readonly FeedType[], training: boolean): Traced {
  const context = new StepContext(training);
  const inputs = graph.inputs.map(({ shape, name }, i) => placeholder({ shape, name, dtype: types[i]! }));
  const outputs = traceGraph(graph, inputs, context);
  const feeds = [...inputs, ...context.seeds.map(({ node }) => node)];
  const step = { name: NAME, feeds, outputs: [...new Set(outputs)], updates: [] };
  return { compiled: new CompiledFunction(step, inputs, outputs), seeds: context.seeds };
}

/** The given Tensors, one for each input. */
function valuesFor(graph: LayerGraph, given: readonly (Tensor | readonly Tensor[])[]): readonly Tensor[] {
  const list = (given.length === 1 && Array.isArray(given[0]) ? given[0] : given) as readonly unknown[];
  if (list.length !== graph.inputs.length) {
    throw new ValueError(
      `${NAME}: it has ${graph.inputs.length} input(s), received ${list.length} Tensor(s).`,
    );
  }
  const samples = (list[0] as Tensor | undefined)?.shape?.[0];
  graph.inputs.forEach(({ shape, name }, i) => {
    const value = list[i];
    if (!(value instanceof Tensor)) {
      throw new ValueError(`${NAME}: expected a Tensor for input ${i}, received ${describeValue(value)}.`);
    }
    const fits =
      value.rank === shape.length && shape.every((dim, axis) => axis === 0 || dim === value.shape[axis]);
    if (fits && value.shape[0] === samples && value.size > 0) return;
    throw new ShapeError(
      `${NAME}: input ${i} ('${name}') takes a batch of shape ${formatShape(shape)}, received ${formatShape(value.shape)}` +
        `${fits ? `, while input 0 has ${samples} samples` : ''}. ${shapeHint(shape)}`,
    );
  });
  return list as readonly Tensor[];
}

function checkFinite(graph: LayerGraph, numbers: ArrayLike<number>, i: number): void {
  if (!(numbers instanceof Float32Array) || allFinite(numbers)) return;
  const at = numbers.findIndex((value) => !Number.isFinite(value));
  throw new ValueError(
    `${NAME}: input ${i} ('${graph.inputs[i]!.name}') has ${numbers[at]} as element ${at}; expected finite float32 numbers.`,
  );
}
