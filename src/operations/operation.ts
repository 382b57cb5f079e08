/**
 * @file Operation: an op on symbolic tensors as a node of a model (Keras' `ops/operation.py`). In summaries and files it
 * stands among the layers; `model.layers` leaves it out, as in Keras.
 */

import type { Config, ConfigValue } from '../base/config.ts';
import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { InputSpec } from '../layers/input-spec.ts';
import { Layer, type SymbolicTensor } from '../layers/layer.ts';
import { type Argument, hasSymbolic, putTogether, storedValue, takeApart, toSymbolic } from './arguments.ts';

/** The types of what operations give. Truth values are 1 and 0. */
type ResultType = SymbolicTensor['dtype'];

/** One of Keras' operations. */
export interface OperationKind {
  /** Keras' name of the class: `TrueDivide`. */
  readonly className: string;
  /** Where Keras has the class: files have it. */
  readonly module: string;
  /** Keras' names of what it is called with, in order. */
  readonly parameters: readonly string[];
  /** Its options with their defaults, as files have them. */
  readonly config: Config;
  /** The type of the result. Default 'float32'. */
  readonly dtype?: (config: Config) => ResultType;
  /** The result for nodes, and for values that are part of the operation, in the order of `parameters`. */
  compute(args: readonly unknown[], config: Config): Node;
}

/** The class of the operations of one kind. */
export interface OperationClass {
  readonly kind: OperationKind;
  new (template: readonly Argument[], config: Config, name?: string): Operation;
}

/** A node of a model that applies an op. It has no weights. */
export abstract class Operation extends Layer {
  abstract readonly kind: OperationKind;
  /** What it is called with: the inputs' places, and values. */
  readonly template: readonly Argument[];
  readonly #config: Config;
  protected override inputSpec: InputSpec = { inputs: 'any' };

  constructor(template: readonly Argument[], config: Config, name?: string) {
    super(name === undefined ? {} : { name });
    this.template = template;
    this.#config = config;
  }

  /** Throws ShapeError where the samples of a batch would no longer be apart, and what the op throws. */
  override call(inputs: readonly Node[]): Node | readonly Node[] {
    const result = this.kind.compute(putTogether(this.template, inputs), this.#config);
    if (isBatched(result.shape) || !inputs.some(({ shape }) => isBatched(shape))) return result;
    throw new ShapeError(
      `Operation '${this.name}' (${this.className}) joins the samples of a batch: of ` +
        `${inputs.map(({ shape }) => formatShape(shape)).join(', ')} it makes ${formatShape(result.shape)}. In a model each ` +
        "sample's result is its own: name axes from 1 up.",
    );
  }

  override getConfig(): Config {
    return { name: this.name, ...this.#config };
  }

  /** The arguments of a call, in the form of files, with `inputs` in their places. */
  callConfig(inputs: readonly ConfigValue[]): Config {
    return { args: putTogether(this.template, inputs) as ConfigValue[], kwargs: {} };
  }

  protected override get outputDType(): ResultType {
    return this.kind.dtype?.(this.#config) ?? 'float32';
  }
}

/** Makes the class of a kind. */
export function operationClass(kind: OperationKind): OperationClass {
  return class extends Operation {
    static override readonly className = kind.className;
    static readonly kind = kind;
    override readonly kind = kind;
  };
}

/** A function of nodes or of symbolic tensors, and the operation that it makes of the latter. */
export type Operable<F> = F & { readonly Operation: OperationClass };

/**
 * The function that applies `direct` to nodes, and makes an operation of symbolic tensors.
 *
 * @param toCall From what the function is given to the operation's arguments and its options.
 */
export function operable<F>(
  kind: OperationKind,
  direct: (...given: never[]) => Node,
  toCall: (...given: never[]) => { readonly args: readonly unknown[]; readonly config?: Config },
): Operable<F> {
  const Operation = operationClass(kind);
  const call = (...given: never[]): Node | SymbolicTensor => {
    if (!hasSymbolic(given)) return direct(...given);
    const { args, config = {} } = toCall(...given);
    const { template, tensors } = takeApart(args, toSymbolic, (value) => storedValue(kind.className, value));
    return new Operation(template, { ...kind.config, ...config }).apply(tensors);
  };
  return Object.assign(call, { Operation }) as unknown as Operable<F>;
}
