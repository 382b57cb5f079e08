/** @file `model.summary()`: gathers what the table says, and prints it in the style asked for. */

import { environmentVariable } from '../../base/environment.ts';
import { UnsupportedError, ValueError } from '../../base/errors.ts';
import { checkOptionNames, describeValue } from '../../base/options.ts';
import { standardOutput } from '../../callbacks/text-output.ts';
import type { Layer, LayerCall } from '../../layers/layer.ts';
import { isSequence, type LayerGraph } from '../layer-graph.ts';
import { keras2Names } from './keras2-names.ts';
import type { SummaryContent, SummaryRow } from './summary-content.ts';
import { formatKeras2 } from './summary-keras2.ts';
import { formatKeras3 } from './summary-keras3.ts';

export interface SummaryOptions {
  /** 'keras3' (default), or 'keras2' for the table as the book prints it. */
  readonly style?: 'keras3' | 'keras2';
  /** Width of the table in characters. Default: as Keras chooses it. */
  readonly lineLength?: number;
  /**
   * Where each column ends, as a part of the width: rising numbers, the last one 1 at most. In Keras 2 style also in characters.
   * Default: as Keras chooses it.
   */
  readonly positions?: readonly number[];
  /** Takes the text instead of standard output: all at once in Keras 3 style, line by line in Keras 2 style. */
  readonly printFn?: (text: string) => void;
  /** Whether layers of models inside are shown. Default false. */
  readonly expandNested?: boolean;
  /** Whether a column says which layers train (Keras 3 style). Default false. */
  readonly showTrainable?: boolean;
  /** Names, or regular expressions, of the first and the last layer to show. */
  readonly layerRange?: readonly [string, string];
}

/** What a summary asks of a model. */
export interface SummarizedModel extends Layer {
  readonly layers: readonly Layer[];
  readonly graph: LayerGraph | null;
  readonly compiled: { readonly optimizer: { readonly built: boolean; countParams(): number } } | null;
}

const OPTIONS = [
  'style',
  'lineLength',
  'positions',
  'printFn',
  'expandNested',
  'showTrainable',
  'layerRange',
];

/** Prints the summary of `model`. Throws ValueError for unknown options and names, and for too small a width. */
export function summarize(model: SummarizedModel, options: SummaryOptions): void {
  checkOptionNames('summary', options, OPTIONS);
  const { style = 'keras3', lineLength = null, positions = null, printFn, showTrainable = false } = options;
  if (style !== 'keras3' && style !== 'keras2') {
    throw new ValueError(`summary: style must be 'keras3' or 'keras2', received ${describeValue(style)}.`);
  }
  if (lineLength !== null && !Number.isSafeInteger(lineLength)) {
    throw new ValueError(
      `summary: lineLength must be a whole number, received ${describeValue(lineLength)}.`,
    );
  }
  if (positions !== null && !isRising(positions)) {
    throw new ValueError(
      `summary: positions must be rising numbers, such as [0.45, 0.8, 1], received ${describeValue(positions)}.`,
    );
  }
  const content = summaryContent(model, options);
  const output = standardOutput();
  if (style === 'keras2') {
    if (showTrainable) throw new UnsupportedError("summary: showTrainable needs style 'keras3'.");
    const print = printFn ?? ((line: string) => output.write(`${line}\n`));
    for (const line of formatKeras2(content, { lineLength, positions })) print(line);
    return;
  }
  const columns = output.columns ?? 80;
  const ansi = printFn === undefined && output.isTTY === true && environmentVariable('TERM') !== 'dumb';
  const text = formatKeras3(content, { lineLength, positions, showTrainable, columns, ansi });
  if (printFn === undefined) output.write(text);
  else printFn(text);
}

function isRising(positions: unknown): boolean {
  if (!Array.isArray(positions) || positions.length === 0) return false;
  return positions.every((position, i) => Number.isFinite(position) && position > (positions[i - 1] ?? 0));
}

/** The rows and totals. */
export function summaryContent(model: SummarizedModel, options: SummaryOptions): SummaryContent {
  const { graph, compiled } = model;
  const connected = model.className === 'Functional' && graph !== null && !isSequence(graph);
  const calls = new Set(connected ? graph!.levels.flat() : []);
  // Operations are shown too; `layers` leaves them out.
  const all = model.className === 'Functional' && graph !== null ? graph.layers : model.layers;
  const layers = layersInRange(all, options.layerRange);
  const expand = options.expandNested ?? false;
  const names = options.style === 'keras2' ? keras2Names(shownLayers(all, expand)) : null;
  const nameOf = (layer: Layer) => names?.get(layer) ?? layer.name;
  const size = (variables: readonly { readonly size: number }[]) =>
    variables.reduce((sum, variable) => sum + variable.size, 0);
  return {
    name: model.name,
    connected,
    rows: layers.flatMap((layer) => layerRows(layer, { calls, expand, nameOf }, 0)),
    trainable: size(model.trainableWeights),
    nonTrainable: size(model.nonTrainableWeights),
    optimizer: compiled?.optimizer.built ? compiled.optimizer.countParams() : null,
  };
}

/** The layers, with those of models inside when these are expanded. */
function shownLayers(layers: readonly Layer[], expand: boolean): Layer[] {
  return layers.flatMap((layer) => [layer, ...(expand ? shownLayers(innerLayers(layer), expand) : [])]);
}

function innerLayers(layer: Layer): readonly Layer[] {
  return 'layers' in layer ? (layer as SummarizedModel).layers : [];
}

interface RowOptions {
  /** The model's calls, when the table shows connections. */
  readonly calls: ReadonlySet<LayerCall>;
  /** Whether layers of models inside have rows. */
  readonly expand: boolean;
  readonly nameOf: (layer: Layer) => string;
}

function layerRows(layer: Layer, options: RowOptions, level: number): SummaryRow[] {
  const { calls, expand, nameOf } = options;
  const connections = layer.inboundCalls
    .filter((call) => calls.has(call))
    .flatMap((call) => call.inputs)
    .map(({ producer, index }) => [nameOf(producer.layer), producer.index, index] as const);
  const row: SummaryRow = {
    name: nameOf(layer),
    className: layer.className,
    outputShapes: outputShapes(layer),
    params: layer.built ? layer.countParams() : null,
    connections,
    trainable: layer.weights.length === 0 ? '-' : layer.trainable ? 'Y' : 'N',
    level,
  };
  const inner = expand ? innerLayers(layer) : [];
  return [row, ...inner.flatMap((other) => layerRows(other, options, level + 1))];
}

function outputShapes(layer: Layer) {
  const call = layer.inboundCalls.at(-1);
  if (call !== undefined) return call.outputs.map((output) => output.shape);
  return layer.buildShapes === null ? null : layer.computeOutputShapes(layer.buildShapes);
}

function layersInRange(layers: readonly Layer[], range: SummaryOptions['layerRange']): readonly Layer[] {
  if (range === undefined) return layers;
  if (!Array.isArray(range) || range.length !== 2 || range.some((name) => typeof name !== 'string')) {
    throw new ValueError(
      `layerRange must be a list of 2 strings. Received: layerRange = ${describeValue(range)}.`,
    );
  }
  const [from, to] = range.map((pattern) => new RegExp(`^(?:${pattern})`));
  const first = layers.findIndex(({ name }) => from!.test(name));
  const last = layers.findLastIndex(({ name }) => to!.test(name));
  if (first < 0 || last < 0) {
    throw new ValueError(
      `Passed layerRange ${describeValue(range)} does not match any layer. ` +
        `Layers: ${layers.map(({ name }) => `'${name}'`).join(', ')}.`,
    );
  }
  return first > last ? layers.slice(last, first + 1) : layers.slice(first, last + 1);
}
