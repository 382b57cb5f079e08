/** @file Loss, the base of what training makes small. Semantics follow Keras 3 (`keras/src/losses`). */

import type { Config } from '../base/config.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { canonicalName, toSnakeCase } from '../base/names.ts';
import { checkOptionNames, describeValue, refuseOption } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';

/** Options that every loss takes. */
export interface LossOptions {
  /** Default: the class name in snake case. */
  readonly name?: string;
  /** Only 'sumOverBatchSize', Keras' default: the mean over all values. */
  readonly reduction?: string;
}

/** A measure of how far predictions are from labels. */
export abstract class Loss {
  /** Keras' class name, as files have it. */
  abstract readonly className: string;
  readonly name: string;

  /** Throws ValueError for an unknown option, UnsupportedError for another reduction. */
  constructor(className: string, options: LossOptions, known: readonly string[] = []) {
    checkOptionNames(className, options, ['name', 'reduction', 'dtype', ...known]);
    this.name = options.name ?? toSnakeCase(className);
    const { reduction } = options;
    if (reduction !== undefined && canonicalName(String(reduction)) !== 'sumoverbatchsize') {
      throw new UnsupportedError(
        `${className}: reduction ${describeValue(reduction)} is not supported, only 'sumOverBatchSize'.`,
      );
    }
    refuseOption(className, 'dtype', (options as { dtype?: unknown }).dtype, 'float32');
  }

  /**
   * One loss value for each prediction, [batch, …]: the predictions' shape without the last axis. What training makes
   * small is the mean of all of them. Throws ShapeError when labels and predictions do not fit.
   */
  abstract build(yTrue: Node, yPred: Node): Node;

  /** Throws ShapeError when labels of shape `target` do not fit predictions of shape `output`. */
  abstract checkShapes(target: Shape, output: Shape): void;

  /**
   * Checks labels on the host before they are fed. Throws ShapeError when their shape does not fit predictions of shape
   * `output`, ValueError for a value that cannot be a label, naming its index.
   *
   * @param shape The labels' shape, batch included.
   */
  validateTargets(values: ArrayLike<number>, shape: readonly number[], output: Shape): void {
    this.checkShapes([null, ...shape.slice(1)], output);
    this.checkValues(values, output);
  }

  /** The options in Keras' snake_case: what files have under `config`. */
  getConfig(): Config {
    return { name: this.name, reduction: 'sum_over_batch_size' };
  }

  /** Hook: throws ValueError for a value that cannot be a label; here for one that is not finite. */
  protected checkValues(values: ArrayLike<number>, _output: Shape): void {
    checkLabels(this.name, values, Number.isFinite, 'a finite number');
  }
}

/** Throws ValueError, naming the first value that is not `valid` and its index. */
export function checkLabels(
  who: string,
  values: ArrayLike<number>,
  valid: (value: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (valid(values[i]!)) continue;
    throw new ValueError(
      `${who}: label ${values[i]} at index ${i} is not ${expected}. ` +
        'Check the labels, and the number of units of the last layer.',
    );
  }
}
