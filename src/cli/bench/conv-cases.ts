/** @file The convolutions that are measured: layers of well-known networks, their sources already padded. */

import type { ConvShape } from '../../kernels/conv-shape.ts';

/** A layer: its numbers, and how many samples one call computes. */
export interface ConvCase {
  readonly name: string;
  readonly shape: ConvShape;
  readonly samples: number;
  /** The first layer of a network: few channels, and no input gradient is needed. */
  readonly first: boolean;
}

function convCase(
  name: string,
  size: number,
  channels: readonly [ic: number, oc: number],
  kernel: number,
  { stride = 1, samples = 1 }: { readonly stride?: number; readonly samples?: number } = {},
): ConvCase {
  const [ic, oc] = channels;
  const out = Math.floor((size - kernel) / stride) + 1;
  const shape = {
    ...{ ih: size, iw: size, ic, oh: out, ow: out, oc },
    ...{ kh: kernel, kw: kernel, sh: stride, sw: stride, dh: 1, dw: 1 },
  };
  return { name, shape, samples, first: ic <= 3 };
}

/** The chapter is 5.1 of Chollet, Deep Learning with Python; ResNet: arXiv:1512.03385, table 1; VGG: arXiv:1409.1556. */
export const CONV_CASES: readonly ConvCase[] = [
  convCase('chapter conv 1', 28, [1, 32], 3, { samples: 8 }),
  convCase('chapter conv 2', 13, [32, 64], 3, { samples: 8 }),
  convCase('chapter conv 3', 5, [64, 64], 3, { samples: 8 }),
  convCase('ResNet 3x3 at 56', 58, [64, 64], 3),
  convCase('ResNet 3x3 at 28', 30, [128, 128], 3),
  convCase('ResNet 3x3 at 14', 16, [256, 256], 3),
  convCase('ResNet 3x3 at 7', 9, [512, 512], 3),
  convCase('ResNet 1x1 at 56, widening', 56, [64, 256], 1),
  convCase('ResNet 1x1 at 56, narrowing', 56, [256, 64], 1),
  convCase('ResNet 1x1 at 28', 28, [512, 128], 1),
  convCase('ResNet 1x1 at 14', 14, [1024, 256], 1),
  convCase('ResNet 1x1 at 7', 7, [512, 2048], 1),
  convCase('ResNet first 7x7, stride 2', 230, [3, 64], 7, { stride: 2 }),
  convCase('VGG first 3x3', 226, [3, 64], 3),
  convCase('3x3, 16 channels', 34, [16, 16], 3, { samples: 4 }),
  convCase('3x3, 48 channels', 30, [48, 48], 3, { samples: 2 }),
  convCase('5x5', 18, [32, 64], 5, { samples: 2 }),
  convCase('3x3, stride 2', 57, [64, 128], 3, { stride: 2 }),
  convCase('1x1, stride 2', 56, [256, 512], 1, { stride: 2 }),
];
