/**
 * @file ValueCalls: a layer applied to Tensors. A call is traced and compiled for its shapes and runs on the current
 * engine, as predictions do.
 */

import { ShapeError, ValueError } from '../base/errors.ts';
import { allFinite } from '../base/finite.ts';
import { booleanOption, checkOptionNames } from '../base/options.ts';
import { RandomStreams } from '../base/random-streams.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import { CompiledFunction } from '../engine/compiled-function.ts';
import type { FeedNumbers } from '../engine/executable.ts';
import { type FeedType, feedTypeOf, placeholder } from '../ops/leaf.ts';
import type { Callable } from './call-context.ts';
import { StepContext, type StepScalar } from './step-context.ts';

/** Options of `layer.apply` on Tensors. */
export interface ApplyOptions {
  /** True: as in training, so that random layers act, and statistics are updated. Default false. */
  readonly training?: boolean;
}

/** What is called: a layer. */
interface Callee extends Callable {
  readonly subLayers: readonly Callee[];
  readonly trainable: boolean;
  /** The rank of one sample, where a Tensor of a single one is taken. */
  readonly sampleRank: number | null;
}

/** What a sample of an input is. */
interface Sample {
  readonly shape: Shape;
  readonly dtype: FeedType;
}

/** One call, traced for the shapes and types of its inputs. */
interface TracedCall {
  readonly key: string;
  /** The layer and all inside of it, as they were: a stack of layers can change. */
  readonly parts: readonly Callee[];
  readonly seeds: readonly StepScalar[];
  readonly compiled: CompiledFunction;
}

/** Traced calls kept at most: pictures of a few sizes, for training and not. */
const LIMIT = 8;

const STREAM = 'apply';

/** The calls of one layer on Tensors, the last few of them ready to run again. */
export class ValueCalls {
  readonly #layer: Callee;
  readonly #streams = new RandomStreams();
  // The most recently used last.
  #calls: TracedCall[] = [];

  constructor(layer: Callee) {
    this.#layer = layer;
  }

  /**
   * The layer's result for a batch, or for one sample without the batch's axis where the layer takes such. What it draws at
   * random is settled before it returns, so that calls under way at the same time get the numbers that they would get one
   * after another.
   */
  async run(inputs: readonly Tensor[], options: ApplyOptions): Promise<Tensor> {
    const { name, sampleRank } = this.#layer;
    checkOptionNames(`'${name}'.apply`, options, ['training']);
    const training = booleanOption(name, 'training', options.training, false);
    if (!inputs.every(({ rank }) => rank === sampleRank)) return this.#runBatch(inputs, training);
    const batches = inputs.map((input) => input.reshape([1, ...input.shape]));
    const result = await this.#runBatch(batches, training);
    return result.reshape(result.shape.slice(1));
  }

  /** Draws before it returns. */
  #runBatch(inputs: readonly Tensor[], training: boolean): Promise<Tensor> {
    const { name } = this.#layer;
    const samples = batchSize(name, inputs);
    const { compiled, seeds } = this.#callFor(inputs, training);
    this.#streams.renew(STREAM);
    const scalars = seeds.map(({ node, next }) => {
      return { node, value: next((seed) => this.#streams.stream(STREAM, seed)) };
    });
    const check = (numbers: FeedNumbers) => {
      if (numbers instanceof Float32Array) checkFinite(name, numbers);
    };
    return compiled.run(inputs, samples, { scalars, check }).then(([result]) => result!);
  }

  #callFor(inputs: readonly Tensor[], training: boolean): TracedCall {
    const parts = allLayers(this.#layer);
    const feeds = inputs.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype: feedTypeOf(dtype) }));
    const frozen = training ? parts.map(({ trainable }) => (trainable ? 1 : 0)).join('') : '';
    const key = JSON.stringify([training, frozen, feeds]);
    const isSame = (call: TracedCall) =>
      call.key === key &&
      call.parts.every((part, i) => part === parts[i]) &&
      call.parts.length === parts.length;
    const known = this.#calls.find(isSame);
    const call = known ?? trace(this.#layer, key, feeds, training);
    this.#calls = [...this.#calls.filter((other) => other !== known), call];
    const oldest = this.#calls.length > LIMIT ? this.#calls.shift() : undefined;
    void oldest?.compiled.free();
    return call;
  }
}

function allLayers(layer: Callee): Callee[] {
  return [layer, ...layer.subLayers.flatMap(allLayers)];
}

function batchSize(name: string, inputs: readonly Tensor[]): number {
  const sizes = new Set(inputs.map(({ shape }) => shape[0]));
  const [samples] = sizes;
  if (sizes.size === 1 && samples !== undefined && samples > 0) return samples;
  throw new ShapeError(
    `Layer '${name}' was applied to Tensors of shapes ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}. The ` +
      'first axis is the batch: expected one sample or more, as many in each Tensor.',
  );
}

function trace(layer: Callee, key: string, samples: readonly Sample[], training: boolean): TracedCall {
  const context = new StepContext(training);
  const inputs = samples.map(({ shape, dtype }, i) =>
    placeholder({ shape: [null, ...shape], name: `input_${i}`, dtype }),
  );
  const outputs = layer.trace(inputs, context);
  const [output] = outputs;
  if (output === undefined || outputs.length > 1) {
    throw new ValueError(
      `Layer '${layer.name}' has ${outputs.length} outputs, and apply() on Tensors gives one. Use predict().`,
    );
  }
  const seeds = context.seeds;
  const graph = {
    name: `${layer.name}/apply`,
    feeds: [...inputs, ...seeds.map(({ node }) => node)],
    outputs: [output],
    updates: [...context.updates].map(([variable, value]) => ({ variable, value })),
  };
  // Parts are listed after tracing, which may build layers.
  const compiled = new CompiledFunction(graph, inputs, [output]);
  return { key, parts: allLayers(layer), seeds, compiled };
}

function checkFinite(name: string, values: Float32Array): void {
  if (allFinite(values)) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new ValueError(
    `Layer '${name}' was applied to ${values[at]} (element ${at}); expected finite float32 numbers.`,
  );
}
