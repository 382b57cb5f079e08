/** @file Normalization: numbers minus a mean, over a deviation, both known before training (Keras' `normalization.py`). */

import { ShapeError, ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { add, constant, div, maximum, mul, reshape, sqrt, sub } from '../../ops/index.ts';
import { variableNode } from '../../ops/leaf.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { axes, flag, wrongValue } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';
import { Layer } from '../layer.ts';
import { Moments } from './moments.ts';

/** Keras' `epsilon()`: the least deviation. */
const EPSILON = 1e-7;

/** A number, or lists of them. */
export type Statistic = number | readonly Statistic[];

/** Batches to adapt to: a Tensor, or an iterable of Tensors or of lists that begin with one. */
export type AdaptData = Tensor | Iterable<unknown> | AsyncIterable<unknown>;

/** What is needed of a dataset: its iterator may go on into further passes. */
interface Passes {
  readonly length: number | null;
  pass(): AsyncIterable<unknown>;
}

/** The batches of one pass. Throws ValueError for data that never ends. */
function onePass(data: AdaptData, layer: string): Iterable<unknown> | AsyncIterable<unknown> {
  if (data instanceof Tensor) return [data];
  if (!('pass' in data)) return data;
  const dataset = data as AdaptData & Passes;
  if (dataset.length !== Number.POSITIVE_INFINITY) return dataset.pass();
  throw new ValueError(
    `Layer '${layer}': adapt() received a dataset that never ends. Leave repeat() out, or write take(n) behind it.`,
  );
}

const EXPECTED = 'a number, or a list of numbers for the kept axes';

function statistic(): Option<Statistic | null, Statistic | null, false> {
  return new Option<Statistic | null, Statistic | null, false>({
    expected: EXPECTED,
    read(given, place) {
      if (given === null) return null;
      const numbers: unknown[] = [given].flat(Number.POSITIVE_INFINITY);
      if (numbers.length > 0 && numbers.every(Number.isFinite)) return given as Statistic;
      throw wrongValue(place, EXPECTED, given);
    },
    fallback: () => null,
    nullable: true,
  });
}

/** Keras' axes: a list in configs, also of one or of none. */
function keptAxes() {
  const { definition } = axes([-1]);
  return new Option<readonly number[], number | readonly number[] | null, false>({
    ...definition,
    expected: `${definition.expected}, or null for none`,
    read(given, place) {
      return given === null || (Array.isArray(given) && given.length === 0)
        ? []
        : definition.read(given, place);
    },
    write: (list) => [...list],
    nullable: true,
  });
}

/** (x - mean) / deviation, in training and after; the shape stays. The deviation is 1e-7 at least. */
export class Normalization extends withOptions(Layer, {
  /** The axes with a mean and a variance for each place; null: one of each for everything. Default [-1]: for each channel. */
  axis: keptAxes(),
  /** The mean: a number, or a list for the kept axes. Default null: `adapt` finds it. */
  mean: statistic(),
  /** The variance, likewise. Default null: `adapt` finds it. */
  variance: statistic(),
  /** True: x · deviation + mean instead. Default false. */
  invert: flag(false),
}) {
  static override readonly className = 'Normalization';
  #mean: Variable | null = null;
  #variance: Variable | null = null;
  /** For one sample: the extents of kept axes, 1 for all others. */
  #statisticShape: readonly number[] = [];

  override call([x]: readonly Node[]): Node {
    const { mean, deviation } = this.statistics();
    return this.invert ? add(mul(x!, deviation), mean) : div(sub(x!, mean), deviation);
  }

  /** The mean and the deviation of one sample's numbers: extents of 1 along axes that share them. For built layers. */
  statistics(): { readonly mean: Node; readonly deviation: Node } {
    const mean = this.#statistic(this.mean, this.#mean);
    const variance = this.#statistic(this.variance, this.#variance);
    return { mean, deviation: maximum(sqrt(variance), constant(EPSILON)) };
  }

  /**
   * Finds mean and variance of `data`: a Tensor [n, …], or a dataset of such Tensors, of which the first of each batch
   * counts. What was found before is forgotten.
   *
   * Throws ValueError when the layer was given mean and variance, for data of no batch and for NaN and infinite numbers, ShapeError for batches of
   * different shapes.
   */
  async adapt(data: AdaptData): Promise<void> {
    if (this.mean !== null) {
      throw new ValueError(
        `Layer '${this.name}' was given its mean and variance. Leave them out to adapt() it.`,
      );
    }
    let moments: Moments | null = null;
    for await (const batch of onePass(data, this.name)) {
      const x = this.#inputsOf(batch);
      this.build([[null, ...x.shape.slice(1)]]);
      moments ??= new Moments(this.#statisticShape);
      moments.add(x, this.name);
    }
    if (moments === null) {
      throw new ValueError(`Layer '${this.name}': adapt() received no batch. Expected one or more.`);
    }
    this.#mean!.assign(moments.mean);
    this.#variance!.assign(moments.variance);
  }

  #inputsOf(batch: unknown): Tensor {
    const x: unknown = Array.isArray(batch) ? batch[0] : batch;
    if (x instanceof Tensor && x.rank > 0 && x.size > 0) return x;
    throw new ValueError(
      `Layer '${this.name}': adapt() expects batches that are Tensors, or lists that begin with one, received ${describeValue(batch)}.`,
    );
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const rank = input!.length;
    const kept = this.axis.map((axis) => (axis < 0 ? axis + rank : axis));
    if (kept.some((axis) => axis < 1 || axis >= rank)) {
      throw new ShapeError(
        `Layer '${this.name}': axis=${describeValue(this.axis)} must name axes of ${formatShape(input!)} behind the batch.`,
      );
    }
    this.inputSpec = {
      ndim: rank,
      axes: Object.fromEntries(kept.map((axis) => [axis, input![axis] as number])),
    };
    this.#statisticShape = input!.slice(1).map((dim, i) => (kept.includes(i + 1) ? (dim as number) : 1));
    if (this.mean !== null) return;
    const shape = [...kept].sort((a, b) => a - b).map((axis) => input![axis] as number);
    this.#mean = this.addWeight({ name: 'mean', shape, initializer: 'zeros', trainable: false });
    this.#variance = this.addWeight({ name: 'variance', shape, initializer: 'ones', trainable: false });
    // Keras' files have a third one, which nothing reads.
    this.addWeight({ name: 'count', shape: [], initializer: 'zeros', trainable: false });
  }

  #statistic(given: Statistic | null, found: Variable | null): Node {
    if (given === null) return reshape(variableNode(found!), this.#statisticShape);
    const { shape, data } = tensor(given as number[]);
    return constant({ values: [...data], shape: this.#place(shape) });
  }

  /** The shape that puts the extents of a given statistic on the last kept axes. */
  #place(shape: readonly number[]): number[] {
    const left = [...shape];
    const placed = this.#statisticShape.map(() => 1);
    const rank = placed.length + 1;
    const kept = this.axis.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => b - a);
    for (const axis of kept) placed[axis - 1] = left.pop() ?? 1;
    if (placed.every((extent, i) => extent === 1 || extent === this.#statisticShape[i])) return placed;
    throw new ShapeError(
      `Layer '${this.name}' was given statistics of shape ${formatShape(shape)}, expected the extents of the kept axes, ` +
        `${formatShape(this.#statisticShape)}.`,
    );
  }

  protected override checkOptions(): void {
    const { mean, variance } = this;
    if ((mean === null) !== (variance === null)) {
      throw new ValueError(
        'When setting values directly, both `mean` and `variance` must be set. Received: ' +
          `mean=${describeValue(mean)} and variance=${describeValue(variance)}.`,
      );
    }
    if (mean === null || variance === null) return;
    const shapes = [mean, variance].map((value) => tensor(value as number[]).shape);
    if (formatShape(shapes[0]!) !== formatShape(shapes[1]!) || shapes[0]!.length > this.axis.length) {
      throw new ValueError(
        `${this.className}: mean and variance must have the same shape, of ${this.axis.length} axes at most. Received: ` +
          `shapes ${shapes.map(formatShape).join(' and ')} for axis=${describeValue(this.axis)}.`,
      );
    }
  }
}

/** Numbers minus a mean, over a deviation. */
export const normalization = factory(Normalization);
