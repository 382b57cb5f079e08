/** @file Inception v3 (Szegedy et al. 2015, arXiv 1512.00567). */

import {
  activation,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  maxPooling2d,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { Application, application } from './application.ts';
import { kernelsFile, type WeightsFile } from './weights-file.ts';

/** One convolution: channels, kernel as height × width, and whether it halves height and width. */
type Conv = readonly [
  filters: number,
  kernel: '1x1' | '3x3' | '5x5' | '1x7' | '7x1' | '1x3' | '3x1',
  'halve'?,
];

/** A convolution, normalized without a factor, then ReLU. Layers have automatic names. */
function conv(
  x: SymbolicTensor,
  [filters, kernel, halve]: Conv,
  padding: 'same' | 'valid' = halve === undefined ? 'same' : 'valid',
): SymbolicTensor {
  const kernelSize = kernel.split('x').map(Number);
  const strides = halve === undefined ? 1 : 2;
  const maps = conv2d({ filters, kernelSize, strides, padding, useBias: false }).apply(x);
  return activation({ activation: 'relu' }).apply(batchNormalization({ axis: 3, scale: false }).apply(maps));
}

const convs = (x: SymbolicTensor, list: readonly Conv[]): SymbolicTensor =>
  list.reduce((maps, each) => conv(maps, each), x);
const averaged = (x: SymbolicTensor): SymbolicTensor =>
  averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }).apply(x);
const halved = (x: SymbolicTensor): SymbolicTensor => maxPooling2d({ poolSize: 3, strides: 2 }).apply(x);
const joined = (branches: readonly SymbolicTensor[], name?: string): SymbolicTensor =>
  concatenate(name === undefined ? { axis: 3 } : { axis: 3, name }).apply(branches);

/** Branches of convolutions, and one that pools first, side by side. */
function mixed(
  x: SymbolicTensor,
  index: number,
  branches: readonly (readonly Conv[])[],
  pooled: number | 'halve',
): SymbolicTensor {
  const results = branches.map((branch) => convs(x, branch));
  const last = pooled === 'halve' ? halved(x) : conv(averaged(x), [pooled, '1x1']);
  return joined([...results, last], `mixed${index}`);
}

/** The first three: 35 × 35. */
function mixed35(x: SymbolicTensor, index: number, pooled: number): SymbolicTensor {
  const branches: readonly (readonly Conv[])[] = [
    [[64, '1x1']],
    [
      [48, '1x1'],
      [64, '5x5'],
    ],
    [
      [64, '1x1'],
      [96, '3x3'],
      [96, '3x3'],
    ],
  ];
  return mixed(x, index, branches, pooled);
}

/** Four with kernels of 1×7 and 7×1, 17 × 17; `inside`: channels within the branches. */
function mixed17(x: SymbolicTensor, index: number, inside: number): SymbolicTensor {
  const branches: readonly (readonly Conv[])[] = [
    [[192, '1x1']],
    [
      [inside, '1x1'],
      [inside, '1x7'],
      [192, '7x1'],
    ],
    [
      [inside, '1x1'],
      [inside, '7x1'],
      [inside, '1x7'],
      [inside, '7x1'],
      [192, '1x7'],
    ],
  ];
  return mixed(x, index, branches, 192);
}

/** The last two, 8 × 8: branches that end in 1×3 beside 3×1. */
function mixed8(x: SymbolicTensor, index: number): SymbolicTensor {
  const both = (from: SymbolicTensor, name?: string) =>
    joined([conv(from, [384, '1x3']), conv(from, [384, '3x1'])], name);
  const first = conv(x, [320, '1x1']);
  const second = both(conv(x, [384, '1x1']), `mixed9_${index - 9}`);
  const third = both(
    convs(x, [
      [448, '1x1'],
      [384, '3x3'],
    ]),
  );
  return joined([first, second, third, conv(averaged(x), [192, '1x1'])], `mixed${index}`);
}

/** Branches of small and factored convolutions side by side. */
export class InceptionV3 extends Application {
  static override readonly className = 'InceptionV3';
  static override readonly preprocessing = 'tf';
  protected readonly defaultName = 'inception_v3';
  protected override readonly minSize = 75;
  protected override readonly namesPooling = 'on top';

  override get defaultSize(): number {
    return 299;
  }

  weightsFile(): WeightsFile {
    return kernelsFile('inception_v3', 'inception_v3', this.includeTop, [
      '9a0d58056eeedaa3f26cb7ebd46da564',
      'bcbd6486424b2319ff4ef7d526e38f63',
    ]);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    let x = conv(conv(images, [32, '3x3', 'halve']), [32, '3x3'], 'valid');
    x = halved(conv(x, [64, '3x3']));
    x = halved(conv(conv(x, [80, '1x1'], 'valid'), [192, '3x3'], 'valid'));
    for (const [index, pooled] of [32, 64, 64].entries()) x = mixed35(x, index, pooled);
    x = mixed(
      x,
      3,
      [
        [[384, '3x3', 'halve']],
        [
          [64, '1x1'],
          [96, '3x3'],
          [96, '3x3', 'halve'],
        ],
      ],
      'halve',
    );
    for (const [i, inside] of [128, 160, 160, 192].entries()) x = mixed17(x, 4 + i, inside);
    const branches: readonly (readonly Conv[])[] = [
      [
        [192, '1x1'],
        [320, '3x3', 'halve'],
      ],
      [
        [192, '1x1'],
        [192, '1x7'],
        [192, '7x1'],
        [192, '3x3', 'halve'],
      ],
    ];
    return mixed8(mixed8(mixed(x, 8, branches, 'halve'), 9), 10);
  }
}

/** Inception v3: images of 299 × 299, pixels from -1 to 1. */
export const inceptionV3 = application(InceptionV3);
