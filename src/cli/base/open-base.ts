/** @file The pretrained network of `--base`: opened, cut after its last maps. */

import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import { nearestName } from '../../base/suggest.ts';
import { FormatError, loadModel, model } from '../../index.ts';
import { UsageError } from '../command-error.ts';
import { type Network, takesAnySize } from '../network.ts';
import { say } from '../output.ts';
import { type Pixels, pixelsOf } from '../pixels.ts';
import { baseByName, baseByWeightsFile, KNOWN_BASES, type NamedBase } from './known-bases.ts';

/** A network that gives maps, or numbers, for images. */
export interface Base {
  readonly net: Network;
  /** How it wants its pixels. */
  readonly pixels: Pixels;
  readonly imageShape: readonly [height: number, width: number, channels: number];
}

type Layer = Network['layers'][number];

const isModel = (layer: Layer): layer is Network => 'layers' in layer;

/** The shape of a layer's last result; null where it has several. */
function shapeOf(layer: Layer): readonly (number | null)[] | null {
  const outputs = layer.inboundCalls.at(-1)?.outputs ?? [];
  return outputs.length === 1 ? outputs[0]!.shape : null;
}

/** Whether the layer gives maps of more than one pixel. */
function givesMaps(layer: Layer): boolean {
  const shape = shapeOf(layer);
  return shape?.length === 4 && shape[1]! * shape[2]! > 1;
}

/** The part of a network that ends with its last maps. Throws UsageError for a network without. */
function upToLastMaps(net: Network, name: string): Network {
  const last = net.layers.findLast(
    (layer) => givesMaps(layer) && layer.inboundCalls.at(-1)!.inputs.length > 0,
  );
  if (last !== undefined) {
    // Models that nothing but the base follows keep their layers in reach.
    if (isModel(last) && net.layers.filter((layer) => layer.className !== 'InputLayer').indexOf(last) === 0) {
      return upToLastMaps(last, name);
    }
    const output = last.inboundCalls.at(-1)!.outputs[0]!;
    if (output === net.outputs[0]) return net;
    return model({ inputs: net.inputs[0]!, outputs: output, name: net.name });
  }
  const inner = net.layers.find(isModel);
  if (inner !== undefined && givesImages(inner)) return upToLastMaps(inner, name);
  throw new UsageError(`--base ${name}: the model has no maps of images that a classifier could stand on.`);
}

function givesImages(net: Network): boolean {
  return net.built && net.inputs.length === 1 && net.inputs[0]!.shape.length === 4;
}

function imageShapeOf(net: Network, name: string): Base['imageShape'] {
  const [shape] = net.inputs.map((input) => input.shape);
  const [, height, width, channels] = shape ?? [];
  const fits =
    net.inputs.length === 1 && shape!.length === 4 && typeof height === 'number' && typeof width === 'number';
  if (fits && (channels === 1 || channels === 3)) return [height, width, channels];
  throw new UsageError(
    `--base ${name} takes ${net.inputs.map((input) => formatShape(input.shape)).join(' and ')}; expected images [null, height, width, 1 or 3].`,
  );
}

/** How a network from a file wants its pixels; one that is not known gets them from 0 to 1, as `fovea train` gives them. */
function saidPixels(net: Network, name: string): Pixels {
  const pixels = pixelsOf(net);
  if (pixels === 'unit') say(`Note: ${name} is no network that Fovea knows; it gets pixels from 0 to 1.`);
  return pixels;
}

async function makeKnown(
  { base, alpha }: NamedBase,
  weights: string,
  includeTop: boolean,
  size: readonly [number, number] | undefined,
): Promise<Base> {
  const [height, width] = size ?? [base.size, base.size];
  const inputShape = [height, width, 3];
  const net = await base
    .make({ weights, includeTop, inputShape, ...(alpha === undefined ? {} : { alpha }) })
    .catch((error: unknown) => {
      // The size and the width are what the user chose.
      if (!(error instanceof ValueError || error instanceof ShapeError)) throw error;
      throw new UsageError(`--base ${base.name}: ${error.message}`, { cause: error });
    });
  return { net: upToLastMaps(net, base.name), pixels: base.pixels, imageShape: [height, width, 3] };
}

/** The names for messages and help. */
export const BASE_NAMES = KNOWN_BASES.map(({ name }) => name).join(', ');

function unknownBase(text: string): UsageError {
  const nearest = nearestName(
    text,
    KNOWN_BASES.map(({ name }) => name),
  );
  return new UsageError(
    `--base ${text}: there is no such file and no network of that name.${nearest === undefined ? '' : ` Did you mean '${nearest}'?`} ` +
      `Known: ${BASE_NAMES}; those of MobileNets with a width too, as in mobilenetv2-0.35.`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The model of a file; one that takes images of any size is made for `size`. Throws UsageError where the file says the size. */
async function openFile(path: string, size: readonly [number, number] | undefined): Promise<Network> {
  let net: Network;
  try {
    net = await loadModel(path, { compile: false });
  } catch (error) {
    if (!takesAnySize(error)) throw error;
    return loadModel(path, { compile: false, inputShape: [...(size ?? [224, 224]), 3] });
  }
  if (size === undefined) return net;
  throw new UsageError('--image-size is set by the model file of --base; leave it out.');
}

/**
 * Opens the network that `--base` names: one of `applications` with ImageNet's weights, a file of such weights under Keras'
 * name, or a model of any format, without its classifier. Throws UsageError where there is none, or `size` does not fit.
 */
export async function openBase(text: string, size: readonly [number, number] | undefined): Promise<Base> {
  if (!(await isFile(text))) {
    const known = baseByName(text);
    if (known === null) throw unknownBase(text);
    return makeKnown(known, 'imagenet', false, size);
  }
  const weights = baseByWeightsFile(basename(text));
  try {
    const opened = await openFile(text, size);
    // Of several inputs one might be an image, but the classifier's model has one.
    if (opened.built && opened.inputs.length !== 1) imageShapeOf(opened, text);
    const pixels = saidPixels(opened, text);
    const net = upToLastMaps(opened, text);
    return { net, pixels, imageShape: imageShapeOf(net, text) };
  } catch (error) {
    // Files of weights alone hold no model; their names say which one it is.
    if (!(error instanceof FormatError)) throw error;
    if (weights === null) {
      if (!/weights without a model/.test(error.message)) throw error;
      throw new UsageError(
        `--base ${text}: the file holds weights without a model, and its name is none of those that Keras gives to the weights of ImageNet of these networks: ${BASE_NAMES}. ` +
          'Name it so, or give a file of a whole model.',
      );
    }
  }
  return makeKnown(weights, text, weights.includeTop, size);
}
