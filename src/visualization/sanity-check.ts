/**
 * @file Does a map show what the model learned? With random weights it should be another map. Source: Adebayo et al. 2018, "Sanity
 * Checks for Saliency Maps" (arXiv 1810.03292): cascading randomization, compared by rank correlation.
 */

import { ShapeError, ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { nextSeed, RandomGenerator } from '../base/random.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Variable } from '../graph/variable.ts';
import type { Model } from '../models/model.ts';
import { classActivation } from './class-activation.ts';
import { explainedInput } from './explained-input.ts';
import { type ModelImage, oneImage } from './model-input.ts';
import { Question, SCORE_OPTIONS, type ScoreOptions } from './question.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { type TracedModel, traceModel } from './traced-model.ts';

/** How a kind of map is checked. */
export interface SanityCheckOptions extends ScoreOptions {
  /**
   * Makes the map, [h, w] or [h, w, c], for the class that the untouched model said, or `target`. It is called again and again while the
   * model's weights are changed. Default: the heatmap of `classActivation`.
   */
  readonly explain?: (model: Model, image: ModelImage, target: number) => Promise<Tensor>;
  /** Of a model with several inputs: the name or index of the image, for `classActivation`; not with `explain`, which knows its own. */
  readonly input?: string | number;
  /** Of the random order. Default: one that follows from `utils.setRandomSeed`. */
  readonly seed?: number;
}

/** What the check gives. */
export interface SanityCheck {
  /** The explained class. */
  readonly target: number;
  /**
   * From the last layer with weights to the first: how much the map still resembles the first one, when the weights of this layer and
   * of all after it are in random order. Spearman's rank correlation: 1 the same order of places, 0 nothing in common, or a map
   * that is the same everywhere.
   */
  readonly steps: readonly { readonly layer: string; readonly correlation: number }[];
  /** What the reader should know: that the map does not depend on what was learned, or is the same everywhere; else null. */
  readonly note: string | null;
}

/** A map that resembles that of a model without knowledge more than that shows something else than knowledge. */
const ALIKE = 0.5;

/** Models whose weights are in random order at the moment. */
const underWay = new WeakSet<Model>();

/** The layers with weights, by path, from the last call to the first, each with its own. */
function weightsFromTheTop({ layers }: TracedModel): (readonly [string, readonly Variable[]])[] {
  const found = new Map(layers.map(({ layer, path }) => [layer, path]));
  return [...found]
    .reverse()
    .flatMap(([layer, path]) => (layer.ownWeights.length === 0 ? [] : [[path, layer.ownWeights] as const]));
}

/**
 * The numbers of each weight in random order: as large as before, but with nothing learned in them. Weights of one length get the same
 * order, so that normalizations keep the pairs of mean and variance, and maps are not all zero soon.
 */
function shuffle(weights: readonly Variable[], random: RandomGenerator): void {
  const orders = new Map<number, Int32Array>();
  for (const weight of weights) {
    const values = weight.view().slice();
    const order = orders.get(values.length) ?? random.permutation(values.length);
    orders.set(values.length, order);
    weight.assign(Float32Array.from(order, (from) => values[from]!));
  }
}

async function mapOf(explain: SanityCheckOptions['explain'] & object, ...given: Parameters<typeof explain>) {
  const map: unknown = await explain(...given);
  if (map instanceof Tensor) return map;
  throw new ValueError(`sanityCheck: explain() must give a map as a Tensor, received ${describeValue(map)}.`);
}

/**
 * Whether a map depends on what the model learned: the weights of one layer after another, from the top, are put into random order,
 * and the maps are compared with the first. The weights are the old ones afterwards, also after an error. Meanwhile the model
 * must not be used for anything else.
 *
 * @param image A Tensor as the model takes it, with or without the axis of the batch; a list for several inputs.
 * @throws ShapeError, ValueError for what the model cannot have, for a check of this model that is under way, and for maps that are no
 *   Tensors of one shape; what `explain` throws.
 */
export async function sanityCheck(
  model: Model,
  image: ModelImage,
  options: SanityCheckOptions = {},
): Promise<SanityCheck> {
  const how = 'sanityCheck';
  checkOptionNames(how, options, [...SCORE_OPTIONS, 'explain', 'input', 'seed']);
  const traced = traceModel(how, model);
  oneImage(how, traced, image);
  const { of = 'logit', output = 0, input } = options;
  if (input !== undefined) {
    explainedInput(how, traced, input);
    if (options.explain !== undefined) {
      throw new ValueError(
        `${how}: input is for the heatmaps of classActivation; leave it out with explain.`,
      );
    }
  }
  const about = { of, output, ...(input === undefined ? {} : { input }) };
  const {
    explain = async (net, x, target) => (await classActivation(net, x, { target, ...about })).heatmap,
  } = options;
  if (typeof explain !== 'function') {
    throw new ValueError(`${how}: explain must be a function, received ${describeValue(explain)}.`);
  }
  const random = new RandomGenerator(options.seed ?? nextSeed());
  const question = new Question(how, model, image, options);
  if (underWay.has(model)) {
    throw new ValueError(`${how}: '${model.name}' is being checked already. Wait for that check first.`);
  }
  underWay.add(model);
  const kept = traced.layers
    .flatMap(({ layer }) => layer.ownWeights)
    .map((weight) => [weight, weight.view().slice()] as const);
  try {
    const { target } = (await question.ask('scores', () => [])).classes[0]!;
    const first = await mapOf(explain, model, image, target);
    const steps: { layer: string; correlation: number }[] = [];
    for (const [layer, weights] of weightsFromTheTop(traced)) {
      shuffle(weights, random);
      const map = await mapOf(explain, model, image, target);
      if (!sameShape(map.shape, first.shape)) {
        throw new ShapeError(
          `${how}: explain() gave maps ${formatShape(first.shape)} and ${formatShape(map.shape)}; expected one shape.`,
        );
      }
      steps.push({ layer, correlation: rankCorrelation(first.data, map.data) });
    }
    return { target, steps, note: noteOf(first, steps.at(-1)?.correlation ?? 1) };
  } finally {
    for (const [weight, values] of kept) weight.assign(values);
    underWay.delete(model);
  }
}

function noteOf(first: Tensor, last: number): string | null {
  if (first.data.every((value) => value === first.data[0])) {
    return (
      'The map is the same everywhere, so there is nothing that random weights could change, and the check says nothing. Try another ' +
      'class, layer or method.'
    );
  }
  if (last < ALIKE) return null;
  return (
    `With all weights in random order the map still resembles the first one (rank correlation ${last.toFixed(2)}), so it shows the ` +
    'image more than what the model learned.'
  );
}
