/** @file Xception (Chollet 2016, arXiv 1610.02357). */

import {
  activation,
  add,
  batchNormalization,
  conv2d,
  maxPooling2d,
  separableConv2d,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { Application, application } from './application.ts';
import { kernelsFile, type WeightsFile } from './weights-file.ts';

const normalized = (x: SymbolicTensor, name: string): SymbolicTensor =>
  batchNormalization({ name: `${name}_bn` }).apply(x);
const relu = (x: SymbolicTensor, name: string): SymbolicTensor =>
  activation({ activation: 'relu', name: `${name}_act` }).apply(x);

function convolved(x: SymbolicTensor, filters: number, strides: number, name: string): SymbolicTensor {
  return relu(
    normalized(conv2d({ filters, kernelSize: 3, strides, useBias: false, name }).apply(x), name),
    name,
  );
}

function separable(x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  const options = { filters, kernelSize: 3, padding: 'same', useBias: false, name } as const;
  return normalized(separableConv2d(options).apply(x), name);
}

/** The shortcut of a block that halves height and width. */
function shortcut(x: SymbolicTensor, filters: number): SymbolicTensor {
  const options = { filters, kernelSize: 1, strides: 2, padding: 'same', useBias: false } as const;
  return batchNormalization().apply(conv2d(options).apply(x));
}

/** A block that halves height and width; the first of them has no ReLU before it, and another name after its first half. */
function halving(inputs: SymbolicTensor, block: number, filters: readonly [number, number]): SymbolicTensor {
  const name = `block${block}`;
  const beside = shortcut(inputs, filters[1]);
  let x = block === 2 ? inputs : relu(inputs, `${name}_sepconv1`);
  x = separable(x, filters[0], `${name}_sepconv1`);
  x = separable(relu(x, `${name}_sepconv2`), filters[1], `${name}_sepconv2`);
  x = maxPooling2d({ poolSize: 3, strides: 2, padding: 'same', name: `${name}_pool` }).apply(x);
  return add().apply([x, beside]);
}

/** A block of the middle, which keeps the size. */
function keeping(inputs: SymbolicTensor, block: number): SymbolicTensor {
  let x = inputs;
  for (let i = 1; i <= 3; i++) {
    const name = `block${block}_sepconv${i}`;
    x = separable(relu(x, name), 728, name);
  }
  return add().apply([x, inputs]);
}

/** Convolutions within channels and over channels in turns, with shortcuts around each two or three of them. */
export class Xception extends Application {
  static override readonly className = 'Xception';
  static override readonly preprocessing = 'tf';
  protected readonly defaultName = 'xception';
  protected override readonly minSize = 71;
  protected override readonly namesPooling = 'on top';

  override get defaultSize(): number {
    return 299;
  }

  weightsFile(): WeightsFile {
    return kernelsFile('xception', 'xception', this.includeTop, [
      '0a58e3b7378bc2990ea3b43d5981f1f6',
      'b0042744bf5b25fce3cb969f33bebb97',
    ]);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    let x = convolved(convolved(images, 32, 2, 'block1_conv1'), 64, 1, 'block1_conv2');
    for (const [block, filters] of [[2, 128] as const, [3, 256] as const, [4, 728] as const]) {
      x = halving(x, block, [filters, filters]);
    }
    for (let block = 5; block <= 12; block++) x = keeping(x, block);
    x = halving(x, 13, [728, 1024]);
    for (const [i, filters] of [1536, 2048].entries()) {
      const name = `block14_sepconv${i + 1}`;
      x = relu(separable(x, filters, name), name);
    }
    return x;
  }
}

/** Xception: images of 299 × 299, pixels from -1 to 1. */
export const xception = application(Xception);
