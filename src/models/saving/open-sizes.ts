/** @file Models of files whose images can have any size, `(None, None, 3)` in Keras: here each is made for one size. */

import { type Config, type ConfigValue, isKerasObject } from '../../base/config.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { isRecord, sortedNames } from '../structure.ts';

/** Where configs have a shape with batch. */
const SHAPES = ['batch_shape', 'batch_input_shape'] as const;

/** The shape of a sample that the layer's config leaves open; null where it does not. */
function openShape(layer: ConfigValue | undefined): Shape | null {
  if (!isKerasObject(layer) || !isRecord(layer.config)) return null;
  const config = layer.config as Config;
  const shape = SHAPES.map((key) => config[key]).find(Array.isArray);
  return shape?.slice(1).includes(null) ? (shape.slice(1) as Shape) : null;
}

/** Layers of a model's config; null for other layers. */
function layersOf(object: ConfigValue | undefined): readonly ConfigValue[] | null {
  if (!isKerasObject(object)) return null;
  const config = object.config as ConfigValue | undefined;
  const layers = isRecord(config) ? (config as Config).layers : config;
  return Array.isArray(layers) ? layers : null;
}

/** The names of a Functional's inputs, in the order in which it takes them; null for a Sequential. */
function inputNames(object: Config): readonly ConfigValue[] | null {
  const places = isRecord(object.config) ? (object.config as Config).input_layers : undefined;
  const names = (value: ConfigValue | undefined): ConfigValue[] => {
    if (Array.isArray(value)) return typeof value[1] === 'number' ? [value[0]!] : value.flatMap(names);
    return isRecord(value) ? sortedNames(value).flatMap((name) => names((value as Config)[name])) : [];
  };
  return places === undefined ? null : names(places);
}

/** Whether a file's layer is a model that leaves the size of an input open, also where it begins with another such model. */
export function hasOpenSize(object: ConfigValue | undefined): boolean {
  const layers = layersOf(object);
  if (layers === null) return false;
  const names = inputNames(object as Config);
  if (names === null) return openShape(layers[0]) !== null || hasOpenSize(layers[0]);
  return layers.some((layer) => names.includes(nameOf(layer)) && openShape(layer) !== null);
}

function nameOf(layer: ConfigValue): ConfigValue {
  const { config, name } = (isRecord(layer) ? layer : {}) as Config;
  return name ?? (isRecord(config) ? (config as Config).name : undefined) ?? null;
}

/** The model with inputs of these shapes, with batch, in the places of those that it leaves open. */
export function withSizes(object: Config, shapes: readonly Shape[]): Config {
  const names = inputNames(object);
  return withLayers(object, (layer, index) => {
    const place = names === null ? index : names.indexOf(nameOf(layer));
    const shape = place < 0 ? undefined : shapes[place];
    return shape === undefined || !isRecord(layer) ? layer : filled(layer as Config, shape);
  });
}

function withLayers(object: Config, change: (layer: ConfigValue, index: number) => ConfigValue): Config {
  const layers = layersOf(object)!.map(change);
  if (Array.isArray(object.config)) return { ...object, config: layers };
  const { build_input_shape: _open, ...config } = object.config as Config;
  return { ...object, config: { ...config, layers } };
}

/** An input layer, a layer that says what it takes, or a model at the beginning of another. */
function filled(layer: Config, shape: Shape): Config {
  if (hasOpenSize(layer)) return withSizes(layer, [shape]);
  if (openShape(layer) === null) return layer;
  const config = layer.config as Config;
  const shapes = SHAPES.filter((key) => Array.isArray(config[key])).map((key) => [
    key,
    [(config[key] as ConfigValue[])[0]!, ...shape.slice(1)],
  ]);
  return { ...layer, config: { ...config, ...Object.fromEntries(shapes) } };
}

/** The inputs that a model leaves open. */
function openInputs(object: ConfigValue | undefined): readonly Shape[] {
  const layers = layersOf(object) ?? [];
  const names = layers.length === 0 ? null : inputNames(object as Config);
  const inputs =
    names === null ? layers.slice(0, 1) : layers.filter((layer) => names.includes(nameOf(layer)));
  return inputs.flatMap((layer) => {
    const shape = openShape(layer);
    return shape === null ? openInputs(layer) : [shape];
  });
}

/**
 * A file's model for samples of shape `inputShape`, in all inputs that it leaves open. Throws ValueError where it leaves none open,
 * ShapeError for another number of extents, or another extent than it says.
 */
export function withInputShape(object: Config, inputShape: readonly number[]): Config {
  const open = openInputs(object);
  if (open.length === 0) {
    throw new ValueError(
      `The model of the file says itself what shape its inputs have; expected none to be given, received ${formatShape(inputShape)}. ` +
        'inputShape is for models that take images of any size.',
    );
  }
  const other = open.find(
    (shape) =>
      shape.length !== inputShape.length ||
      shape.some((extent, axis) => extent !== null && extent !== inputShape[axis]),
  );
  if (other !== undefined) {
    throw new ShapeError(
      `The model of the file takes samples of shape ${formatShape(other)}, where null is any number; inputShape ${formatShape(inputShape)} ` +
        'does not fit.',
    );
  }
  const count = inputNames(object)?.length ?? 1;
  return withSizes(object, Array<Shape>(count).fill([null, ...inputShape]));
}
