/** @file `explainParameters`: how many parameters each layer has, why, and how the shape of its output follows. */

import { checkOptionNames } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { type Language, languageOf } from '../drawing/language.ts';
import type { Layer } from '../layers/layer.ts';
import type { Model } from '../models/model.ts';
import { anyParameters, anyShape } from './layer-explanations/any-layer.ts';
import { DENSE_LAYERS } from './layer-explanations/dense-layers.ts';
import type { LayerExplainer, SeenLayer } from './layer-explanations/layer-explainer.ts';
import { NORMALIZATIONS } from './layer-explanations/normalizations.ts';
import { SHAPE_LAYERS } from './layer-explanations/shape-layers.ts';
import { WINDOW_LAYERS } from './layer-explanations/window-layers.ts';
import { ENGLISH, type Words } from './layer-explanations/words.ts';
import { CHINESE } from './layer-explanations/words-zh.ts';
import { type TracedLayer, traceModel } from './traced-model.ts';

/** A language of explanations: English or Chinese. */
export type ExplanationLanguage = Language;

/** Options of `explainParameters`. */
export interface ExplainParametersOptions {
  /** The language of the words; 'en' unless given. */
  readonly lang?: ExplanationLanguage;
}

/** One layer, explained. */
export interface ParameterExplanation {
  readonly layer: string;
  /** The models and layers that it is inside of, and its own name: `vgg16/block5_conv3`. */
  readonly path: string;
  /** Keras' class: `Conv2D`. */
  readonly className: string;
  /** Extents of one sample, of each input and each output. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShapes: readonly (readonly number[])[];
  /** '(3·3·1 + 1)·32'; '0' without weights. Its value is `count`. */
  readonly formula: string;
  /** As `layer.countParams()`; with the layers inside. */
  readonly count: number;
  /** What each number of the formula is. */
  readonly words: string;
  /** How the output's shape follows from the input's: '28 − 3 + 1 = 26'. */
  readonly shapeWords: string;
}

const WORDS: Readonly<Record<ExplanationLanguage, Words>> = { en: ENGLISH, zh: CHINESE };

const EXPLAINERS = new Map<unknown, LayerExplainer>(
  [...WINDOW_LAYERS, ...DENSE_LAYERS, ...NORMALIZATIONS, ...SHAPE_LAYERS].map((explainer) => [
    explainer.of,
    explainer,
  ]),
);

const samples = (nodes: readonly { readonly shape: Shape }[]) =>
  nodes.map(({ shape }) => shape.slice(1) as readonly number[]);

function explain(
  { layer, path, inputs, outputs }: TracedLayer,
  calls: number,
  say: Words,
): ParameterExplanation {
  const seen = { layer, inputs: samples(inputs), outputs: samples(outputs), say };
  // A class that extends one of these may have more weights, and other shapes.
  const own = EXPLAINERS.get(layer.constructor) as
    | { readonly [Part in 'parameters' | 'shape']?: (seen: SeenLayer) => never }
    | undefined;
  const { formula, words } = (own?.parameters ?? anyParameters)(seen);
  const count = layer.countParams();
  const remarks = [
    ...(count > 0 && layer.trainableWeights.length === 0 ? [say.frozen()] : []),
    ...(count > 0 && calls > 1 ? [say.shared(calls)] : []),
  ];
  return {
    layer: layer.name,
    path,
    className: layer.className,
    inputShapes: seen.inputs,
    outputShapes: seen.outputs,
    formula,
    count,
    words: say.text([words, ...remarks]),
    shapeWords: (own?.shape ?? anyShape)(seen),
  };
}

/**
 * For each layer of a model, those of models inside of it too, how the number of its parameters comes about, what each
 * factor is, and how the shape of the output follows from that of the input. In the order of computation; a layer that is
 * called several times is there once, layers inside of a model or layer stand before it.
 *
 * @throws ValueError for anything but a built model, and for an unknown language or option.
 * @example
 * for (const { layer, formula, count } of visualization.explainParameters(net)) console.log(`${layer}: ${formula} = ${count}`);
 */
export function explainParameters(
  net: Model,
  options: ExplainParametersOptions = {},
): ParameterExplanation[] {
  const { layers } = traceModel('explainParameters', net);
  checkOptionNames('explainParameters', options, ['lang']);
  const say = WORDS[languageOf(options.lang)];
  const calls = new Map<Layer, TracedLayer[]>();
  for (const traced of layers) calls.set(traced.layer, [...(calls.get(traced.layer) ?? []), traced]);
  return [...calls.values()].map((list) => explain(list[0]!, list.length, say));
}
