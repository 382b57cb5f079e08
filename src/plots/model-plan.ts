/** @file What a plot of a model shows: a box for each call of a layer, models inside as boxes in a box, and arrows. */

import { ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { textWidth } from '../drawing/glyphs.ts';
import type { Paint } from '../drawing/palette.ts';
import { InputLayer } from '../layers/input-layer.ts';
import type { Layer, LayerCall } from '../layers/layer.ts';
import { callsInOrder } from '../models/layer-graph.ts';
import type { Model } from '../models/model.ts';
import { type Edge, layerGraph } from './layered-graph.ts';
import { type Placement, placeNodes } from './place-nodes.ts';

/** The direction in which data flows: from the top, the bottom, the left or the right. */
export type RankDirection = 'TB' | 'BT' | 'LR' | 'RL';

/** What boxes say. */
export interface PlanOptions {
  readonly rankdir: RankDirection;
  readonly showShapes: boolean;
  readonly showLayerNames: boolean;
  readonly showParams: boolean;
  readonly showTrainable: boolean;
  readonly showDtype: boolean;
  readonly expandNested: boolean;
}

/** A line of text in a box. */
export interface BoxLine {
  readonly text: string;
  readonly size: number;
  readonly fill: Paint;
}

/** One box: text, and for an expanded model what is inside, below the text. */
export interface Box {
  readonly lines: readonly BoxLine[];
  /** Colour of the box' edge, which says what kind of layer it is. */
  readonly accent: Paint;
  readonly inner: Plan | null;
  readonly width: number;
  readonly height: number;
}

/** Boxes and where they are. */
export interface Plan {
  readonly boxes: readonly Box[];
  readonly placement: Placement;
  readonly width: number;
  readonly height: number;
}

export const PADDING = 10;
/** Distance of lines of text. */
export const LINE_HEIGHT = 16;
/** Room between an expanded model's box and what is inside. */
export const INSET = 14;
const TITLE: Omit<BoxLine, 'text'> = { size: 13, fill: 'ink' };
const DETAIL: Omit<BoxLine, 'text'> = { size: 11, fill: 'muted' };

/** The plan of a model. Throws ValueError while its input's shape is not known. */
export function planModel(model: Model, options: PlanOptions): Plan {
  if (model.graph === null) {
    throw new ValueError(
      `plotModel: the model '${model.name}' has not been built yet. Give its first layer an inputShape, or call ` +
        'build([null, ...sample shape]).',
    );
  }
  const calls = callsInOrder(model.graph);
  const index = new Map(calls.map((call, i) => [call, i] as const));
  const times = new Map<Layer, number>();
  for (const { layer } of calls) times.set(layer, (times.get(layer) ?? 0) + 1);
  const seen = new Map<Layer, number>();
  const boxes = calls.map((call) => {
    const { layer } = call;
    const number = (seen.get(layer) ?? 0) + 1;
    seen.set(layer, number);
    const all = times.get(layer)!;
    return boxOf(call, all === 1 ? null : `shared, call ${number} of ${all}`, options);
  });
  const edges = calls.flatMap((call, to) =>
    call.inputs.flatMap(({ producer }): Edge[] => {
      const from = index.get(producer);
      return from === undefined ? [] : [[from, to]];
    }),
  );
  const upright = options.rankdir === 'TB' || options.rankdir === 'BT';
  const sizes = boxes.map(({ width, height }) =>
    upright ? { across: width, along: height } : { across: height, along: width },
  );
  const placement = placeNodes(sizes, layerGraph(boxes.length, edges));
  const { across, along } = placement.size;
  return { boxes, placement, width: upright ? across : along, height: upright ? along : across };
}

function boxOf(call: LayerCall, shared: string | null, options: PlanOptions): Box {
  const { layer } = call;
  const inner = options.expandNested && isGraphModel(layer) ? planModel(layer, options) : null;
  const lines = linesOf(call, shared, options);
  const text = Math.max(...lines.map(({ text, size }) => textWidth(text, size)));
  const width = Math.max(text + 2 * PADDING, 90, inner === null ? 0 : inner.width + 2 * INSET);
  const height = lines.length * LINE_HEIGHT + 2 * PADDING + (inner === null ? 0 : inner.height + INSET);
  return { lines, accent: accentOf(layer), inner, width: Math.ceil(width), height };
}

function isGraphModel(layer: Layer): layer is Model {
  return (layer as Partial<Model>).isGraph === true;
}

function accentOf(layer: Layer): Paint {
  if (layer instanceof InputLayer) return 'orange';
  return layer.weights.length > 0 ? 'blue' : 'muted';
}

function linesOf(call: LayerCall, shared: string | null, options: PlanOptions): BoxLine[] {
  const { layer } = call;
  const { className, name } = layer;
  const lines: BoxLine[] = [
    { ...TITLE, text: options.showLayerNames ? `${name} (${className})` : className },
  ];
  if (options.showShapes) lines.push({ ...DETAIL, text: shapesText(call) });
  const count = layer.weights.length === 0 ? null : layer.countParams();
  const facts = [
    ...(options.showParams && count !== null ? [`${count.toLocaleString('en-US')} parameters`] : []),
    ...(options.showTrainable && count !== null ? [layer.trainable ? 'trainable' : 'frozen'] : []),
    ...(options.showDtype ? [layer.dtype] : []),
    ...(shared === null ? [] : [shared]),
  ];
  if (facts.length > 0) lines.push({ ...DETAIL, text: facts.join(' · ') });
  return lines;
}

function shapesText({ inputs, outputs }: LayerCall): string {
  const text = (tensors: readonly { readonly shape: Shape }[]) =>
    [...new Set(tensors.map(({ shape }) => sampleText(shape)))].join(', ');
  return inputs.length === 0 ? text(outputs) : `${text(inputs)} to ${text(outputs)}`;
}

/** The extents of a sample: `28 × 28 × 1`. */
export function sampleText(shape: Shape): string {
  return shape.length === 1 ? 'one number' : shape.slice(1).join(' × ');
}
