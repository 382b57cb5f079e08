/** @file Class activation: which places of a layer's maps speak for a class. */

import { gradients } from '../autodiff/gradients.ts';
import { checkOptionNames } from '../base/options.ts';
import { Tensor } from '../base/tensor.ts';
import type { Model } from '../models/model.ts';
import { sum } from '../ops/index.ts';
import * as methods from './activation-methods/index.ts';
import type { ActivationMethod, Heat, Maps } from './activation-methods/maps.ts';
import { explainedInput } from './explained-input.ts';
import { explainedMaps } from './last-maps.ts';
import { type ModelImage, oneImage } from './model-input.ts';
import type { Target } from './model-score.ts';
import { type Answered, checkMethod, Question, SCORE_OPTIONS, type ScoreOptions } from './question.ts';
import { type LayerName, traceModel } from './traced-model.ts';

/** A way to make a heatmap. */
export type ClassActivationMethod = keyof typeof methods;

/** What a heatmap shows, and how it is made. */
export interface ClassActivationOptions extends ScoreOptions {
  /** Default 'gradCam'. */
  readonly method?: ClassActivationMethod;
  /**
   * The layer whose maps are shown, by name, path (`vgg16/block5_conv3`) or itself. Default: the last convolution whose maps
   * have more than one pixel, with the normalization and activation after it, also inside of nested models.
   */
  readonly layer?: LayerName;
  /** Of a model with several inputs: the name or index of the image. `scoreCam` and `guidedGradCam` need it. */
  readonly input?: string | number;
}

/** A heatmap, and what it is about. */
export interface ClassActivation extends Answered {
  /**
   * [h, w] at the size of the layer's maps (`guidedGradCam`: of the image): from 0, nothing that speaks for the class, to 1,
   * the most. Always of this image alone: 1 in two heatmaps is not the same strength.
   */
  readonly heatmap: Tensor;
  /** The path of the layer. */
  readonly layer: string;
  readonly method: ClassActivationMethod;
  /** True when no place speaks for the class, so that the heatmap is 0 everywhere. */
  readonly allZero: boolean;
  /** What the reader should know: that the heatmap is all zero, and what can be tried; else null. */
  readonly note: string | null;
  /** Of `guidedGradCam`: [h, w, c], signed, for `attributionPicture`; null for other methods. */
  readonly map: Tensor | null;
}

const OPTIONS = [...SCORE_OPTIONS, 'method', 'layer', 'input'];
const METHODS: Readonly<Record<ClassActivationMethod, ActivationMethod>> = methods;

/**
 * Which places of the image speak for a class: a heatmap from the last maps of the model, and how much each of them counts for
 * the class's score.
 *
 * Methods: gradCam (Selvaraju et al. 2017; the book's), gradCamPlusPlus, hiResCam, layerCam, xGradCam, eigenCam (knows no
 * class), scoreCam (no gradients; one pass for each map), guidedGradCam (at the size of the image). Sources: their files.
 *
 * @param image A Tensor as the model takes it, with or without the axis of the batch; a list for several inputs.
 * @throws ValueError for an unknown class, layer, method, output or option, and where the model has no maps to show; ShapeError
 *   for an image that does not fit, and for several; UnsupportedError where a gradient is not defined.
 */
export async function classActivation(
  model: Model,
  image: ModelImage,
  options: ClassActivationOptions = {},
): Promise<ClassActivation> {
  const how = 'classActivation';
  oneImage(how, traceModel(how, model), image, 'classActivations');
  const [only] = await activationsOf(how, model, image, options);
  return only!;
}

/** As `classActivation`, for a batch of images: a heatmap for each. `target`: one for all, or a list with one for each. */
export async function classActivations(
  model: Model,
  images: ModelImage,
  options: Omit<ClassActivationOptions, 'target'> & { readonly target?: Target | readonly Target[] } = {},
): Promise<ClassActivation[]> {
  return activationsOf('classActivations', model, images, options);
}

async function activationsOf(
  how: string,
  model: Model,
  images: ModelImage,
  options: Parameters<typeof classActivations>[2] & object,
): Promise<ClassActivation[]> {
  checkOptionNames(how, options, OPTIONS);
  const { method = 'gradCam', layer } = options;
  checkMethod(how, method, METHODS);
  const question = new Question(how, model, images, options);
  const { traced } = question;
  const { path, maps } = explainedMaps(how, traced, question.score(), layer);
  const { values, classes } = await question.ask(`maps/${maps.id}`, ({ picked }) => [
    maps,
    ...gradients(sum(picked), [maps]),
  ]);
  const result: ClassActivation[] = [];
  for (const [i, answered] of classes.entries()) {
    const [ownMaps, ownGradients] = values.map((value) => mapsOfSample(value, i));
    const heat = await METHODS[method]({
      maps: ownMaps!,
      gradients: ownGradients!,
      question: question.only(i, answered.target),
      explainedInput: () => explainedInput(how, traced, options.input),
    });
    result.push({
      ...heatmapOf(heat, allZeroNote(path, question, answered)),
      ...answered,
      layer: path,
      method,
    });
  }
  return result;
}

function mapsOfSample({ shape, data }: Tensor, sample: number): Maps {
  const [, height, width, filters] = shape as [number, number, number, number];
  const size = height * width * filters;
  return { height, width, filters, data: data.subarray(sample * size, (sample + 1) * size) as Float32Array };
}

/** Heat from 0 to 1: what speaks against the class is cut off, and the warmest place is 1. */
function heatmapOf(
  { height, width, values, map }: Heat,
  note: string,
): Pick<ClassActivation, 'heatmap' | 'allZero' | 'note' | 'map'> {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const allZero = most === 0;
  const warm = Float32Array.from(values, (value) => (allZero ? 0 : Math.max(value, 0) / most));
  const heatmap = new Tensor([height, width], 'float32', warm);
  return { heatmap, allZero, note: allZero ? note : null, map: map ?? null };
}

function allZeroNote(path: string, { traced: { model }, of }: Question, { target }: Answered): string {
  const name = model.classNames?.[target];
  return (
    `No place of the maps of '${path}' speaks for class ${target}${name === undefined ? '' : ` (${name})`}, so the heatmap is 0 ` +
    `everywhere. Try another layer or method${
      of === 'logit'
        ? ", or { of: 'probability' }, which also counts what speaks against the other classes"
        : ", or { of: 'logit' }: the gradient of a probability near 0 or 1 is nearly 0"
    }.`
  );
}
