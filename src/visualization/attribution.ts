/** @file Attribution: how much each number of an image counts for the score of a class. */

import { checkOptionNames } from '../base/options.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Model } from '../models/model.ts';
import * as methods from './attribution-methods/index.ts';
import type { IntegratedGradientsOptions } from './attribution-methods/integrated-gradients.ts';
import type { OcclusionOptions } from './attribution-methods/occlusion.ts';
import type { AttributionRule, PixelValues } from './attribution-methods/pixels.ts';
import type { SmoothGradOptions } from './attribution-methods/smooth-grad.ts';
import { explainedInput } from './explained-input.ts';
import { type ModelImage, oneImage } from './model-input.ts';
import type { Target } from './model-score.ts';
import { type Answered, checkMethod, Question, SCORE_OPTIONS, type ScoreOptions } from './question.ts';
import { traceModel } from './traced-model.ts';

/** A way to say how much each number counts. */
export type AttributionMethod = keyof typeof methods;

interface CommonOptions extends ScoreOptions {
  /** Of a model with several inputs: the name or index of the one that is explained. Default: the only image. */
  readonly input?: string | number;
}

/** The method and its own options; 'saliency' when left out. */
export type AttributionOptions = CommonOptions &
  (
    | { readonly method?: 'saliency' | 'inputTimesGradient' | 'guidedBackprop' }
    | ({ readonly method: 'smoothGrad' } & SmoothGradOptions)
    | ({ readonly method: 'integratedGradients' } & IntegratedGradientsOptions)
    | ({ readonly method: 'occlusion' } & OcclusionOptions)
  );

/** `AttributionOptions` for a batch: `target` is one for all images, or a list with one for each. */
export type AttributionsOptions = AttributionOptions extends infer O
  ? O extends unknown
    ? Omit<O, 'target'> & { readonly target?: Target | readonly Target[] }
    : never
  : never;

/** How much each number counts, and for what. */
export interface Attribution extends Answered {
  /** [h, w, c] like the image (`occlusion`: [h, w, 1]): above 0 what speaks for the class. Units: those of the score, for gradients per unit of the input. */
  readonly map: Tensor;
  readonly method: AttributionMethod;
  /** Of `integratedGradients`: the score of the image minus that of the baseline; else null. */
  readonly scoreChange: number | null;
  /** Of `integratedGradients`: how far the map's sum is from `scoreChange`; else null. */
  readonly completenessGap: number | null;
  /** What the reader should know: that the map is all zero, or the gap is large; else null. */
  readonly note: string | null;
}

const METHODS: Readonly<Record<AttributionMethod, AttributionRule>> = methods;

/** A map whose sum is further away than this share of the change should be computed with more steps. */
const LARGE_GAP = 0.05;

/**
 * How much each number of the image counts for the score of a class.
 *
 * Methods: saliency (the gradient), inputTimesGradient, smoothGrad (mean gradient of noisy versions), guidedBackprop,
 * integratedGradients (adds up to the change of the score from a baseline to the image; says by how much it does not),
 * occlusion (how far the score falls when a window is covered). Sources and options: their files. `attributionPicture` draws
 * the map.
 *
 * @param image A Tensor as the model takes it, with or without the axis of the batch; a list for several inputs.
 * @throws ValueError for an unknown class, method, output, input or option; ShapeError for an image that does not fit, and for
 *   several; UnsupportedError where a gradient is not defined.
 */
export async function attribution(
  model: Model,
  image: ModelImage,
  options: AttributionOptions = {},
): Promise<Attribution> {
  const how = 'attribution';
  oneImage(how, traceModel(how, model), image, 'attributions');
  const [only] = await attributionsOf(how, model, image, options);
  return only!;
}

/** As `attribution`, for a batch of images: a map for each. */
export async function attributions(
  model: Model,
  images: ModelImage,
  options: AttributionsOptions = {},
): Promise<Attribution[]> {
  return attributionsOf('attributions', model, images, options);
}

async function attributionsOf(
  how: string,
  model: Model,
  images: ModelImage,
  options: AttributionsOptions,
): Promise<Attribution[]> {
  const { method = 'saliency', input } = options;
  checkMethod(how, method, METHODS);
  const { options: own, explain } = METHODS[method];
  checkOptionNames(`${how} by ${method}`, options, [...SCORE_OPTIONS, 'method', 'input', ...own]);
  const question = new Question(how, model, images, options);
  const explained = explainedInput(how, question.traced, input);
  const result: Attribution[] = [];
  for (let i = 0; i < question.samples; i++) {
    const only = question.only(i);
    const sample = { question: only, input: explained, image: only.inputs[explained]! };
    const { answered, map, completeness } = await explain(sample, options);
    const { scoreChange = null, completenessGap = null } = completeness ?? {};
    result.push({ map, ...answered, method, scoreChange, completenessGap, note: noteOf(map, completeness) });
  }
  return result;
}

function noteOf(map: Tensor, completeness: PixelValues['completeness']): string | null {
  if (map.data.every((value) => value === 0)) {
    return 'The map is 0 everywhere: around this image the score does not depend on it.';
  }
  if (completeness === undefined) return null;
  const { scoreChange, completenessGap } = completeness;
  if (completenessGap <= LARGE_GAP * Math.abs(scoreChange)) return null;
  return (
    `The map adds up to a change of the score that is ${completenessGap.toPrecision(2)} away from the real one, ` +
    `${scoreChange.toPrecision(3)}. More steps make the gap smaller.`
  );
}
