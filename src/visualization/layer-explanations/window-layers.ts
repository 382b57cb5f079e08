/** @file Layers that slide windows over maps: convolutions and pooling. */

import { Conv2D } from '../../layers/conv2d.ts';
import { Conv2DTranspose } from '../../layers/conv2d-transpose.ts';
import { DepthwiseConv2D } from '../../layers/depthwise-conv2d.ts';
import type { Layer } from '../../layers/layer.ts';
import { AdaptiveAveragePooling2D, AdaptiveMaxPooling2D } from '../../layers/pooling/adaptive-pooling2d.ts';
import { GlobalAveragePooling2D, GlobalMaxPooling2D } from '../../layers/pooling/global-pooling2d.ts';
import { AveragePooling2D, MaxPooling2D } from '../../layers/pooling/pooling2d.ts';
import { SeparableConv2D } from '../../layers/separable-conv2d.ts';
import { type Padding, samePadding, windowExtent } from '../../ops/window-geometry.ts';
import {
  explains,
  type ParameterCount,
  product,
  type SeenLayer,
  sumOf,
  timesOutputs,
} from './layer-explainer.ts';
import type { Words } from './words.ts';

type Pair = readonly [number, number];

/** Windows that are slid over a map. */
interface Windows {
  readonly size: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: Padding;
  /** What windows find that reach past the maps: zeros, or nothing that counts, as of poolings. */
  readonly outside: 'zeros' | 'nothing';
}

interface SlidingLayer {
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly dilationRate: Pair;
  readonly padding: Padding;
}

interface PoolingLayer extends Layer {
  readonly poolSize: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}

function windowsOf({ kernelSize: size, strides, dilationRate: dilation, padding }: SlidingLayer): Windows {
  return { size, strides, dilation, padding, outside: 'zeros' };
}

function poolWindows({ poolSize: size, strides, padding }: PoolingLayer): Windows {
  return { size, strides, dilation: [1, 1], padding, outside: 'nothing' };
}

/** Height, width and channels of the first input, and of the output. */
function mapsOf({ inputs, outputs }: SeenLayer): {
  readonly src: readonly number[];
  readonly dst: readonly number[];
} {
  return { src: inputs[0]!, dst: outputs[0]! };
}

/** A number that is rounded to a whole one, unless it is one. */
function rounded(formula: string, value: number, result: number, say: (value: number) => string): string {
  if (value === result) return `${formula} = ${result}`;
  return `${formula} = ${Math.round(value * 100) / 100}${say(result)}`;
}

/** How many windows there are along one axis: '28 − 3 + 1 = 26'. */
function countOf(windows: Windows, axis: 0 | 1, input: number, say: Words): string {
  const stride = windows.strides[axis];
  if (windows.padding === 'same') {
    if (stride === 1) return `${input}`;
    return rounded(`${input} / ${stride}`, input / stride, Math.ceil(input / stride), say.roundedUp);
  }
  const extent = windowExtent(windows.size[axis], windows.dilation[axis]);
  if (stride === 1) return sumOf([input, -extent, 1]);
  const value = (input - extent) / stride + 1;
  return rounded(`(${input} − ${extent}) / ${stride} + 1`, value, Math.floor(value), say.roundedDown);
}

/** One sentence where rows and columns come about in the same way. */
function rowsAndColumns(rows: string, columns: string, say: Words): string {
  return rows === columns ? say.rowsAndColumns(rows) : say.text([say.rows(rows), say.columns(columns)]);
}

const isSquare = ([rows, columns]: Pair) => rows === columns;

/** What is to be known about the windows to understand the formula. */
function aboutWindows(windows: Windows, [h, w]: readonly number[], say: Words): string[] {
  const { size, strides, dilation, padding, outside } = windows;
  const about: string[] = [];
  const spans = [0, 1].map((axis) => windowExtent(size[axis]!, dilation[axis]!)) as [number, number];
  const spread = [0, 1]
    .filter((axis) => dilation[axis]! > 1 && (axis === 0 || !isSquare(dilation) || !isSquare(size)))
    .map((axis) => say.spread(`(${size[axis]} − 1)·${dilation[axis]} + 1 = ${spans[axis]}`));
  about.push(...spread);
  if (padding === 'same') {
    const [top, bottom] = samePadding(h!, size[0], strides[0], dilation[0]);
    const [left, right] = samePadding(w!, size[1], strides[1], dilation[1]);
    const around = outside === 'zeros' ? say.zerosAround : say.nothingAround;
    if (top + bottom + left + right > 0) about.push(around(top, bottom, left, right));
  } else about.push(isSquare(spans) ? say.fits(spans[0]) : say.fitsIn(...spans));
  if (Math.max(...strides) > 1)
    about.push(say.step(isSquare(strides) ? `${strides[0]}` : strides.join(' × ')));
  return about;
}

function slidShape(seen: SeenLayer, windows: Windows, channels: string): string {
  const { src } = mapsOf(seen);
  const { say } = seen;
  const counts = rowsAndColumns(countOf(windows, 0, src[0]!, say), countOf(windows, 1, src[1]!, say), say);
  return say.text([counts, ...aboutWindows(windows, src, say), channels]);
}

/** Words and their sum, such as '(9 + 1)·32 = 320.' */
function withTotal(layer: Layer, formula: string, words: readonly string[], say: Words): ParameterCount {
  return { formula, words: say.text([...words, say.total(formula, layer.countParams())]) };
}

interface FilterLayer extends Layer, SlidingLayer {
  readonly filters: number;
  readonly useBias: boolean;
}

/** Filters that see `seenChannels` of the channels. */
function filterParameters(seen: SeenLayer<FilterLayer>, groups: number): ParameterCount {
  const { layer, say } = seen;
  const all = mapsOf(seen).src[2]!;
  const own = all / groups;
  const window = [...layer.kernelSize, own] as const;
  const words = [say.filter(layer.filters, ...window)];
  if (groups > 1) words.push(say.groups(groups, own, all));
  if (layer.useBias) words.push(say.bias());
  return withTotal(layer, timesOutputs(product(window), layer.useBias, layer.filters), words, say);
}

const conv2d = explains(Conv2D, {
  parameters: (seen) => filterParameters(seen, seen.layer.groups),
  shape: (seen) => slidShape(seen, windowsOf(seen.layer), seen.say.maps(seen.layer.filters)),
});

const depthwise = explains(DepthwiseConv2D, {
  parameters: (seen) => {
    const { layer, say } = seen;
    const channels = mapsOf(seen).src[2]!;
    const { kernelSize, depthMultiplier, useBias } = layer;
    const words = [say.depthwise(channels, ...kernelSize, depthMultiplier), ...(useBias ? [say.bias()] : [])];
    const each = timesOutputs(product(kernelSize), useBias, channels);
    return withTotal(layer, depthMultiplier === 1 ? each : `${each}·${depthMultiplier}`, words, say);
  },
  shape: (seen) => {
    const channels = seen.say.mapsOfChannels(mapsOf(seen).src[2]!, seen.layer.depthMultiplier);
    return slidShape(seen, windowsOf(seen.layer), channels);
  },
});

const separable = explains(SeparableConv2D, {
  parameters: (seen) => {
    const { layer, say } = seen;
    const channels = mapsOf(seen).src[2]!;
    const { kernelSize, depthMultiplier, filters, useBias } = layer;
    const maps = channels * depthMultiplier;
    const first = product([...kernelSize, channels, ...(depthMultiplier === 1 ? [] : [depthMultiplier])]);
    const words = [
      say.depthwise(channels, ...kernelSize, depthMultiplier),
      say.pointwise(maps, filters),
      ...(useBias ? [say.bias()] : []),
    ];
    return withTotal(layer, `${first} + ${timesOutputs(`${maps}`, useBias, filters)}`, words, say);
  },
  shape: (seen) => slidShape(seen, windowsOf(seen.layer), seen.say.maps(seen.layer.filters)),
});

/** Rows or columns of an enlarged map. */
function enlargedCount({ layer, inputs }: SeenLayer<Conv2DTranspose>, axis: 0 | 1): string {
  const input = inputs[0]![axis]!;
  const stride = layer.strides[axis];
  const window = windowExtent(layer.kernelSize[axis], layer.dilationRate[axis]);
  const more = layer.outputPadding?.[axis] ?? null;
  if (layer.padding === 'same' && more === null) return `${input}·${stride} = ${input * stride}`;
  const last =
    layer.padding === 'same'
      ? [window % 2, more!]
      : more === null
        ? [Math.max(window, stride)]
        : [window, more];
  const result = (input - 1) * stride + last.reduce((sum, term) => sum + term, 0);
  return `(${input} − 1)·${stride} + ${last.join(' + ')} = ${result}`;
}

const transpose = explains(Conv2DTranspose, {
  parameters: (seen) => filterParameters(seen, 1),
  shape: (seen) => {
    const { layer, say } = seen;
    const counts = rowsAndColumns(enlargedCount(seen, 0), enlargedCount(seen, 1), say);
    return say.text([say.spreadsOut(), counts, say.maps(layer.filters)]);
  },
});

const pooling = [MaxPooling2D, AveragePooling2D].map((Class) =>
  explains<PoolingLayer>(Class, {
    shape: (seen) => slidShape(seen, poolWindows(seen.layer), seen.say.channelsStay(mapsOf(seen).src[2]!)),
  }),
);

const globalPooling = [GlobalAveragePooling2D, GlobalMaxPooling2D].map((Class) =>
  explains(Class, {
    shape: (seen) =>
      seen.say.wholeMaps(...(mapsOf(seen).src as unknown as readonly [number, number, number])),
  }),
);

const adaptivePooling = [AdaptiveAveragePooling2D, AdaptiveMaxPooling2D].map((Class) =>
  explains(Class, {
    shape: ({ layer, inputs, say }) =>
      say.text([say.evenWindows(...layer.outputSize), say.channelsStay(inputs[0]![2]!)]),
  }),
);

export const WINDOW_LAYERS = [
  conv2d,
  depthwise,
  separable,
  transpose,
  ...pooling,
  ...globalPooling,
  ...adaptivePooling,
];
