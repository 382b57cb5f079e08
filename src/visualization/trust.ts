/**
 * @file Is a heatmap worth something? The pixels that it calls warm should make the score, and their loss should break it. Source:
 * Petsiuk et al. 2018, "RISE: Randomized Input Sampling for Explanation of Black-box Models" (arXiv 1806.07421), section 4.3.
 */

import { ShapeError } from '../base/errors.ts';
import { checkOptionNames, numberOption, wholeNumberOption } from '../base/options.ts';
import { nextSeed, RandomGenerator } from '../base/random.ts';
import { formatShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Model } from '../models/model.ts';
import { blur } from './blur.ts';
import { explainedInput } from './explained-input.ts';
import { type ModelImage, oneImage } from './model-input.ts';
import { pixelOrder, shuffled } from './pixel-order.ts';
import { type Answered, Question, SCORE_OPTIONS, type ScoreOptions } from './question.ts';
import { checkHeat } from './stretch.ts';
import { traceModel } from './traced-model.ts';

/** How a heatmap is tested. `of` is 'probability' unless given, as in the paper: areas are then between 0 and 1. */
export interface TrustOptions extends ScoreOptions {
  /** Of a model with several inputs: the name or index of the image. Default: the only image. */
  readonly input?: string | number;
  /** In how many steps all pixels are deleted or inserted. At most as many as the image has pixels. Default 32. */
  readonly steps?: number;
  /** What deleted pixels become, in the units of the model's input. Default 0. */
  readonly value?: number;
  /** How many heatmaps with shuffled places are tested for comparison. Default 4; 0 for none. */
  readonly shuffles?: number;
  /** Of the shuffling. Default: one that follows from `utils.setRandomSeed`. */
  readonly seed?: number;
}

/** Areas below the curves. */
export interface TrustAreas {
  /** Large is good: the warmest pixels alone, put into a blurred image, bring the score back soon. */
  readonly insertion: number;
  /** Small is good: without the warmest pixels the score is soon gone. */
  readonly deletion: number;
}

/** What the test of a heatmap gives. */
export interface Trust extends TrustAreas, Answered {
  /** [steps + 1]: the score with 0, 1/steps, … all of the pixels inserted. */
  readonly insertionCurve: Tensor;
  /** [steps + 1]: the score with 0, 1/steps, … all of the pixels deleted. */
  readonly deletionCurve: Tensor;
  /** The mean areas of heatmaps with shuffled places. A heatmap that is no better says nothing. Null without shuffles. */
  readonly chance: TrustAreas | null;
}

/** The blurred image's Gaussian, as a part of the image's shorter side. */
const BLUR = 1 / 16;

interface Test {
  readonly question: Question;
  readonly input: number;
  readonly steps: number;
  /** What stands where the image's own pixels do not: of insertion, of deletion. */
  readonly blurred: Float32Array;
  readonly deleted: Float32Array;
}

/**
 * How far a heatmap can be trusted: the areas below the insertion and the deletion curve, those of heatmaps with shuffled places
 * to compare with, and the curves.
 *
 * Insertion starts from the image out of focus and adds its pixels, the warmest first; deletion takes them away in the same order.
 * The heatmap is stretched to the image's size.
 *
 * @param image A Tensor as the model takes it, with or without the axis of the batch; a list for several inputs.
 * @param heatmap [h, w] of any size: higher means more important.
 * @throws ShapeError, ValueError for what the model or the test cannot have.
 */
export async function trust(
  model: Model,
  image: ModelImage,
  heatmap: Tensor,
  options: TrustOptions = {},
): Promise<Trust> {
  const how = 'trust';
  checkOptionNames(how, options, [...SCORE_OPTIONS, 'input', 'steps', 'value', 'shuffles', 'seed']);
  const traced = traceModel(how, model);
  oneImage(how, traced, image);
  checkHeat(how, heatmap);
  const asked = new Question(how, model, image, { ...options, of: options.of ?? 'probability' });
  const input = explainedInput(how, traced, options.input);
  const { shape, data, size } = asked.inputs[input]!;
  if (shape.length !== 4) {
    throw new ShapeError(
      `${how}: expected an image [h, w, c], received an input of shape ${formatShape(shape.slice(1))}.`,
    );
  }
  const [height, width, channels] = shape.slice(1) as [number, number, number];
  const steps = numberOption(how, 'steps', options.steps, Math.min(32, height * width), {
    holds: (number) => Number.isInteger(number) && number >= 1 && number <= height * width,
    expected: `a whole number from 1 to ${height * width}, the image's pixels`,
  });
  const shuffles = wholeNumberOption(how, 'shuffles', options.shuffles, 4, 0);
  const random = new RandomGenerator(options.seed ?? nextSeed());
  const [answered] = (await asked.ask('scores', () => [])).classes;
  const test: Test = {
    question: asked.only(0, answered!.target),
    input,
    steps,
    blurred: blur(data as Float32Array, [height, width, channels], BLUR * Math.min(height, width)),
    deleted: new Float32Array(size).fill(numberOption(how, 'value', options.value, 0)),
  };
  const own = await curvesOf(test, pixelOrder(heatmap, height, width));
  const chances: TrustAreas[] = [];
  for (let i = 0; i < shuffles; i++) {
    chances.push(areasOf(await curvesOf(test, pixelOrder(shuffled(heatmap, random), height, width))));
  }
  return {
    ...areasOf(own),
    ...answered!,
    insertionCurve: new Tensor([steps + 1], 'float32', own.insertion),
    deletionCurve: new Tensor([steps + 1], 'float32', own.deletion),
    chance: shuffles === 0 ? null : meanOf(chances),
  };
}

interface Curves {
  readonly insertion: Float32Array;
  readonly deletion: Float32Array;
}

async function curvesOf(
  { question, input, steps, blurred, deleted }: Test,
  order: Uint32Array,
): Promise<Curves> {
  const image = question.inputs[input]!.data as Float32Array;
  const channels = image.length / order.length;
  const curve = async (start: Float32Array, end: Float32Array): Promise<Float32Array> => {
    const scores = new Float32Array(steps + 1);
    await question.variants('scores', () => [], {
      count: steps + 1,
      varied: input,
      write: (step, numbers) => {
        numbers.set(start);
        for (const place of order.subarray(0, Math.round((step / steps) * order.length))) {
          numbers.set(end.subarray(place * channels, (place + 1) * channels), place * channels);
        }
      },
      read: (step, score) => (scores[step] = score),
    });
    return scores;
  };
  return { insertion: await curve(blurred, image), deletion: await curve(image, deleted) };
}

/** By the trapezoidal rule, over the share of pixels. */
function area(curve: Float32Array): number {
  const ends = (curve[0]! + curve.at(-1)!) / 2;
  return (curve.reduce((sum, score) => sum + score, 0) - ends) / (curve.length - 1);
}

function areasOf({ insertion, deletion }: Curves): TrustAreas {
  return { insertion: area(insertion), deletion: area(deletion) };
}

function meanOf(all: readonly TrustAreas[]): TrustAreas {
  const mean = (part: keyof TrustAreas) => all.reduce((sum, areas) => sum + areas[part], 0) / all.length;
  return { insertion: mean('insertion'), deletion: mean('deletion') };
}
