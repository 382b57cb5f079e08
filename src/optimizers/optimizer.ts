/**
 * @file Optimizer, the base of how gradients change weights: state, options that all share, Keras' file form.
 * Semantics follow Keras 3.15 (`keras/src/optimizers/base_optimizer.py`).
 */

import type { Config } from '../base/config.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { toSnakeCase, uniqueName } from '../base/names.ts';
import {
  checkOptionNames,
  describeValue,
  NOT_NEGATIVE,
  numberOption,
  refuseOption,
} from '../base/options.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { ScalarFeed } from '../graph/scalar-feed.ts';
import { Variable } from '../graph/variable.ts';
import { constant, mul, sub } from '../ops/index.ts';
import { placeholder, variableNode } from '../ops/leaf.ts';
import { type Clipping, clipGradients, readClipping } from './clipping.ts';

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  readonly learningRate?: number;
  /** Default: the class name in snake case, numbered. */
  readonly name?: string;
  /** Each step also takes this part, times the learning rate, off every weight. */
  readonly weightDecay?: number | null;
  /** Each variable's gradient is scaled down to this norm. One of the three clippings at most. */
  readonly clipnorm?: number | null;
  /** All gradients together are scaled down to this norm. */
  readonly globalClipnorm?: number | null;
  /** Each element of the gradients is cut to ± this. */
  readonly clipvalue?: number | null;
}

/** A variable and the gradient of the loss with respect to it. */
export interface GradientPair {
  readonly variable: Variable;
  readonly gradient: Node;
}

/** The value a variable takes after the step. */
export interface VariableUpdate {
  readonly variable: Variable;
  readonly value: Node;
}

/** One of the optimizer's numbers as files have them. */
export interface OptimizerVariable {
  /** Keras' path, such as `rm_sprop/dense_kernel_velocity`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'int64' | 'float32';
  /** A copy of the numbers. */
  read(): Float64Array | Float32Array;
  /** Replaces the numbers. Throws ShapeError on a wrong count. */
  write(values: ArrayLike<number>): void;
}

/** What a subclass' `step` works with: nodes of the weight before the step and of its gradient. */
export interface StepInput {
  readonly variable: Variable;
  readonly weight: Node;
  readonly gradient: Node;
}

// Options of Keras that are off by default and not there yet, with the value that means "off".
const REFUSED: Readonly<Record<string, unknown>> = {
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
};

const COMMON = ['learningRate', 'name', 'weightDecay', 'clipnorm', 'globalClipnorm', 'clipvalue'];

/**
 * Turns gradients into updates. The trainer calls `build` once and puts `updates` into the step; before each run of it, it
 * calls `beforeStep` and feeds what `feeds` say.
 */
export abstract class Optimizer {
  /** Keras' class name, as files have it. */
  abstract readonly className: string;
  readonly name: string;
  readonly weightDecay: number | null;
  readonly #clipping: Clipping;
  #learningRate: number;
  #iterations = 0;
  #built: readonly Variable[] | null = null;
  readonly #slots = new Map<string, Map<Variable, Variable>>();
  readonly #slotOrder: Variable[] = [];
  readonly #feeds: ScalarFeed[] = [];
  readonly #rate: Node;

  /** Throws ValueError for a wrong option, UnsupportedError for schedules, averaging, accumulation and loss scaling. */
  constructor(className: string, options: OptimizerOptions, defaultRate: number, known: readonly string[]) {
    checkOptionNames(className, options, [...known, ...COMMON, ...Object.keys(REFUSED)]);
    for (const [name, off] of Object.entries(REFUSED)) {
      refuseOption(className, name, (options as Record<string, unknown>)[name], off);
    }
    this.name = options.name ?? uniqueName(toSnakeCase(className));
    this.#learningRate = checkRate(className, options.learningRate ?? defaultRate);
    this.weightDecay = nullableNumber(className, 'weightDecay', options.weightDecay);
    this.#clipping = readClipping(className, options);
    this.#rate = this.addScalar('learning_rate', () => this.#learningRate);
  }

  /** The step size, in float32 as Keras keeps it; may be set at any time and holds from the next step on. */
  get learningRate(): number {
    return Math.fround(this.#learningRate);
  }

  set learningRate(value: number) {
    this.#learningRate = checkRate(this.className, value);
  }

  /** Steps done so far. */
  get iterations(): number {
    return this.#iterations;
  }

  /** Whether the slots exist. */
  get built(): boolean {
    return this.#built !== null;
  }

  /**
   * The state in the order of Keras' files: iteration, learning rate, then the slots. The slots' storage may move, so
   * read and write through these.
   */
  get variables(): readonly OptimizerVariable[] {
    return [
      {
        name: `${this.name}/iteration`,
        shape: [],
        dtype: 'int64',
        read: () => Float64Array.of(this.#iterations),
        write: (values) => {
          this.#iterations = values[0]!;
        },
      },
      {
        name: `${this.name}/learning_rate`,
        shape: [],
        dtype: 'float32',
        read: () => Float32Array.of(this.#learningRate),
        write: (values) => {
          this.learningRate = values[0]!;
        },
      },
      ...this.#slotOrder.map(slotVariable),
    ];
  }

  /** How many numbers the state has: what `summary()` shows as optimizer parameters. */
  countParams(): number {
    return this.variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  }

  /** Makes the slots for the model's trainable variables; does nothing when they exist for all of these. */
  build(variables: readonly Variable[]): void {
    if (this.#built === null) {
      this.#built = [...variables];
      this.createSlots(variables);
      return;
    }
    const known = new Set(this.#built);
    for (const variable of variables) {
      if (known.has(variable)) continue;
      throw new ValueError(
        `Unknown variable: '${variable.name}' of shape ${formatShape(variable.shape)}. The optimizer '${this.name}' can ` +
          'only be used for the variables it was built with. Compile with a new optimizer.',
      );
    }
  }

  /** The values that the variables and the optimizer's slots take in one step. Builds if need be. */
  updates(pairs: readonly GradientPair[]): readonly VariableUpdate[] {
    this.build(pairs.map(({ variable }) => variable));
    const clipped = clipGradients(
      this.#clipping,
      pairs.map(({ gradient }) => gradient),
    );
    const rate = this.#rate;
    return pairs.flatMap(({ variable }, i) => {
      const old = variableNode(variable);
      const decay = this.weightDecay;
      const weight = decay === null ? old : sub(old, mul(mul(old, constant(decay)), rate));
      return this.step({ variable, weight, gradient: clipped[i]! }, rate);
    });
  }

  /** Counts a step. To be called before each training step and before the step's numbers are asked for. */
  beforeStep(): void {
    this.#iterations += 1;
  }

  /** The scalars that the updates read, to be fed before each training step. */
  get feeds(): readonly ScalarFeed[] {
    return this.#feeds;
  }

  /** The options in Keras' snake_case: what files have under `config`. */
  getConfig(): Config {
    return {
      name: this.name,
      learning_rate: this.learningRate,
      weight_decay: this.weightDecay,
      clipnorm: this.#clipping.clipnorm,
      global_clipnorm: this.#clipping.globalClipnorm,
      clipvalue: this.#clipping.clipvalue,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
    };
  }

  /** Hook: makes the slots with `addSlots`, in the order of Keras' files. */
  protected abstract createSlots(variables: readonly Variable[]): void;

  /** Hook: the updates of one variable and its slots. */
  protected abstract step(input: StepInput, rate: Node): readonly VariableUpdate[];

  /** Makes zero-filled slots of these names for each variable: all slots of one variable, then those of the next. */
  protected addSlots(variables: readonly Variable[], ...names: readonly string[]): void {
    for (const variable of variables) {
      for (const name of names) {
        const path = `${this.name}/${variable.name.replaceAll('/', '_')}_${name}`;
        const values = new Float32Array(variable.size);
        const slot = new Variable({ name: path, shape: variable.shape, values, trainable: false });
        this.#slotOrder.push(slot);
        if (!this.#slots.has(name)) this.#slots.set(name, new Map());
        this.#slots.get(name)!.set(variable, slot);
      }
    }
  }

  /** The slot of a name that `addSlots` made for `variable`. */
  protected slot(name: string, variable: Variable): Variable {
    return this.#slots.get(name)!.get(variable)!;
  }

  /** Makes a scalar that takes a new value before each step; `iterations` counts that step already. */
  protected addScalar(name: string, next: () => number): Node {
    const node = placeholder({ shape: [], name: `${this.name}/${name}` });
    this.#feeds.push({ node, next });
    return node;
  }
}

function slotVariable(slot: Variable): OptimizerVariable {
  return {
    name: slot.name,
    shape: slot.shape,
    dtype: 'float32',
    read: () => slot.view().slice(),
    write: (values) => slot.assign(values),
  };
}

function checkRate(className: string, value: unknown): number {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
    throw new UnsupportedError(
      `${className}: learning rate schedules are not supported yet, received ${describeValue(value)}. ` +
        'Give a number, and set optimizer.learningRate between epochs.',
    );
  }
  return numberOption(className, 'learningRate', value, 0, NOT_NEGATIVE);
}

function nullableNumber(className: string, name: string, value: unknown): number | null {
  return value === undefined || value === null ? null : numberOption(className, name, value, 0, NOT_NEGATIVE);
}
