/**
 * @file Metric, the base of numbers that are reported but not trained on. A metric is state: a compiled step computes
 * what its batch contributes, the host adds the contributions in float64 and computes the metric's numbers from the sum
 * (docs/decisions/0015).
 */

import { ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import type { TensorSource } from '../base/tensor-create.ts';
import type { Node } from '../graph/node.ts';
import { Configurable, withOptions } from '../options/configurable.ts';
import { unsupported } from '../options/kinds.ts';
import { numberedName } from '../options/names.ts';
import { type Contributions, evaluateContributions, type MetricState } from './contributions.ts';

/** The data of a batch that a metric gets. */
export interface MetricInputs {
  /** Labels, batched. */
  readonly yTrue: Node;
  /** Predictions, batched. */
  readonly yPred: Node;
  /** One weight for each sample, [batch], or for each of its values; null for 1 each. */
  readonly sampleWeight: Node | null;
}

/** Numbers in an array or a Tensor. */
export type MetricData = Tensor | TensorSource;

/**
 * A number, or several, about all predictions of an epoch. A user's own class defines `update` and `compute`, and
 * `merge` where states do not add: `update({ yTrue, yPred }) { return { hits: ops.sum(ops.mul(yTrue, yPred)), count: 1
 * } }`, `compute({ hits, count }) { return hits[0] / count[0] }`.
 */
export abstract class Metric extends withOptions(Configurable, {
  /** The name in logs and history. Default: the class' name in snake case, numbered. */
  name: numberedName(),
  dtype: unsupported('float32'),
}) {
  static override readonly methods: readonly string[] = ['update', 'compute'];
  /**
   * Whether larger or smaller values are better, for callbacks that look for the best epoch; null where that is not
   * known.
   */
  readonly direction: 'up' | 'down' | null = null;
  #state: MetricState | null = null;

  /**
   * What a batch contributes to each part of the state: a whole node (a sum over the batch, any shape), or a number that
   * each sample contributes. Throws ShapeError when labels and predictions do not fit.
   */
  abstract update(inputs: MetricInputs): Contributions;

  /** The number, or numbers, that the state stands for. */
  abstract compute(state: MetricState): number | readonly number[];

  /** The state and what another batch, or another machine, contributes; by default their sum. */
  merge(state: MetricState, other: MetricState): MetricState {
    return Object.fromEntries(
      Object.entries(state).map(([name, vector]) => [
        name,
        vector.map((value, i) => value + other[name]![i]!),
      ]),
    );
  }

  /**
   * Adds samples to the metric's own state, in float64 and on the host. Training has a state of its own: this is for use
   * without a model. Throws ValueError and ShapeError for data that does not fit.
   */
  async updateState(yTrue: MetricData, yPred: MetricData, sampleWeight?: MetricData | null): Promise<void> {
    this.addToState([yTrue, yPred], sampleWeight ?? null, ([labels, predictions], weights) =>
      this.update({ yTrue: labels!, yPred: predictions!, sampleWeight: weights }),
    );
  }

  /** What `updateState` has collected; 0 before. */
  result(): number | readonly number[] {
    return this.#state === null ? 0 : this.compute(this.#state);
  }

  /** Forgets what `updateState` has collected. */
  resetState(): void {
    this.#state = null;
  }

  /** Adds what `contribute` says of batches of `data`, whose first extents must be equal, to the state. */
  protected addToState(
    data: readonly MetricData[],
    sampleWeight: MetricData | null,
    contribute: (nodes: readonly Node[], sampleWeight: Node | null) => Contributions,
  ): void {
    const all = [...data, ...(sampleWeight === null ? [] : [sampleWeight])].map((each) =>
      each instanceof Tensor ? each : tensor(each),
    );
    const samples = all[0]!.shape[0];
    if (samples === undefined || all.some(({ shape }) => shape[0] !== samples)) {
      throw new ValueError(
        `${this.name}: labels, predictions and weights must have as many samples each. ` +
          `Received shapes ${all.map(({ shape }) => `[${shape.join(', ')}]`).join(', ')}.`,
      );
    }
    if (samples === 0) return;
    const added = evaluateContributions(all, (nodes) =>
      contribute(nodes.slice(0, data.length), nodes[data.length] ?? null),
    );
    this.#state = this.#state === null ? added : this.merge(this.#state, added);
  }
}
