/** @file Runs a model's steps on batches: finds the compiled step, feeds it, reads it. */

import { InternalError, withPlace } from '../../base/errors.ts';
import { sampleSize } from '../../base/shape.ts';
import { exclusively } from '../../engine/exclusive.ts';
import type { Layer } from '../../layers/layer.ts';
import type { Batch, DataSet } from './batch.ts';
import type { Compiled } from './compile-options.ts';
import { buildForData, checkFinite, checkInputShapes, checkTargets, targetShapes } from './data-checks.ts';
import type { CompiledStep, StepCache } from './step-cache.ts';
import { buildStep, type ModelStep, type StepMode } from './step-graph.ts';
import type { TrainedModel } from './trained-model.ts';

/** What one run of `fit`, `evaluate` or `predict` keeps the same for all its batches. */
export interface RunContext {
  readonly model: TrainedModel;
  readonly mode: StepMode;
  readonly compiled: Compiled | null;
  /** Changes with every `compile`. */
  readonly generation: number;
  /** Outputs with a loss. */
  readonly targets: readonly string[];
  readonly cache: StepCache;
  readonly nextSeed: () => number;
}

/** One batch's numbers. */
export interface StepResult {
  readonly step: ModelStep;
  /** One for each of `step.reported`. */
  readonly reported: readonly number[];
  /** When predicting: copies, one for each output. */
  readonly predictions: readonly Float32Array[];
}

/** Runs batches of one run. */
export class StepRunner {
  readonly #context: RunContext;
  readonly #frozen: string;
  // Arrays are checked as a whole, once, and not batch by batch.
  readonly #checked = new WeakSet<DataSet>();
  /** By data set: 1 for each sample whose inputs were found to be finite. */
  readonly #finite = new WeakMap<DataSet, Uint8Array>();
  #capacity: number;
  /** The step found last, which the next batch of the same data can have again. */
  #last: { readonly data: DataSet; readonly capacity: number; readonly found: CompiledStep } | null = null;

  /** @param batchSize Samples in a batch at most, when that is known. */
  constructor(context: RunContext, batchSize: number | null) {
    this.#context = context;
    this.#capacity = batchSize ?? 0;
    this.#frozen = trainableFlags(context.model);
  }

  /** Builds the model if need be and checks data of which batches will come. Throws before anything has run. */
  async prepare(data: DataSet): Promise<void> {
    await exclusively(() => this.#stepFor(data));
  }

  /**
   * Runs one step. Throws ShapeError or ValueError, with the weights as they were, when the batch does not fit.
   *
   * @param where The batch, for messages.
   * @param meanwhile What to do while the step runs.
   */
  run(batch: Batch, where: string, meanwhile?: () => Promise<void>): Promise<StepResult> {
    return exclusively(async () => {
      if (this.#capacity < batch.samples) this.#capacity = batch.samples;
      const compiled = await this.#stepFor(batch.data).catch((error: unknown) => {
        throw withPlace(error, where);
      });
      feedBatch(compiled, batch);
      this.#checkInputs(compiled, batch, where);
      if (this.#context.mode === 'train') this.#context.compiled!.optimizer.beforeStep();
      feedScalars(compiled);
      const running = this.#start(compiled, batch.samples);
      try {
        batch.collectNext?.();
        await meanwhile?.();
      } finally {
        await running;
      }
      return readResult(compiled, batch.samples);
    });
  }

  async #start(compiled: CompiledStep, samples: number): Promise<void> {
    try {
      await compiled.run(samples);
    } catch (error) {
      this.#context.cache.drop(compiled);
      throw error;
    }
  }

  /** Throws ValueError when inputs of samples that were not seen before are NaN or infinite. */
  #checkInputs({ step, executable }: CompiledStep, batch: Batch, where: string): void {
    let seen = this.#finite.get(batch.data);
    if (seen === undefined) {
      seen = new Uint8Array(batch.data.samples);
      this.#finite.set(batch.data, seen);
    }
    let known = 0;
    for (let i = 0; i < batch.samples; i++) known += seen[batch.rowOf(i)]!;
    if (known === batch.samples) return;
    step.inputs.forEach((node, i) => {
      checkFinite(batch, i, executable.feed(node), where);
    });
    for (let i = 0; i < batch.samples; i++) seen[batch.rowOf(i)] = 1;
  }

  async #stepFor(data: DataSet): Promise<CompiledStep> {
    const { model, mode, compiled, generation, targets, cache, nextSeed } = this.#context;
    if (!this.#checked.has(data)) {
      buildForData(model, data.x);
      checkInputShapes(model, data.x);
    }
    const { graph } = model;
    if (graph === null) throw new InternalError(`'${model.name}' was built and has no graph.`);
    const last = this.#last;
    if (last?.data === data && last.capacity === this.#capacity && (await cache.holds(last.found, graph))) {
      return last.found;
    }
    const shapes = mode === 'predict' ? [] : targetShapes(data);
    const weighted = data.sampleWeight !== null;
    const capacity = Math.max(this.#capacity, 1);
    const key = JSON.stringify([generation, mode, capacity, weighted, shapes, this.#frozen]);
    const found = await cache.get(key, graph, capacity, () =>
      buildStep({ model, mode, compiled, targetShapes: shapes, weighted, nextSeed }),
    );
    if (!this.#checked.has(data)) {
      checkTargets(found.step, model, targets, data);
      this.#checked.add(data);
    }
    this.#last = { data, capacity: this.#capacity, found };
    return found;
  }
}

/** Which layers train, inside of models too. */
function trainableFlags(layer: Layer): string {
  const inner: readonly Layer[] = 'layers' in layer ? (layer as TrainedModel).layers : [];
  return `${layer.trainable ? 1 : 0}${inner.map(trainableFlags).join('')}`;
}

function feedBatch({ step, executable }: CompiledStep, batch: Batch): void {
  const { x, y, sampleWeight } = batch.data;
  step.inputs.forEach((node, i) => {
    batch.copy(x[i]!, executable.feed(node));
  });
  step.targets.forEach((node, i) => {
    batch.copy(y[i]!, executable.feed(node));
  });
  if (step.sampleWeight !== null) batch.copy(sampleWeight!, executable.feed(step.sampleWeight));
}

function feedScalars({ step, executable }: CompiledStep): void {
  for (const { node, next } of step.scalars) executable.feed(node)[0] = next();
}

function readResult({ step, executable }: CompiledStep, samples: number): StepResult {
  return {
    step,
    reported: step.reported.map(({ node }) => executable.output(node)[0]!),
    predictions: step.predictions.map((node) =>
      executable.output(node).slice(0, samples * sampleSize(node.shape)),
    ),
  };
}
