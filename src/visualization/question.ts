/** @file What explanations ask a model: how a score comes about, for images and for variants of one image. */

import { ValueError } from '../base/errors.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import type { Model } from '../models/model.ts';
import { type CompiledView, compiledView, type View } from './compiled-views.ts';
import { checkFinite } from './finite-results.ts';
import { batchOf, type ModelImage } from './model-input.ts';
import { chosenClass, outputIndex, type Score, type ScoreKind, scoreOf, type Target } from './model-score.ts';
import { type TracedModel, traceModel } from './traced-model.ts';

/** Which score is explained. */
export interface ScoreOptions {
  /**
   * The class: its index, or its name in `model.classNames`. Default: the one that the model says. A single sigmoid unit
   * with two class names has two classes; the logit of the first is the negative of the unit's, its probability the rest.
   */
  readonly target?: Target;
  /** 'logit' (default): the score before the last softmax or sigmoid, as in the papers; 'probability': after it, as in the book. */
  readonly of?: ScoreKind;
  /** Of a model with several outputs: the name or index of the one that is explained. */
  readonly output?: string | number;
}

/** The names of `ScoreOptions`. */
export const SCORE_OPTIONS = ['target', 'of', 'output'] as const;

/** A class that a score was explained for. */
export interface Answered {
  /** The index of the class. */
  readonly target: number;
  /** The score of the class, of the kind `of`. */
  readonly score: number;
}

interface ScoreView extends View {
  readonly score: Score;
}

/** Images, and for each the class whose score is explained. */
export class Question {
  readonly how: string;
  readonly traced: TracedModel;
  readonly inputs: readonly Tensor[];
  readonly samples: number;
  readonly of: ScoreKind;
  readonly #output: number;
  readonly #targets: readonly (Target | undefined)[];

  /** `targets`: one for all images, or one for each. Throws ValueError and ShapeError for what the model does not have. */
  constructor(
    how: string,
    model: Model,
    images: ModelImage,
    options: Omit<ScoreOptions, 'target'> & { readonly target?: Target | readonly Target[] },
  ) {
    this.how = how;
    this.traced = traceModel(how, model);
    ({ inputs: this.inputs, samples: this.samples } = batchOf(how, this.traced, images));
    this.of = options.of ?? 'logit';
    if (this.of !== 'logit' && this.of !== 'probability') {
      throw unknownNameError('kind of score', String(this.of), ['logit', 'probability']);
    }
    this.#output = outputIndex(how, this.traced, options.output);
    const { target } = options;
    this.#targets = Array.isArray(target)
      ? target
      : new Array<undefined>(this.samples).fill(target as undefined);
    if (this.#targets.length === this.samples) return;
    throw new ValueError(
      `${how}: ${this.samples} image(s) and ${this.#targets.length} targets; expected as many, or one target for all.`,
    );
  }

  /** The score that is explained, as nodes. */
  score(): Score {
    return this.view('scores', () => []).view.score;
  }

  /** Values that belong to the score, compiled once for each `key`, which says all that `make` depends on. */
  view(key: string, make: (score: Score) => readonly Node[]): CompiledView<ScoreView> {
    return compiledView(this.traced, `${key}/${this.#output}/${this.of}`, () => {
      const score = scoreOf(this.how, this.traced, this.#output, this.of);
      return { score, fed: [score.weights, score.own], read: [score.scores, ...make(score)] };
    });
  }

  /** The values of a view for all images, and each image's class. Throws ValueError where the model gives no finite numbers. */
  async ask(
    key: string,
    make: (score: Score) => readonly Node[],
  ): Promise<{ readonly values: readonly Tensor[]; readonly classes: readonly Answered[] }> {
    const { view, run } = this.view(key, make);
    const units = view.score.scores.shape[1] as number;
    const weights = new Float32Array(this.samples * units);
    const own = new Float32Array(this.samples);
    this.#targets.forEach((target, i) => {
      if (target === undefined && this.#tellsApart(units)) own[i] = 1;
      else weights.set(this.#choose(view.score, new Float32Array(units), target).weights, i * units);
    });
    const [scores, ...values] = await run(
      [
        ...this.inputs,
        new Tensor([this.samples, units], 'float32', weights),
        new Tensor([this.samples, 1], 'float32', own),
      ],
      this.samples,
    );
    for (const one of [scores!, ...values]) checkFinite(this.how, this.traced, null, one);
    const classes = this.#targets.map((target, i) => {
      const row = scores!.data.subarray(i * units, (i + 1) * units) as Float32Array;
      const chosen = this.#choose(view.score, row, target);
      return {
        target: chosen.index,
        score: chosen.weights.reduce((sum, weight, unit) => sum + weight * row[unit]!, chosen.offset),
      };
    });
    return { values, classes };
  }

  /** Whether the class that the model says is more than the only one. */
  #tellsApart(units: number): boolean {
    return units > 1 || this.traced.model.classNames?.length === 2;
  }

  #choose(score: Score, row: ArrayLike<number>, target: Target | undefined) {
    return chosenClass(this.how, this.traced, score, row, target);
  }

  /** One of the images as a question of its own, about its own class or another. */
  only(sample: number, target: Target | undefined = this.#targets[sample]): Question {
    return this.#about(
      this.inputs.map((input) => input.slice(sample, 1)),
      target,
    );
  }

  #about(inputs: readonly Tensor[], target: Target | undefined): Question {
    const { how, traced, of } = this;
    const options = { of, output: this.#output, ...(target !== undefined && { target }) };
    return new Question(how, traced.model, inputs, options);
  }

  /**
   * The values of a view for variants of the only image, in batches. They are about its class, which must be given: else each
   * variant has its own. `write` puts variant i of the input `varied` into a batch's numbers; other inputs stay. `read` gets variant
   * i's score and its part of each value.
   */
  async variants(
    key: string,
    make: (score: Score) => readonly Node[],
    { count, varied, write, read }: Variants,
  ): Promise<void> {
    for (let from = 0; from < count; from += BATCH) {
      const samples = Math.min(BATCH, count - from);
      const inputs = this.inputs.map((input, i) => {
        const numbers = new Float32Array(samples * input.size);
        for (let k = 0; k < samples; k++) {
          const part = numbers.subarray(k * input.size, (k + 1) * input.size);
          part.set(input.data as Float32Array);
          if (i === varied) write(from + k, part);
        }
        return new Tensor([samples, ...input.shape.slice(1)], 'float32', numbers);
      });
      const { values, classes } = await this.#about(inputs, this.#targets[0]).ask(key, make);
      classes.forEach(({ score }, k) => {
        const parts = values.map(({ data, size }) => {
          return data.subarray((k * size) / samples, ((k + 1) * size) / samples) as Float32Array;
        });
        read(from + k, score, parts);
      });
    }
  }
}

/** Variants that run together: more only take more memory. */
const BATCH = 16;

/** Variants of one image, and what becomes of what the model gives for each. */
export interface Variants {
  readonly count: number;
  readonly varied: number;
  /** `numbers` hold the image itself at first. */
  write(variant: number, numbers: Float32Array): void;
  read(variant: number, score: number, values: readonly Float32Array[]): void;
}

/** Throws ValueError for anything but the name of one of the `methods`. */
export function checkMethod<N extends string>(
  how: string,
  method: unknown,
  methods: Readonly<Record<N, unknown>>,
): asserts method is N {
  if (typeof method === 'string' && Object.hasOwn(methods, method)) return;
  throw unknownNameError(`method of ${how}`, String(method), Object.keys(methods));
}
