/**
 * @file Optimizer, the base of how gradients change weights: a rule for one variable, and the transforms around it.
 * Semantics follow Keras 3.15 (`keras/src/optimizers/base_optimizer.py`).
 */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import type { ScalarFeed } from '../graph/scalar-feed.ts';
import type { Variable } from '../graph/variable.ts';
import { placeholder, variableNode } from '../ops/leaf.ts';
import { Configurable, withOptions } from '../options/configurable.ts';
import {
  automaticName,
  count,
  flag,
  formerOption,
  fraction,
  number,
  unsupported,
  wrongValue,
} from '../options/kinds.ts';
import { inverseTimeDecay } from '../schedules/decay.ts';
import { learningRate } from '../schedules/registry.ts';
import type { LearningRateSchedule } from '../schedules/schedule.ts';
import { accumulation } from './accumulation.ts';
import { AVERAGE, averaging } from './averaging.ts';
import { checkClipping, clipping } from './clipping.ts';
import { scaledLoss, unscaling } from './loss-scale.ts';
import { rateMultiplier } from './rate-multiplier.ts';
import { hostVariable, OptimizerState, type OptimizerVariable } from './state.ts';
import type {
  Draft,
  Slots,
  StepFunction,
  StepMoment,
  StepParts,
  Transform,
  VariableUpdate,
} from './transform.ts';
import { checkExclusion, type DecayExclusion, isExcluded, weightDecay } from './weight-decay.ts';

/** A variable and the gradient of the loss with respect to it. */
export type GradientPair = Omit<Draft, 'weight'>;

/** The inputs of a rule: nodes for one variable, of the variable's shape, and a node for the rate, of shape []. */
export interface RuleInput {
  /** The variable itself, for rules that differ by name or shape. */
  readonly variable: Variable;
  /** The variable's numbers before the step, after weight decay. */
  readonly weight: Node;
  /** Its gradient after accumulation and clipping. */
  readonly gradient: Node;
  readonly rate: Node;
  /** The slot of that name. Throws ValueError for a name that `slots` does not have. */
  slot(name: string): Node;
}

/** The results of a rule: the new weight, and the new numbers of slots by name. */
export interface RuleResult {
  readonly weight: Node;
  readonly [slot: string]: Node;
}

/**
 * Changes a model's weights by the loss's gradients. A user's own optimizer has options (`withOptions(Optimizer, …)`),
 * a static `className`, and defines `rule` and, if it keeps numbers from step to step, `slots`.
 *
 * The trainer calls `build` once and puts `updates` into the step; before each run of it, it calls `beforeStep` and
 * feeds what `feeds` say.
 */
export abstract class Optimizer extends withOptions(Configurable, {
  /** Default: the class' name in snake case, numbered. */
  name: automaticName(),
  /** The step size, or a schedule of it. Default 0.001. */
  learningRate: learningRate(0.001),
  /** Each step also takes this part, times the learning rate, off every weight. Default null. */
  weightDecay: number(null, { atLeast: 0 }),
  /** Each variable's gradient is scaled down to this norm. At most one of the three clippings can be set. Default null. */
  clipnorm: number(null, { above: 0 }),
  /** All gradients together are scaled down to this norm. Default null. */
  globalClipnorm: number(null, { above: 0 }),
  /** Each element of the gradients is cut to ± this. Default null. */
  clipvalue: number(null, { above: 0 }),
  /** Keep a running mean of the weights, which takes their place at the end of `fit`. Default false. */
  useEma: flag(false),
  /** How slowly that mean forgets. Default 0.99. */
  emaMomentum: fraction(0.99),
  /**
   * The number of changes of the weights after which the mean also takes the weights' place. Default null: only at the
   * end.
   */
  emaOverwriteFrequency: count(null),
  /**
   * The loss is multiplied by it before gradients are taken, and they are divided by it: against numbers that are too
   * small for float32. Default null.
   */
  lossScaleFactor: number(null, { above: 0 }),
  /** Steps whose mean gradient makes one change of the weights. Default null: each step makes one. */
  gradientAccumulationSteps: count(null, { least: 2 }),
  decay: formerOption(number(0, { atLeast: 0 })),
  isLegacyOptimizer: formerOption(unsupported(false, true)),
  jitCompile: formerOption(unsupported(false, true)),
}) {
  static override readonly methods: readonly string[] = ['rule'];
  /**
   * Whether the running means are in the weights' place, and the weights in theirs. `swapAverages` sets it; a callback
   * sets it where a training state with exchanged weights is restored.
   */
  averagesSwapped = false;
  #learningRate = withDecay(
    this.optionValue('learningRate') as number | LearningRateSchedule,
    this.optionValue('decay') as number,
  );
  #iterations = 0;
  #moment = this.#nextMoment();
  #state: OptimizerState | null = null;
  #exclusion: DecayExclusion = {};
  readonly #feeds: ScalarFeed[] = [];
  readonly #scalars = new Map<Node, (moment: StepMoment) => number>();
  /** By factor of the learning rate, the scalars that take the place of others. */
  readonly #multiplied = new Map<number, ReadonlyMap<Node, Node>>();
  readonly #rate = this.scalar('learning_rate', ({ rate }) => rate);
  readonly #transforms = this.#makeTransforms();

  /**
   * The step size of the next step, as float32 holds it. May be set at any time and holds from the next step on.
   * Setting throws ValueError unless it is a number from 0 up, and when the optimizer follows a schedule.
   */
  override get learningRate(): number {
    return this.#rateAt(this.#iterations);
  }

  override set learningRate(value: number) {
    if (typeof this.#learningRate !== 'number') {
      throw new ValueError(
        `The optimizer '${this.name}' follows the schedule ${this.#learningRate.className}, so its learning rate cannot be ` +
          `set, received learningRate=${value}. Make the optimizer with a number as learningRate to set it.`,
      );
    }
    this.#checkRate(value);
    this.#learningRate = value;
  }

  /** How often the weights were changed so far. */
  get iterations(): number {
    return Math.floor(this.#iterations / (this.gradientAccumulationSteps ?? 1));
  }

  /** Whether the slots exist. */
  get built(): boolean {
    return this.#state !== null;
  }

  /** The state in the order of Keras' files: steps done, learning rate unless there is a schedule, then the slots. */
  get variables(): readonly OptimizerVariable[] {
    return [...this.counters, ...(this.#state?.list ?? [])];
  }

  /** The variables that exist before the slots are made. */
  get counters(): readonly OptimizerVariable[] {
    const steps = hostVariable({
      name: `${this.name}/iteration`,
      dtype: 'int64',
      get: () => this.#iterations,
      check: (value) => this.#checkIterations(value),
      set: (value) => {
        this.#iterations = value;
      },
    });
    if (typeof this.#learningRate !== 'number') return [steps];
    const rate = hostVariable({
      name: `${this.name}/learning_rate`,
      dtype: 'float32',
      get: () => this.learningRate,
      check: (value) => this.#checkRate(value),
      set: (value) => {
        this.learningRate = value;
      },
    });
    return [steps, rate];
  }

  /** How many numbers the state has: what `summary()` shows as optimizer parameters. */
  countParams(): number {
    return this.variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  }

  /** Makes the slots for the model's trainable variables. Throws ValueError when slots for other variables exist. */
  build(variables: readonly Variable[]): void {
    if (this.#state !== null) {
      this.#state.checkKnown(variables);
      return;
    }
    const own = this.#transforms.map(({ slots = {} }) => slots);
    this.#state = new OptimizerState(this.name, variables, (variable) => [...own, ...this.slots(variable)]);
  }

  /** The values that the variables and the optimizer's slots take in one step. Builds if need be. */
  updates(pairs: readonly GradientPair[]): readonly VariableUpdate[] {
    this.build(pairs.map(({ variable }) => variable));
    const step = this.#transforms.reduceRight<StepFunction>(
      (inner, { around }) => around(inner),
      (drafts) => drafts.flatMap((draft) => this.#follow(draft)),
    );
    return step(pairs.map((pair) => ({ ...pair, weight: variableNode(pair.variable) })));
  }

  /** The loss to take gradients of, from the loss. */
  scaleLoss(loss: Node): Node {
    return scaledLoss(loss, this.lossScaleFactor);
  }

  /**
   * Leaves variables out of weight decay, instead of those named before. As in Keras files do not have them. Throws
   * ValueError when the slots exist, because steps may be made already, and for what is no regular expression.
   */
  excludeFromWeightDecay(exclusion: DecayExclusion): void {
    const who = `${this.className}.excludeFromWeightDecay`;
    checkExclusion(who, exclusion);
    if (this.built)
      throw new ValueError(`${who} must be called before the first step. Compile with a new optimizer.`);
    this.#exclusion = exclusion;
  }

  /** Counts a step. To be called before each training step and before the step's numbers are asked for. */
  beforeStep(): void {
    this.#moment = this.#nextMoment();
    this.#iterations += 1;
  }

  /** The scalars that the updates read, to be fed before each training step. */
  get feeds(): readonly ScalarFeed[] {
    return this.#feeds;
  }

  /**
   * With `useEma`, puts the running means in the weights' place, as `fit` does at its end. Does nothing before the
   * first step.
   */
  finalizeVariableValues(variables: readonly Variable[]): void {
    const state = this.#state;
    if (!this.useEma || state === null || this.#iterations === 0) return;
    if (this.averagesSwapped) this.swapAverages();
    for (const variable of variables) variable.assign(state.slot(AVERAGE, variable).view());
  }

  /**
   * With `useEma`, exchanges the weights that it was built for and their running means, for example to evaluate with the
   * means; the next exchange puts the weights back. Does nothing before the first step. Throws ValueError without `useEma`.
   */
  swapAverages(): void {
    if (!this.useEma) {
      throw new ValueError(
        `The optimizer '${this.name}' keeps no running means of the weights. Make it with useEma: true.`,
      );
    }
    if (this.#state === null || this.#iterations === 0) return;
    this.averagesSwapped = !this.averagesSwapped;
    for (const variable of this.#state.trained) {
      const average = this.#state.slot(AVERAGE, variable);
      const weights = variable.view().slice();
      variable.assign(average.view());
      average.assign(weights);
    }
  }

  override getConfig(): Config {
    const rate = this.#learningRate;
    const { write } = Optimizer.options.learningRate.definition;
    return {
      ...super.getConfig(),
      learning_rate: typeof rate === 'number' ? this.learningRate : write!(rate),
    };
  }

  protected override checkOptions(_values: Readonly<Record<string, unknown>>): void {
    checkClipping(this.className, this);
  }

  /**
   * Hook: the slots of each variable, in the order of Keras' files, with their first values: `[{ momentum: 0, velocity:
   * 0 }, { velocityHat: 0 }]` has momentum and velocity of one variable after the other, then all of the third kind.
   */
  protected slots(_variable: Variable): readonly Slots[] {
    return [];
  }

  /** Hook: the weight decay of a variable, null for none; by default the option's. */
  protected decayOf(_variable: Variable): number | null {
    return this.weightDecay;
  }

  /** Hook: the values of one variable and its slots after the step, from those before it. */
  protected abstract rule(input: RuleInput): RuleResult;

  /** Makes a number of shape [] that takes a new value before each step. */
  protected scalar(name: string, next: (moment: StepMoment) => number): Node {
    const node = this.#feed(`${this.name}/${name}`, next);
    this.#scalars.set(node, next);
    return node;
  }

  #feed(name: string, next: (moment: StepMoment) => number): Node {
    const node = placeholder({ shape: [], name });
    this.#feeds.push({ node, next: () => next(this.#moment) });
    return node;
  }

  /** The scalars, and for each the one that it would be if the learning rate were `factor` times as large. */
  #scalarsFor(factor: number): ReadonlyMap<Node, Node> {
    let known = this.#multiplied.get(factor);
    if (known === undefined) {
      const pairs = [...this.#scalars].map(([node, next]) => {
        const scaled = (moment: StepMoment) => next({ ...moment, rate: Math.fround(moment.rate * factor) });
        return [node, this.#feed(`${node.name}_times_${factor}`, scaled)] as const;
      });
      known = new Map(pairs);
      this.#multiplied.set(factor, known);
    }
    return known;
  }

  #makeTransforms(): readonly Transform[] {
    const parts: StepParts = {
      scalar: (name, next) => this.scalar(name, next),
      slot: (name, variable) => this.#state!.slot(name, variable),
    };
    // The outermost transform comes first, in Keras' order: the running mean is of the new weights, and limits apply to
    // the mean gradient.
    return [
      averaging(this, parts),
      unscaling(this.lossScaleFactor),
      accumulation(this.gradientAccumulationSteps, parts),
      clipping(this),
      rateMultiplier((factor) => this.#scalarsFor(factor)),
      weightDecay((variable) => {
        return isExcluded(variable, this.#exclusion) ? null : this.decayOf(variable);
      }, this.#rate),
    ].filter((transform) => transform !== null);
  }

  #follow({ variable, weight, gradient }: Draft): VariableUpdate[] {
    const slotOf = (name: string) => this.#state!.slot(name, variable);
    const slot = (name: string) => variableNode(slotOf(name));
    const result = this.rule({ variable, weight, gradient, rate: this.#rate, slot });
    this.#checkResult(result, variable);
    const { weight: value, ...slots } = result;
    const kept = Object.entries(slots).map(([name, node]) => ({ variable: slotOf(name), value: node }));
    return [...kept, { variable, value }];
  }

  /** Throws ValueError for what is no node, for an unknown slot, and for one that would stay as it is for ever. */
  #checkResult(result: RuleResult, variable: Variable): void {
    const given = Object.keys(result ?? {});
    for (const name of given) if (name !== 'weight') this.#state!.slot(name, variable);
    const kept = this.slots(variable).flatMap((group) => Object.keys(group));
    for (const name of ['weight', ...kept]) {
      checkNode(
        `Optimizer '${this.name}' (${this.className}): \`${name}\` of its rule's result`,
        result?.[name],
      );
    }
  }

  #nextMoment(): StepMoment {
    const [iteration, update] = [this.#iterations, this.iterations + 1];
    return { iteration, update, rate: this.#rateAt(iteration) };
  }

  #rateAt(iteration: number): number {
    const rate = this.#learningRate;
    const value = typeof rate === 'number' ? rate : rate.at(iteration);
    if (Number.isFinite(value)) return Math.fround(value);
    throw new ValueError(
      `The schedule ${(rate as LearningRateSchedule).className} gave ${value} for iteration ${iteration}, expected a number.`,
    );
  }

  #checkRate(value: number): void {
    if (Number.isFinite(value) && value >= 0) return;
    throw wrongValue({ owner: this.className, name: 'learningRate' }, 'a number from 0 up', value);
  }

  #checkIterations(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) return;
    throw wrongValue({ owner: this.className, name: 'iterations' }, 'a whole number from 0 up', value);
  }
}

/** Keras 1 and 2 divide the rate by 1 + decay · iterations. */
function withDecay(rate: number | LearningRateSchedule, decay: number): number | LearningRateSchedule {
  if (decay === 0 || typeof rate !== 'number') return rate;
  return inverseTimeDecay({ initialLearningRate: rate, decaySteps: 1, decayRate: decay });
}
