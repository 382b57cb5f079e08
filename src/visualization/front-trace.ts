/** @file The front of a model, up to one layer, for images of another size than the model was made for. */

import { FoveaError, ShapeError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { type Callable, callsUnderWay } from '../layers/call-context.ts';
import { StepContext } from '../layers/step-context.ts';
import type { Model } from '../models/model.ts';
import { placeholder } from '../ops/leaf.ts';
import { pathOf, type TracedLayer, type TracedModel } from './traced-model.ts';

/** A traced model that ends with the outputs of a layer. */
export interface TracedFront {
  readonly traced: TracedModel;
  readonly target: TracedLayer;
}

/** Thrown to leave the model when the layer has been traced. */
class Arrived extends Error {
  readonly target: TracedLayer;

  constructor(target: TracedLayer) {
    super(target.path);
    this.target = target;
  }
}

/** Stops behind the first call of the layer of that path. */
class FrontContext extends StepContext {
  override readonly anySize = true;
  readonly #model: Model;
  readonly #path: string;

  constructor(model: Model, path: string) {
    super(false);
    this.#model = model;
    this.#path = path;
  }

  override onCall(layer: Callable, inputs: readonly Node[], outputs: readonly Node[]): void {
    super.onCall(layer, inputs, outputs);
    const path = pathOf(this.#model, layer, callsUnderWay());
    if (path === this.#path)
      throw new Arrived({ layer: layer as TracedLayer['layer'], path, inputs, outputs });
  }
}

/** Fronts kept for each model: a few sizes and layers in turn. */
const LIMIT = 8;

const fronts = new WeakMap<
  Model,
  { readonly graph: object | null; readonly kept: Map<string, TracedFront> }
>();

function trace(how: string, model: Model, path: string, shapes: readonly Shape[]): TracedFront {
  const context = new FrontContext(model, path);
  const inputs = model.inputs.map(({ name }, i) => placeholder({ shape: shapes[i]!, name }));
  try {
    model.trace(inputs, context);
  } catch (error) {
    if (error instanceof Arrived) {
      const { target } = error;
      const seeds = context.seeds.map(({ node }) => node);
      return { traced: { model, inputs, outputs: target.outputs, layers: [target], seeds }, target };
    }
    if (!(error instanceof FoveaError)) throw error;
    throw new ShapeError(
      `${how}: images of another size than the model's do not reach layer '${path}', since a layer before it fixes the size: ` +
        `${error.message} Leave \`size\` out, or choose a layer before that one.`,
      { cause: error },
    );
  }
  throw new ShapeError(`${how}: layer '${path}' was not reached with images of another size.`);
}

/**
 * The nodes from inputs of these shapes to the layer of that path, kept until the model's layers change. Throws ShapeError
 * when a layer on the way, or one that stands before it in the model, takes no images of that size.
 */
export function traceFront(how: string, model: Model, path: string, shapes: readonly Shape[]): TracedFront {
  const { graph } = model;
  const known = fronts.get(model);
  const entry = known?.graph === graph ? known : { graph, kept: new Map<string, TracedFront>() };
  fronts.set(model, entry);
  const key = `${path} ${JSON.stringify(shapes)}`;
  const front = entry.kept.get(key) ?? trace(how, model, path, shapes);
  entry.kept.delete(key);
  entry.kept.set(key, front);
  const [oldest] = entry.kept.keys();
  if (entry.kept.size > LIMIT) entry.kept.delete(oldest!);
  return front;
}
