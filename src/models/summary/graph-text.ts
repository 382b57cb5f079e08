/** @file `model.toText()`: the graph of a model in a few lines, one for each call of a layer. */

import type { Shape } from '../../base/shape.ts';
import type { Layer, LayerCall } from '../../layers/layer.ts';
import { callsInOrder, type LayerGraph } from '../layer-graph.ts';
import { withCommas } from './summary-content.ts';

/** What the text asks of a model. */
interface DescribedModel extends Layer {
  readonly isGraph: boolean;
  readonly layers: readonly Layer[];
  readonly graph: LayerGraph | null;
}

type Row = readonly [name: string, className: string, shape: string, params: string, from: string];

/** The text, without a line break at its end. */
export function graphText(model: DescribedModel): string {
  const count = (values: readonly { readonly size: number }[]) =>
    withCommas(values.reduce((sum, { size }) => sum + size, 0));
  const facts = model.built
    ? `${count(model.weights)} parameters, ${count(model.trainableWeights)} of them trainable`
    : 'not built yet';
  const rows = rowsOf(model, '');
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  const lines = rows.map(([name, className, shape, params, from]) =>
    [
      name.padEnd(widths[0]!),
      className.padEnd(widths[1]!),
      shape.padEnd(widths[2]!),
      params.padStart(widths[3]!),
      from,
    ]
      .join('  ')
      .trimEnd(),
  );
  return [`${model.name} (${model.className}): ${facts}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** A row for each call, and for the layers of models inside. Inputs are named where they are not the row before alone. */
function rowsOf(model: DescribedModel, indent: string): Row[] {
  const { graph, isGraph } = model;
  if (graph === null || !isGraph) {
    return model.layers.flatMap((layer) => [rowOf(layer, null, '', indent), ...innerRows(layer, indent)]);
  }
  const calls = callsInOrder(graph);
  const numbers = numberCalls(calls);
  const nameOf = (call: LayerCall, output: number) => {
    const several = call.outputs.length > 1 ? `[${output}]` : '';
    return `${call.layer.name}${numbers.get(call) ?? ''}${several}`;
  };
  return calls.flatMap((call, i) => {
    const [first] = call.inputs;
    const follows =
      call.inputs.length === 1 && first!.producer === calls[i - 1] && first!.producer.outputs.length === 1;
    const sources = call.inputs.map(({ producer, index }) => nameOf(producer, index)).join(', ');
    const from = call.inputs.length === 0 || follows ? '' : `← ${sources}`;
    const row = rowOf(call.layer, call, from, indent);
    const isFirst = (numbers.get(call) ?? '#1') === '#1';
    return [
      [`${row[0]}${numbers.get(call) ?? ''}`, ...row.slice(1)] as unknown as Row,
      ...(isFirst ? innerRows(call.layer, indent) : []),
    ];
  });
}

function innerRows(layer: Layer, indent: string): Row[] {
  return 'isGraph' in layer ? rowsOf(layer as DescribedModel, `${indent}  `) : [];
}

/** `#1`, `#2`, … for the calls of layers that are called several times. */
function numberCalls(calls: readonly LayerCall[]): ReadonlyMap<LayerCall, string> {
  const byLayer = new Map<Layer, LayerCall[]>();
  for (const call of calls) byLayer.set(call.layer, [...(byLayer.get(call.layer) ?? []), call]);
  return new Map(
    [...byLayer.values()]
      .filter((list) => list.length > 1)
      .flatMap((list) => list.map((call, i) => [call, `#${i + 1}`] as const)),
  );
}

function rowOf(layer: Layer, call: LayerCall | null, from: string, indent: string): Row {
  const shapes: readonly Shape[] = call?.outputs.map(({ shape }) => shape) ?? [];
  const shape = shapes.map((each) => `[${each.slice(1).join(', ')}]`).join(' ');
  const params = layer.built && layer.weights.length > 0 ? withCommas(layer.countParams()) : '';
  const frozen = params !== '' && !layer.trainable ? ' frozen' : '';
  return [`${indent}${layer.name}`, `${layer.className}${frozen}`, shape, params, from];
}
