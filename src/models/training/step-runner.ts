/** @file Runs a model's steps on batches: finds the compiled step, feeds it, reads it. */

import { InternalError, withPlace } from '../../base/errors.ts';
import { isBatched, type Shape, sampleSize } from '../../base/shape.ts';
import type { Tensor } from '../../base/tensor.ts';
import { exclusively, exclusiveWorks } from '../../engine/exclusive.ts';
import type { Node } from '../../graph/node.ts';
import { holdsBytes } from '../../graph/storage.ts';
import type { StepRandom } from '../../layers/step-context.ts';
import type { MetricState } from '../../metrics/contributions.ts';
import { type FeedType, feedTypeOf } from '../../ops/leaf.ts';
import type { Batch, Examples } from './batch.ts';
import type { Compiled } from './compile-options.ts';
import { buildForData, checkFinite, checkInputShapes, checkTargets, targetShapes } from './data-checks.ts';
import { readReported } from './reported.ts';
import type { CompiledStep, StepCache } from './step-cache.ts';
import { buildStep, type ModelStep, type StepMode, type StepPart } from './step-graph.ts';
import type { TrainedModel } from './trained-model.ts';

/** What stays the same for all batches of one run of `fit`, `evaluate` or `predict`. */
export interface RunContext {
  readonly model: TrainedModel;
  readonly mode: StepMode;
  readonly part: StepPart;
  readonly compiled: Compiled | null;
  /** Changes with every `compile`. */
  readonly generation: number;
  /** Places of the outputs that targets are for: those with a loss or metrics. */
  readonly targets: readonly number[];
  /**
   * Several batches of one form run in a series, and the next ones are fed while they run. For each mode only one
   * run at a time does this.
   */
  readonly ahead: boolean;
  readonly cache: StepCache;
  readonly random: StepRandom;
}

/** One batch's numbers. */
export interface StepResult {
  readonly batch: Batch;
  readonly step: ModelStep;
  /** The batch's loss; 0 when predicting. */
  readonly loss: number;
  /** What the batch contributes to each of `step.reported`. */
  readonly reported: readonly MetricState[];
  /** When predicting: copies, one for each output. */
  readonly predictions: readonly Float32Array[];
}

/** A batch in a tray of a step. */
export interface FedBatch {
  readonly batch: Batch;
  readonly tray: number;
  readonly compiled: CompiledStep;
  /** The batch, for messages. */
  readonly where: string;
}

/** Trays for batches that are fed ahead: half of them run while the other half is fed. */
const AHEAD_TRAYS = 32;
/** Bytes that the feeds and outputs of all trays may take; two trays are made in any case. */
const AHEAD_BYTES = 2 ** 22;
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Milliseconds that a series may take, since callbacks are called only after it. */
const SERIES_MS = 30;

/** Runs batches of one run. */
export class StepRunner {
  readonly #context: RunContext;
  /** The number of this runner's last work among all works of the engine. */
  #lastWork = 0;
  // Arrays are checked as a whole, once, and not batch by batch.
  readonly #checked = new WeakSet<Examples>();
  /** The forms of the data seen, see `formOf`. */
  readonly #forms = new WeakMap<Examples, string>();
  /** By data set: 1 for each sample whose inputs were found to be finite. */
  readonly #finite = new WeakMap<Examples, Uint8Array>();
  /** Which layers train. */
  readonly #trained: string;
  #capacity: number;
  /** The step found last, which the next batch of the same form can use again. */
  #last: { readonly form: string; readonly capacity: number; readonly found: CompiledStep } | null = null;

  /** @param batchSize Samples in a batch at most, when that is known. */
  constructor(context: RunContext, batchSize: number | null) {
    this.#context = context;
    this.#capacity = batchSize ?? 0;
    const { compiled, mode } = context;
    this.#trained =
      compiled === null || mode === 'predict'
        ? ''
        : [...compiled.trained.states.values()].map(Number).join('');
  }

  /** Whether batches are fed ahead and run in series. */
  get ahead(): boolean {
    return this.#context.ahead;
  }

  /** Builds the model if need be and checks the data that batches will be cut from. Throws before any step runs. */
  async prepare(data: Examples): Promise<void> {
    await exclusively(() => this.#stepFor(data));
  }

  /**
   * Runs one step. Throws ShapeError or ValueError, with the weights as they were, when the batch does not fit.
   *
   * @param where The batch, for messages.
   */
  run(batch: Batch, where: string): Promise<StepResult> {
    return exclusively(async () => {
      if (this.#capacity < batch.samples) this.#capacity = batch.samples;
      const compiled = await this.#stepFor(batch.data).catch((error: unknown) => {
        throw withPlace(error, where);
      });
      const fed = this.#feedTo(compiled, batch, 0, where);
      return (await this.#runFed(compiled, [fed]))[0]!;
    });
  }

  /** How many batches to feed for the next series. */
  seriesLength(data: Examples): number {
    const found = this.#found(data);
    if (found === null || this.#othersWork()) return 1;
    const inTime = Math.floor(SERIES_MS / found.runMilliseconds);
    return Math.max(1, Math.min(inTime, Math.floor(found.executable.trays / 2)));
  }

  /** Feeds a batch for `runSeries`, even while other trays run. Throws as `run` does. */
  async feed(batch: Batch, tray: number, where: string): Promise<FedBatch> {
    if (this.#capacity < batch.samples) this.#capacity = batch.samples;
    const find = async () => {
      const found = this.#found(batch.data);
      if (found === null) return exclusively(() => this.#stepFor(batch.data));
      this.#checkTargets(found, batch.data);
      return found;
    };
    const found = await find().catch((error: unknown) => {
      throw withPlace(error, where);
    });
    return this.#feedTo(found, batch, tray, where);
  }

  /**
   * Runs batches, each in a tray of its own, those of one form as one series; one by one while other runs use the engine.
   */
  async runSeries(series: readonly FedBatch[]): Promise<StepResult[]> {
    const results: StepResult[] = [];
    for (const part of this.#othersWork() ? series.map((fed) => [fed]) : this.#sameForm(series)) {
      const running = exclusively(() => this.#runPart(part));
      this.#lastWork = exclusiveWorks();
      results.push(...(await running));
    }
    return results;
  }

  /** The series cut where the form of the data changes. */
  #sameForm(series: readonly FedBatch[]): FedBatch[][] {
    const parts: FedBatch[][] = [];
    for (const fed of series) {
      const part = parts.at(-1);
      if (part !== undefined && this.#formOf(part[0]!.batch.data) === this.#formOf(fed.batch.data))
        part.push(fed);
      else parts.push([fed]);
    }
    return parts;
  }

  /** What a step is made for: extents of samples, element types, and whether there are weights. */
  #formOf(data: Examples): string {
    let form = this.#forms.get(data);
    if (form === undefined) {
      const each = ({ shape, dtype }: Tensor) => [dtype, ...shape.slice(1)];
      form = JSON.stringify([data.x.map(each), data.y.map(each), weightShapes(data)]);
      this.#forms.set(data, form);
    }
    return form;
  }

  async #runPart(part: readonly FedBatch[]): Promise<StepResult[]> {
    const compiled = await this.#stepFor(part[0]!.batch.data);
    const fed = part.map((each) => {
      if (each.compiled === compiled) return each;
      feedBatch(compiled, each.batch, each.tray);
      return { ...each, compiled };
    });
    return this.#runFed(compiled, fed);
  }

  /**
   * Whether other runs gave work to the engine since this runner did. They should not have to wait for a whole series.
   */
  #othersWork(): boolean {
    return exclusiveWorks() !== this.#lastWork;
  }

  #feedTo(compiled: CompiledStep, batch: Batch, tray: number, where: string): FedBatch {
    feedBatch(compiled, batch, tray);
    const fed = { batch, tray, compiled, where };
    if (compiled.step.finiteness === null) this.#checkOnce(fed);
    return fed;
  }

  async #runFed(compiled: CompiledStep, series: readonly FedBatch[]): Promise<StepResult[]> {
    const { mode, part } = this.#context;
    const optimizer = this.#context.compiled?.optimizer;
    for (const { tray } of series) {
      if (mode === 'train' && part !== 'front') optimizer!.beforeStep();
      for (const { node, next } of compiled.step.scalars) {
        compiled.executable.feed(node, tray)[0] = next(this.#context.random);
      }
    }
    try {
      await compiled.run(series.map(({ tray, batch }) => ({ tray, samples: batch.samples })));
    } catch (error) {
      this.#context.cache.drop(compiled);
      throw error;
    }
    for (const fed of series) if (!foundFinite(fed)) checkInputs(fed);
    return series.map(({ batch, tray }) => readResult(compiled, batch, tray));
  }

  /** Throws ValueError when inputs of samples that were not seen before are NaN or infinite. */
  #checkOnce(fed: FedBatch): void {
    const { batch } = fed;
    let seen = this.#finite.get(batch.data);
    if (seen === undefined) {
      seen = new Uint8Array(batch.data.samples);
      this.#finite.set(batch.data, seen);
    }
    let known = 0;
    for (let i = 0; i < batch.samples; i++) known += seen[batch.rowOf(i)]!;
    if (known === batch.samples) return;
    checkInputs(fed);
    for (let i = 0; i < batch.samples; i++) seen[batch.rowOf(i)] = 1;
  }

  /** Throws when targets cannot be labels. Done once for each data set. */
  #checkTargets(found: CompiledStep, data: Examples): void {
    if (this.#checked.has(data)) return;
    checkTargets(found.step, this.#context.model, this.#context.targets, data);
    this.#checked.add(data);
  }

  /** The step found last, if it still exists and fits this data. */
  #found(data: Examples): CompiledStep | null {
    const last = this.#last;
    if (last === null || last.capacity !== this.#capacity || last.form !== this.#formOf(data)) return null;
    return this.#context.cache.has(last.found) ? last.found : null;
  }

  async #stepFor(data: Examples): Promise<CompiledStep> {
    const { model, mode, part, generation, cache, ahead } = this.#context;
    if (!this.#checked.has(data) && part !== 'rest') {
      buildForData(model, data.x);
      checkInputShapes(model, data.x);
    }
    const { graph } = model;
    if (graph === null) throw new InternalError(`'${model.name}' was built and has no graph.`);
    const last = this.#found(data);
    if (last !== null && (await cache.holds(last, graph))) {
      this.#checkTargets(last, data);
      return last;
    }
    const isJudged = mode !== 'predict' && part !== 'front';
    const shapes = isJudged ? targetShapes(data) : [];
    const shapesOfWeights = isJudged ? weightShapes(data) : [];
    // The rest of a model is fed values of its front, which are floats.
    const types = part === 'rest' ? model.inputs.map(() => 'float32' as const) : data.x.map(feedTypeOfTensor);
    const capacity = Math.max(this.#capacity, 1);
    const key = JSON.stringify([
      ...[generation, mode, part, capacity, ahead, shapesOfWeights, this.#trained],
      ...[types, shapes],
    ]);
    const found = await cache.get(key, graph, () => {
      const step = buildStep({
        ...this.#context,
        inputTypes: types,
        targetShapes: shapes,
        weightShapes: shapesOfWeights,
      });
      return { step, options: { capacity, trays: ahead ? aheadTrays(step, capacity) : 1 } };
    });
    this.#checkTargets(found, data);
    this.#last = { form: this.#formOf(data), capacity: this.#capacity, found };
    return found;
  }
}

function feedTypeOfTensor({ dtype }: Tensor): FeedType {
  return feedTypeOf(dtype);
}

/** For each target, the batched shape of its weights; null for one without. */
function weightShapes({ y, sampleWeights }: Examples): readonly (Shape | null)[] {
  return y.map((_, i) => {
    const weights = sampleWeights?.[i] ?? null;
    return weights === null ? null : [null, ...weights.shape.slice(1)];
  });
}

/** An even number of trays; the larger the feeds and outputs of one tray are, the fewer trays. */
function aheadTrays({ graph }: ModelStep, capacity: number): number {
  const bytesOf = (node: Node) =>
    sampleSize(node.shape) * (isBatched(node.shape) ? capacity : 1) * (holdsBytes(node) ? 1 : FLOAT_BYTES);
  const bytes = [...graph.feeds, ...graph.outputs].reduce((sum, node) => sum + bytesOf(node), 0);
  const pairs = Math.floor(AHEAD_BYTES / (2 * bytes));
  return 2 * Math.max(1, Math.min(pairs, AHEAD_TRAYS / 2));
}

function feedBatch({ step, executable }: CompiledStep, batch: Batch, tray: number): void {
  const { x, y, sampleWeights } = batch.data;
  step.inputs.forEach((node, i) => {
    batch.copy(x[i]!, executable.feed(node, tray));
  });
  step.targets.forEach((node, i) => {
    batch.copy(y[i]!, executable.feed(node, tray));
  });
  step.sampleWeights.forEach((node, i) => {
    if (node !== null) batch.copy(sampleWeights![i]!, executable.feed(node, tray));
  });
}

/** The result of a step that checks its inputs itself: whether all are finite. */
function foundFinite({ batch, tray, compiled: { step, executable } }: FedBatch): boolean {
  if (step.finiteness === null) return true;
  const found = executable.output(step.finiteness, tray);
  for (let i = 0; i < batch.samples; i++) if (found[i] !== 0) return false;
  return true;
}

/** Throws ValueError when a number of the batch's inputs is NaN or infinite. */
function checkInputs({ batch, tray, where, compiled: { step, executable } }: FedBatch): void {
  step.inputs.forEach((node, i) => {
    checkFinite(batch, i, executable.feed(node, tray), where);
  });
}

function readResult({ step, executable }: CompiledStep, batch: Batch, tray: number): StepResult {
  return {
    batch,
    step,
    loss: step.loss === null ? 0 : executable.output(step.loss, tray)[0]!,
    reported: readReported(step.reported, batch.samples, (node) => executable.output(node, tray)),
    predictions: step.predictions.map((node) =>
      executable.output(node, tray).slice(0, batch.samples * sampleSize(node.shape)),
    ),
  };
}
