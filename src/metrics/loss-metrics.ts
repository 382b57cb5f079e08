/** @file Every loss as a metric of the same name: the same values, reported and not trained on. */

import type { Node } from '../graph/node.ts';
import * as losses from '../losses/index.ts';
import type { Loss } from '../losses/loss.ts';
import { type ConcreteClass, type Factory, factory, withOptions } from '../options/configurable.ts';
import type { OptionTable } from '../options/option.ts';
import { MeanMetric } from './mean.ts';

type LossClass = ConcreteClass<Loss> & { readonly metricOptions: OptionTable };

/** The class of a metric whose values are a loss' values. */
function lossMetric(Class: LossClass): ConcreteClass<MeanMetric> {
  const { name: _name, reduction: _reduction, dtype: _dtype, ...table } = Class.options;
  const lossOptions = Object.keys(table);
  class LossMetric extends withOptions(MeanMetric, { ...table, ...Class.metricOptions } as OptionTable) {
    static override readonly className: string = Class.className;
    override readonly direction = 'down';
    readonly #loss: Loss;

    constructor(options: Readonly<Record<string, unknown>> = {}) {
      super(options as never);
      const given = Object.entries(options).filter(([name]) => lossOptions.includes(name));
      this.#loss = new Class({ ...Object.fromEntries(given), name: this.name } as never);
    }

    override call(yTrue: Node, yPred: Node): Node {
      return this.#loss.call(yTrue, yPred);
    }

    protected override mask(yTrue: Node, yPred: Node): Node | null {
      return this.#loss.mask(yTrue, yPred);
    }
  }
  return LossMetric as unknown as ConcreteClass<MeanMetric>;
}

type OptionsOfClass<C> = C extends new (options?: infer Options) => Loss ? Options : never;
/** The metric of a loss: options as the loss has them, but for the reduction. */
type LossMetricClass<C> = new (options?: Omit<NonNullable<OptionsOfClass<C>>, 'reduction'>) => MeanMetric;

/** The factories of the losses' metrics, by the losses' names. */
export type LossMetrics = {
  readonly [K in keyof typeof losses]: Factory<LossMetricClass<(typeof losses)[K]['Class']>>;
};

/** The metrics that the losses are. */
export const lossMetrics = Object.fromEntries(
  Object.entries(losses).map(([name, { Class }]) => [
    name,
    factory(lossMetric(Class as unknown as LossClass)),
  ]),
) as unknown as LossMetrics;
