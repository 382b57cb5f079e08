/** @file GraphModel, the base of Sequential and Functional: a model that is made of a graph of layers. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { TracingContext } from '../layers/call-context.ts';
import type { CallContext, Layer } from '../layers/layer.ts';
import type { LayerGraph } from './layer-graph.ts';
import { Model } from './model.ts';
import { shapeHint } from './shape-hint.ts';
import type { Flattened } from './structure.ts';
import { traceGraph, traceShapes } from './trace.ts';

/** A model whose layers and calls are known before it computes anything. */
export abstract class GraphModel extends Model {
  abstract override get layers(): readonly Layer[];

  abstract override get graph(): LayerGraph | null;

  abstract override get outputForm(): Flattened<unknown>['form'];

  abstract override get inputForm(): Flattened<unknown>['form'];

  abstract override build(inputShapes: Shape | readonly Shape[]): void;

  override get isGraph(): boolean {
    return true;
  }

  override get outputNames(): readonly string[] {
    const { graph, outputForm } = this;
    if (typeof outputForm !== 'string') return outputForm;
    const layers =
      graph === null ? this.layers.slice(-1) : graph.outputs.map((output) => output.producer.layer);
    return layers.map((layer) => layer.name);
  }

  override get inputNames(): readonly string[] {
    const { graph, inputForm } = this;
    if (typeof inputForm !== 'string') return inputForm;
    return graph === null ? ['x'] : graph.inputs.map((input) => input.producer.layer.name);
  }

  override get built(): boolean {
    return this.graph !== null;
  }

  override get buildShapes(): readonly Shape[] | null {
    return this.graph === null ? null : this.graph.inputs.map((input) => input.shape);
  }

  override get subLayers(): readonly Layer[] {
    return this.layers;
  }

  override checkInputs(inputs: readonly { readonly shape: Shape; readonly name?: string }[]): void {
    const { graph } = this;
    if (graph === null) return;
    if (inputs.length !== graph.inputs.length) {
      throw new ValueError(
        `Layer '${this.name}' expected ${graph.inputs.length} input(s). Received ${inputs.length} instead.`,
      );
    }
    inputs.forEach(({ shape, name }, index) => {
      const expected = graph.inputs[index]!.shape;
      if (sameShape(shape, expected) || (this.isShapeless && shape.length === expected.length)) return;
      throw new ShapeError(
        `Input ${index} with name '${name ?? graph.inputs[index]!.name}' of layer '${this.name}' is incompatible with ` +
          `the layer: expected shape=${formatShape(expected)}, found shape=${formatShape(shape)}. ${shapeHint(expected)}`,
      );
    });
  }

  /** Without weights, layers take images of any size one call after the other, as the layers alone do. */
  protected get isShapeless(): boolean {
    return this.weights.length === 0;
  }

  override computeOutputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    return traceShapes(this.known('outputs'), inputShapes);
  }

  override computeOutputShape(inputShapes: readonly Shape[]): Shape {
    return this.computeOutputShapes(inputShapes)[0]!;
  }

  override trace(inputs: readonly Node[], context: CallContext): readonly Node[] {
    const anySize = context instanceof TracingContext && context.anySize;
    return anySize ? this.traceCall(inputs, context) : super.trace(inputs, context);
  }

  override call(inputs: readonly Node[], context: CallContext): readonly Node[] {
    return traceGraph(this.known('outputs'), inputs, context);
  }

  protected override outputsOf(result: unknown): readonly unknown[] {
    return result as readonly unknown[];
  }
}
