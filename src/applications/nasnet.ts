/** @file NASNet-A (4 @ 1056), "mobile" (Zoph et al. 2017, arXiv 1707.07012). */

import {
  activation,
  add,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  cropping2d,
  maxPooling2d,
  separableConv2d,
  zeroPadding2d,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { Application, application } from './application.ts';
import { borderForStride2, channelsOf } from './blocks.ts';
import { type WeightsFile, weightsFile } from './weights-file.ts';

/** Channels of the first cells: those of the last maps over 24. */
const FILTERS = 44;
/** Cells in a row that keep the size. */
const CELLS = 4;

const relu = (x: SymbolicTensor): SymbolicTensor => activation({ activation: 'relu' }).apply(x);
const normalized = (x: SymbolicTensor, name: string): SymbolicTensor =>
  batchNormalization({ momentum: 0.9997, epsilon: 1e-3, name }).apply(x);
const sum = (a: SymbolicTensor, b: SymbolicTensor, name: string): SymbolicTensor =>
  add({ name }).apply([a, b]);

function pointwise(x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  const options = { filters, kernelSize: 1, padding: 'same', useBias: false, name } as const;
  return conv2d({ ...options, kernelInitializer: 'heNormal' }).apply(x);
}

function averaged(x: SymbolicTensor, name: string): SymbolicTensor {
  return averagePooling2d({ poolSize: 3, strides: 1, padding: 'same', name }).apply(x);
}

/** What a cell is made from: the maps before it and those before these, the channels, and the end of its layers' names. */
interface Cell {
  readonly inputs: SymbolicTensor;
  readonly before: SymbolicTensor;
  readonly filters: number;
  readonly id: string;
}

/** ReLU and a separable convolution, twice; the first may halve height and width. */
function separable(
  inputs: SymbolicTensor,
  { filters }: Cell,
  kernelSize: number,
  id: string,
  strides = 1,
): SymbolicTensor {
  let x = relu(inputs);
  if (strides === 2) {
    const padding = borderForStride2(x, kernelSize);
    x = zeroPadding2d({ padding, name: `separable_conv_1_pad_${id}` }).apply(x);
  }
  const options = { filters, kernelSize, useBias: false } as const;
  const padding = strides === 2 ? 'valid' : 'same';
  x = separableConv2d({ ...options, strides, padding, name: `separable_conv_1_${id}` }).apply(x);
  x = relu(normalized(x, `separable_conv_1_bn_${id}`));
  x = separableConv2d({ ...options, padding: 'same', name: `separable_conv_2_${id}` }).apply(x);
  return normalized(x, `separable_conv_2_bn_${id}`);
}

/** The maps before those of the cell, in the size and with the channels that it works with. */
function adjusted(
  before: SymbolicTensor | null,
  inputs: SymbolicTensor,
  filters: number,
  id: string,
): SymbolicTensor {
  if (before === null) return inputs;
  if (before.shape[2] !== inputs.shape[2]) return halvedTwice(before, filters, id);
  if (channelsOf(before) === filters) return before;
  return normalized(pointwise(relu(before), filters, `adjust_conv_projection_${id}`), `adjust_bn_${id}`);
}

/** Every second pixel, and beside them those at one row and column further. */
function halvedTwice(inputs: SymbolicTensor, filters: number, id: string): SymbolicTensor {
  const half = (x: SymbolicTensor, i: number) => {
    const pooled = averagePooling2d({ poolSize: 1, strides: 2, name: `adjust_avg_pool_${i}_${id}` }).apply(x);
    return pointwise(pooled, Math.trunc(filters / 2), `adjust_conv_${i}_${id}`);
  };
  const x = activation({ activation: 'relu', name: `adjust_relu_1_${id}` }).apply(inputs);
  const first = half(x, 1);
  const moved = zeroPadding2d({
    padding: [
      [0, 1],
      [0, 1],
    ],
  }).apply(x);
  const second = half(
    cropping2d({
      cropping: [
        [1, 0],
        [1, 0],
      ],
    }).apply(moved),
    2,
  );
  return normalized(concatenate().apply([first, second]), `adjust_bn_${id}`);
}

/** The maps of the cell with its channels; `kind` begins the names. */
function squeezed(
  { inputs, filters, id }: Omit<Cell, 'before'>,
  kind: 'normal' | 'reduction',
): SymbolicTensor {
  return normalized(pointwise(relu(inputs), filters, `${kind}_conv_1_${id}`), `${kind}_bn_1_${id}`);
}

/** A cell that keeps height and width. */
function normalCell(
  inputs: SymbolicTensor,
  earlier: SymbolicTensor,
  filters: number,
  id: string,
): SymbolicTensor {
  const before = adjusted(earlier, inputs, filters, id);
  const cell: Cell = { inputs, before, filters, id };
  const h = squeezed(cell, 'normal');
  const named = (what: string) => `normal_${what}_${id}`;
  const left1 = separable(h, cell, 5, named('left1'));
  const x1 = sum(left1, separable(before, cell, 3, named('right1')), named('add_1'));
  const left2 = separable(before, cell, 5, named('left2'));
  const x2 = sum(left2, separable(before, cell, 3, named('right2')), named('add_2'));
  const x3 = sum(averaged(h, named('left3')), before, named('add_3'));
  const left4 = averaged(before, named('left4'));
  const x4 = sum(left4, averaged(before, named('right4')), named('add_4'));
  const x5 = sum(separable(h, cell, 3, named('left5')), h, named('add_5'));
  return concatenate({ name: named('concat') }).apply([before, x1, x2, x3, x4, x5]);
}

/** A cell that halves height and width. */
function reductionCell(
  inputs: SymbolicTensor,
  earlier: SymbolicTensor | null,
  filters: number,
  id: string,
): SymbolicTensor {
  const before = adjusted(earlier, inputs, filters, id);
  const cell: Cell = { inputs, before, filters, id };
  const h = squeezed(cell, 'reduction');
  const named = (what: string) => `reduction_${what}_${id}`;
  const padded = zeroPadding2d({ padding: borderForStride2(h, 3), name: named('pad_1') }).apply(h);
  const left1 = separable(h, cell, 5, named('left1'), 2);
  const x1 = sum(left1, separable(before, cell, 7, named('right1'), 2), named('add_1'));
  const left2 = maxPooling2d({ poolSize: 3, strides: 2, name: named('left2') }).apply(padded);
  const x2 = sum(left2, separable(before, cell, 7, named('right2'), 2), named('add_2'));
  const left3 = averagePooling2d({ poolSize: 3, strides: 2, name: named('left3') }).apply(padded);
  const x3 = sum(left3, separable(before, cell, 5, named('right3'), 2), named('add3'));
  const x4 = add().apply([x2, averaged(x1, named('left4'))]);
  const left5 = separable(x1, cell, 3, named('left4'));
  const right5 = maxPooling2d({ poolSize: 3, strides: 2, name: named('right5') }).apply(padded);
  return concatenate({ name: named('concat') }).apply([x2, x3, x4, sum(left5, right5, named('add4'))]);
}

/** Cells that were found by search; each sees the maps of the two before it. */
export class NASNetMobile extends Application {
  static override readonly className = 'NASNetMobile';
  static override readonly preprocessing = 'tf';
  protected readonly defaultName = 'nasnet_mobile';
  protected override readonly namesPooling = 'never';

  weightsFile(): WeightsFile {
    return this.includeTop
      ? weightsFile('nasnet/NASNet-mobile.h5', '020fb642bf7360b370c678b08e0adf61', 'nasnet_mobile.h5')
      : weightsFile(
          'nasnet/NASNet-mobile-no-top.h5',
          '1ed92395b5b598bdda52abe5c0dbfd63',
          'nasnet_mobile_no_top.h5',
        );
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    const options = { filters: 32, kernelSize: 3, strides: 2, useBias: false, name: 'stem_conv1' } as const;
    const stem = conv2d({ ...options, kernelInitializer: 'heNormal' }).apply(images);
    const first = normalized(stem, 'stem_bn1');
    const second = reductionCell(first, null, FILTERS / 4, 'stem_1');
    let before = second;
    let x = reductionCell(second, first, FILTERS / 2, 'stem_2');
    for (let group = 0; group < 3; group++) {
      const filters = FILTERS * 2 ** group;
      const start = group * CELLS;
      if (group > 0) [x, before] = [reductionCell(x, before, filters, `reduce_${start}`), x];
      const firstId = group === 0 ? 0 : start + 1;
      for (let i = 0; i < CELLS; i++) [x, before] = [normalCell(x, before, filters, `${firstId + i}`), x];
    }
    return relu(x);
  }
}

/** NASNet, mobile: images of 224 × 224, pixels from -1 to 1. */
export const nasNetMobile = application(NASNetMobile);
