/** @file A classifier on a pretrained network: pixels, augmentation, the frozen base, the new head; and unfreezing. */

import { unknownNameError } from '../../base/suggest.ts';
import { input, layers, type Sequential, sequential, tensor } from '../../index.ts';
import { UsageError } from '../command-error.ts';
import { type Augmentation, augmentationLayers } from '../convnets.ts';
import type { Network } from '../network.ts';
import type { Base } from './open-base.ts';

const MEANS = [123.68, 116.779, 103.939];
const [TORCH_MEANS, TORCH_DEVIATIONS] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];
const DROPOUT = 0.5;

/** The layers that bring bytes to the pixels that the base was trained on. */
function addPixels(net: Sequential, { pixels }: Base): void {
  switch (pixels) {
    case 'none':
      return;
    case 'unit':
      net.add(layers.rescaling({ scale: 1 / 255 }));
      return;
    case 'tf':
      net.add(layers.rescaling({ scale: 1 / 127.5, offset: -1 }));
      return;
    case 'torch':
      net.add(
        layers.rescaling({
          scale: TORCH_DEVIATIONS!.map((deviation) => 1 / (255 * deviation)),
          offset: TORCH_MEANS!.map((mean, i) => -mean / TORCH_DEVIATIONS![i]!),
        }),
      );
      return;
    case 'caffe':
      net.add(layers.rescaling({ scale: [1, 1, 1], offset: MEANS.map((mean) => -mean) }));
      // From RGB to BGR: each channel is another one as it is.
      net.add(
        layers.conv2d({ name: 'rgb_to_bgr', filters: 3, kernelSize: 1, useBias: false, trainable: false }),
      );
  }
}

/** The network; its base is frozen. Bytes go in. */
export function transferNetwork(base: Base, classCount: number, augment: Augmentation | null): Network {
  const net = sequential();
  net.add(input({ shape: [...base.imageShape] }));
  for (const layer of augment === null ? [] : augmentationLayers(augment)) net.add(layer);
  addPixels(net, base);
  base.net.trainable = false;
  net.add(base.net);
  if (base.net.outputs[0]!.shape.length === 4) net.add(layers.globalAveragePooling2d());
  net.add(layers.dropout({ rate: DROPOUT }));
  net.add(
    classCount === 2
      ? layers.dense({ units: 1, activation: 'sigmoid' })
      : layers.dense({ units: classCount, activation: 'softmax' }),
  );
  if (base.pixels === 'caffe') {
    net.getLayer('rgb_to_bgr').setWeights([tensor([0, 0, 1, 0, 1, 0, 1, 0, 0], [1, 1, 3, 3])]);
  }
  return net;
}

/** The layers of the base from `name` on that fine-tuning trains. Throws UsageError for a layer that it does not have. */
function fineTuned(base: Network, name: string) {
  const at = base.layers.findIndex((layer) => layer.name === name);
  if (at >= 0) return base.layers.slice(at).filter(({ className }) => className !== 'BatchNormalization');
  const { message } = unknownNameError(
    'layer',
    name,
    base.layers.map((layer) => layer.name),
  );
  throw new UsageError(`--fine-tune: ${message}`);
}

/** Throws UsageError for a layer that the base does not have, and for one from which on it has no weights to train. */
export function checkFineTuned(base: Network, name: string): void {
  if (fineTuned(base, name).some(({ weights }) => weights.length > 0)) return;
  throw new UsageError(
    `--fine-tune ${name}: no layer from there on has weights that could train. Name a layer nearer to the images.`,
  );
}

/**
 * Lets the base's layers from `name` on train. Normalizations keep their statistics: batches of few photos would spoil them.
 * Throws UsageError for a layer that it does not have.
 */
export function unfreezeFrom(base: Network, name: string): void {
  const trained = new Set(fineTuned(base, name));
  base.trainable = true;
  for (const layer of base.layers) layer.trainable = trained.has(layer);
}
