/** @file Formulas of parameters: their values are the layers' counts, for every layer that has weights. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFixture } from '../../tests/support/fixtures.ts';
import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { buildConvnet } from '../cli/convnets.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { Layer } from '../layers/layer.ts';
import { LAYERS } from '../layers/registry.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { explainParameters, type ParameterExplanation } from './explain-parameters.ts';

/** The value of a formula of whole numbers. */
function numberOf(formula: string): number {
  assert.match(formula, /^[\d ·+()]+$/, formula);
  return new Function(`return ${formula.replaceAll('·', '*')}`)() as number;
}

/** Each 'a − b + c = d' in the words holds. */
function checkSums(words: string): number {
  const sums = [...words.matchAll(/([\d(][\d ()·+−/]*) = ([\d.]+)/g)];
  for (const [text, formula, result] of sums) {
    const value = new Function(`return ${formula!.replaceAll('·', '*').replaceAll('−', '-')}`)() as number;
    assert.ok(Math.abs(value - Number(result!.replace(/\.$/, ''))) < 0.01, text);
  }
  return sums.length;
}

interface LayerCase {
  readonly className: string;
  readonly config: Config;
  readonly input?: { readonly shape: readonly number[] };
  readonly inputs?: readonly { readonly shape: readonly number[] }[];
}

/** What a class does when it makes weights; classes without any have it from Layer. */
const creates = ({ prototype }: { readonly prototype: Layer }) =>
  (prototype as unknown as { readonly createWeights: unknown }).createWeights;

/** The classes of the registry that make weights. */
const CLASSES_WITH_WEIGHTS = (Object.values(layers as object) as { readonly Class?: typeof Layer }[])
  .flatMap(({ Class }) => (Class === undefined ? [] : [Class]))
  .filter((Class) => creates(Class) !== creates(Layer))
  .map(({ className }) => className);

function checkLayer(layer: Layer, shapes: readonly (readonly number[])[]): ParameterExplanation {
  const inputs = shapes.map((shape) => input({ shape }));
  const net = model({ inputs, outputs: layer.apply(inputs) });
  const all = (['en', 'zh'] as const).map(
    (lang) => explainParameters(net, { lang }).find(({ path }) => path === layer.name)!,
  );
  for (const { formula, count, words, shapeWords } of all) {
    assert.equal(count, layer.countParams(), layer.className);
    assert.equal(numberOf(formula), count, `${layer.className}: ${formula}`);
    checkSums(words);
    checkSums(shapeWords);
  }
  return all[0]!;
}

test('for every layer, the value of the formula is the number of its parameters', () => {
  const explained = new Map<string, number>();
  for (const name of [
    'layers',
    'depthwise',
    'einsum-dense',
    'activation-layers',
    'normalization-layers',
    'merging-layers',
    'shape-layers',
  ]) {
    for (const item of readFixture<{ cases: readonly LayerCase[] }>(name).manifest.cases) {
      const shapes = (item.inputs ?? [item.input!]).map(({ shape }) => shape.slice(1));
      const { count } = checkLayer(
        LAYERS.fromObject({ class_name: item.className, config: item.config }),
        shapes,
      );
      explained.set(item.className, Math.max(count, explained.get(item.className) ?? 0));
    }
  }
  for (const layer of [
    layers.batchNormalization(),
    layers.normalization(),
    layers.layerScale({ initValues: 1, projectionDim: 3 }),
  ]) {
    explained.set(layer.className, checkLayer(layer, [[4, 5, 3]]).count);
  }
  const withWeights = [...explained].filter(([, count]) => count > 0).map(([name]) => name);
  assert.deepEqual(withWeights.sort(), CLASSES_WITH_WEIGHTS.sort());
});

test('the chapter’s network', () => {
  const net = buildConvnet({ imageShape: [28, 28, 1], classCount: 10, bytes: false, augment: null });
  const explained = explainParameters(net);
  assert.deepEqual(
    explained.map(({ formula, count }) => `${formula} = ${count}`),
    [
      '(3·3·1 + 1)·32 = 320',
      '0 = 0',
      '(3·3·32 + 1)·64 = 18496',
      '0 = 0',
      '(3·3·64 + 1)·64 = 36928',
      '0 = 0',
      '(576 + 1)·64 = 36928',
      '(64 + 1)·10 = 650',
    ],
  );
  const words = explained.map(({ shapeWords }) => shapeWords);
  assert.match(words[0]!, /^Rows and columns: 28 − 3 \+ 1 = 26\. .*Channels: 32, one for each filter/);
  assert.match(words[3]!, /\(11 − 2\) \/ 2 \+ 1 = 5\.5, rounded down: 5/);
  assert.match(words[5]!, /3·3·64 = 576/);
  assert.match(explained[0]!.words, /32 filters.*3 rows · 3 columns · 1 channel = 9.*one bias.*= 320\.$/);
  const zh = explainParameters(net, { lang: 'zh' });
  assert.match(zh[0]!.words, /32 个过滤器.*= 320。$/);
  assert.match(zh[0]!.shapeWords, /28 − 3 \+ 1 = 26/);
});

test('strides, zeros around, gaps, groups, enlarging and joining', () => {
  const shapeOf = (layer: Layer, ...shapes: number[][]) => checkLayer(layer, shapes).shapeWords;
  const conv = { filters: 4, kernelSize: 3 };
  assert.match(
    shapeOf(layers.conv2d({ ...conv, strides: 2 }), [27, 28, 2]),
    /Rows: \(27 − 3\) \/ 2 \+ 1 = 13\. Columns: .*13\.5, rounded down: 13.*2 apart/,
  );
  assert.match(
    shapeOf(layers.conv2d({ ...conv, strides: 2, padding: 'same' }), [9, 9, 2]),
    /9 \/ 2 = 4\.5, rounded up: 5.*1 above, 1 below/,
  );
  const pooled = shapeOf(layers.maxPooling2d({ poolSize: 3, padding: 'same' }), [8, 9, 2]);
  assert.match(
    pooled,
    /8 \/ 3 = 2\.67, rounded up: 3.*past the maps, where nothing counts: 0 above, 1 below, 0 left, 0 right/,
  );
  assert.match(
    shapeOf(layers.conv2d({ ...conv, dilationRate: 2 }), [9, 9, 2]),
    /9 − 5 \+ 1 = 5.*\(3 − 1\)·2 \+ 1 = 5/,
  );
  assert.match(
    checkLayer(layers.conv2d({ ...conv, groups: 2 }), [[9, 9, 6]]).words,
    /6 channels are cut into 2 groups, so a filter sees 3/,
  );
  assert.match(shapeOf(layers.conv2dTranspose({ ...conv, strides: 2 }), [5, 5, 2]), /\(5 − 1\)·2 \+ 3 = 11/);
  assert.match(shapeOf(layers.concatenate(), [4, 4, 3], [4, 4, 5]), /axis 3: 3 \+ 5 = 8/);
  assert.match(
    shapeOf(
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
      [4, 4, 3],
    ),
    /Rows: 4 \+ 1 \+ 2 = 7\. Columns: 4 \+ 0 \+ 3 = 7/,
  );
  const cropping = [
    [1, 0],
    [2, 1],
  ] as const;
  assert.match(
    shapeOf(layers.cropping2d({ cropping }), [5, 5, 3]),
    /Rows: 5 − 1 − 0 = 4\. Columns: 5 − 2 − 1 = 2/,
  );
  assert.match(shapeOf(layers.globalAveragePooling2d(), [4, 6, 3]), /3 maps of 4 × 6/);
  assert.match(
    checkLayer(layers.batchNormalization(), [[4, 4, 8]]).words,
    /16 of the numbers are statistics.*16 are learned.*4·8 = 32/,
  );
});

test('nested models, layers that are called twice, frozen ones and layers of one’s own', () => {
  class Wide extends layers.conv2d.Class {
    protected override createWeights(shapes: Parameters<Layer['build']>[0]): void {
      super.createWeights(shapes);
      this.addWeight({ name: 'more', shape: [5], initializer: 'zeros' });
    }
  }
  const base = sequential({
    name: 'base',
    layers: [layers.conv2d({ name: 'c', filters: 2, kernelSize: 1, inputShape: [4, 4, 2] })],
  });
  base.trainable = false;
  const x = input({ shape: [4, 4, 2] });
  const wide = new Wide({ name: 'wide', filters: 2, kernelSize: 1 });
  const net = model({ inputs: x, outputs: wide.apply(base.apply(base.apply(x))) });
  const explained = explainParameters(net);
  assert.deepEqual(
    explained.map(({ path, formula, count }) => [path, formula, count]),
    [
      ['base/c', '(1·1·2 + 1)·2', 6],
      ['base', '6', 6],
      ['wide', '1·1·2·2 + 2 + 5', 11],
    ],
  );
  assert.match(explained[1]!.words, /1 layer inside.*frozen.*2 times/);
  assert.match(explained[2]!.words, /more: 5 numbers/);
  assert.throws(() => explainParameters(net, { lang: 'de' as never }), /language/);
  assert.throws(() => explainParameters(net, { language: 'en' } as never), /Did you mean 'lang'|lang/);
  assert.throws(() => explainParameters({} as never), ValueError);
});
