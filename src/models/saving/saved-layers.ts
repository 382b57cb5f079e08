/** @file Where the weights of a model's layers lie in Keras 3 files (`saving_lib.py`, `_save_container_state`). */

import { UnsupportedError } from '../../base/errors.ts';
import { toSnakeCase } from '../../base/names.ts';
import type { Shape } from '../../base/shape.ts';
import { InputLayer } from '../../layers/input-layer.ts';
import type { Layer } from '../../layers/layer.ts';
import type { CompiledState } from './compile-config.ts';

/** What saving needs of a model. */
export interface ModelLayer extends Layer {
  readonly layers: readonly Layer[];
  /** True for Sequential and Functional, whose layers are a list. */
  readonly isGraph: boolean;
}

/** What can be saved: a model and, once compiled, its optimizer, loss and metrics. */
export interface SavableModel extends ModelLayer {
  readonly compiled: CompiledState | null;
  /** Names of the classes that the model tells apart; null without. */
  readonly classNames: readonly string[] | null;
  readonly graph: {
    readonly inputs: readonly { readonly shape: Shape }[];
    readonly outputs: readonly { readonly shape: Shape }[];
  } | null;
}

/** A layer or model and its place in a file. */
export interface SavedLayer {
  /** '' for the model itself, else such as `layers/sequential/layers/conv2d_1`. */
  readonly path: string;
  readonly layer: Layer;
}

/** True for models. */
export function isModel(layer: Layer): layer is ModelLayer {
  return 'layers' in layer;
}

/**
 * `model` and all layers in it, each once, in the order of Keras' files. Names count classes, not layers' own names:
 * `conv2d`, `conv2d_1`, …
 */
export function savedLayers(model: Layer): SavedLayer[] {
  const seen = new Set<Layer>();
  const visit = (layer: Layer, path: string): SavedLayer[] => {
    if (seen.has(layer)) return [];
    seen.add(layer);
    const prefix = path === '' ? '' : `${path}/`;
    const places =
      isModel(layer) && layer.isGraph
        ? inList(layer.layers).map(([name, child]) => [`layers/${name}`, child] as const)
        : inProperties(layer);
    return [{ path, layer }, ...places.flatMap(([name, child]) => visit(child, `${prefix}${name}`))];
  };
  return visit(model, '');
}

/** Layers of a list, named by their classes: `conv2d`, `conv2d_1`, … */
function inList(layers: readonly Layer[]): (readonly [name: string, layer: Layer])[] {
  const used = new Map<string, number>();
  return layers.map((layer) => {
    const name = toSnakeCase(layer.className);
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return [count === 0 ? name : `${name}_${count}`, layer];
  });
}

/** The layers that a composite layer tracks, named by its properties in the order of the alphabet, as Keras does. */
function inProperties(owner: Layer): (readonly [path: string, layer: Layer])[] {
  if (owner.subLayers.length === 0) return [];
  const tracked = new Set(owner.subLayers);
  const isTracked = (value: unknown): value is Layer => tracked.has(value as Layer);
  // Of a model, Keras finds the list of all layers among the properties.
  const entries = [...Object.entries(owner), ...(isModel(owner) ? [['layers', owner.layers] as const] : [])];
  const places = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]): (readonly [string, Layer])[] => {
      if (isTracked(value)) return [[name, value]];
      if (!Array.isArray(value) || !value.some(isTracked)) return [];
      return inList(value.filter(isTracked)).map(([inner, layer]) => [`${name}/${inner}`, layer]);
    });
  const found = new Set(places.map(([, layer]) => layer));
  const hidden = owner.subLayers.find((layer) => !found.has(layer));
  if (hidden === undefined) return places;
  throw new UnsupportedError(
    `Layer '${owner.name}' (${owner.className}) tracks '${hidden.name}', but none of its public properties, nor a list in one, ` +
      'holds it: files name layers inside by the property. Keep it in a property that does not begin with #.',
  );
}

/**
 * Throws UnsupportedError when a layer is part of two of the models in `model`: it would be read as two layers. Inputs may
 * be: they have no weights, and each model reads its own.
 */
export function checkNotShared(model: Layer): void {
  const owners = new Map<Layer, Layer>();
  const visit = (owner: ModelLayer): void => {
    for (const layer of owner.layers) {
      const other = owners.get(layer);
      if (other !== undefined && other !== owner && !(layer instanceof InputLayer)) {
        throw new UnsupportedError(
          `Layer '${layer.name}' is part of both '${other.name}' and '${owner.name}'; saving such a model as one file is ` +
            'not supported. Save the weights with saveWeights(), or make one of the models without that layer.',
        );
      }
      if (other === undefined && isModel(layer)) visit(layer);
      owners.set(layer, owner);
    }
  };
  if (isModel(model)) visit(model);
}
