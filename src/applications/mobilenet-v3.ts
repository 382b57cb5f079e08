/** @file MobileNetV3 (Howard et al. 2019, arXiv 1905.02244), small and large. */

import {
  activation,
  add as addLayer,
  batchNormalization,
  conv2d,
  depthwiseConv2d,
  dropout,
  flatten,
  globalAveragePooling2d,
  multiply,
  reLU,
  rescaling,
  zeroPadding2d,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { add, mul } from '../operations/index.ts';
import { withOptions } from '../options/configurable.ts';
import { flag, fraction } from '../options/kinds.ts';
import { application } from './application.ts';
import { borderForStride2, channelsOf, multipleOf8 } from './blocks.ts';
import { SizedApplication } from './sized-application.ts';
import { type WeightsFile, weightsFile } from './weights-file.ts';

/** A block: how much wider it is inside, its outputs, kernel, stride, gate, and activation. */
interface Block {
  readonly expansion: number;
  readonly channels: number;
  /** Kernels are 3×3 where it is false, and in minimalistic networks. */
  readonly wide: boolean;
  readonly stride: number;
  /** Whether channels are weighted by what they are in the whole image (squeeze and excite). */
  readonly gate: boolean;
  /** Whether the activation is ReLU also where others are hard swish. */
  readonly relu: boolean;
}

type Row = readonly [number, number, 3 | 5, number, 'gate' | '-', 'relu' | 'swish'];

function blocksOf(rows: readonly Row[]): readonly Block[] {
  return rows.map(([expansion, channels, kernel, stride, gate, act]) => ({
    ...{ expansion, channels, stride, wide: kernel === 5, gate: gate === 'gate', relu: act === 'relu' },
  }));
}

const SMALL = blocksOf([
  [1, 16, 3, 2, 'gate', 'relu'],
  [72 / 16, 24, 3, 2, '-', 'relu'],
  [88 / 24, 24, 3, 1, '-', 'relu'],
  [4, 40, 5, 2, 'gate', 'swish'],
  [6, 40, 5, 1, 'gate', 'swish'],
  [6, 40, 5, 1, 'gate', 'swish'],
  [3, 48, 5, 1, 'gate', 'swish'],
  [3, 48, 5, 1, 'gate', 'swish'],
  [6, 96, 5, 2, 'gate', 'swish'],
  [6, 96, 5, 1, 'gate', 'swish'],
  [6, 96, 5, 1, 'gate', 'swish'],
]);

const LARGE = blocksOf([
  [1, 16, 3, 1, '-', 'relu'],
  [4, 24, 3, 2, '-', 'relu'],
  [3, 24, 3, 1, '-', 'relu'],
  [3, 40, 5, 2, 'gate', 'relu'],
  [3, 40, 5, 1, 'gate', 'relu'],
  [3, 40, 5, 1, 'gate', 'relu'],
  [6, 80, 3, 2, '-', 'swish'],
  [2.5, 80, 3, 1, '-', 'swish'],
  [2.3, 80, 3, 1, '-', 'swish'],
  [2.3, 80, 3, 1, '-', 'swish'],
  [6, 112, 3, 1, 'gate', 'swish'],
  [6, 112, 3, 1, 'gate', 'swish'],
  [6, 160, 5, 2, 'gate', 'swish'],
  [6, 160, 5, 1, 'gate', 'swish'],
  [6, 160, 5, 1, 'gate', 'swish'],
]);

const pointwise = (x: SymbolicTensor, filters: number, name: string, useBias = true): SymbolicTensor =>
  conv2d({ filters, kernelSize: 1, padding: 'same', useBias, name }).apply(x);
const normalized = (x: SymbolicTensor, name: string): SymbolicTensor =>
  batchNormalization({ epsilon: 1e-3, momentum: 0.999, name }).apply(x);
const relu = (x: SymbolicTensor): SymbolicTensor => reLU().apply(x);

/** Each channel by a factor from 0 to 1 that depends on all channels. */
function gated(inputs: SymbolicTensor, channels: number, prefix: string): SymbolicTensor {
  const name = `${prefix}_squeeze_excite`;
  let x = globalAveragePooling2d({ keepdims: true, name: `${name}_avg_pool` }).apply(inputs);
  x = pointwise(x, multipleOf8(channels * 0.25), `${name}_conv`);
  x = reLU({ name: `${name}_relu` }).apply(x);
  x = pointwise(x, channels, `${name}_conv_1`);
  const factors = mul(reLU({ maxValue: 6 }).apply(add(x, 3)), 1 / 6);
  return multiply({ name: `${name}_mul` }).apply([inputs, factors]);
}

/** Blocks as in MobileNetV2, some with gates, some with 5×5 kernels and hard swish. It changes the pixels itself. */
abstract class MobileNetV3 extends withOptions(SizedApplication, {
  /** True: without gates, hard swish and 5×5 kernels. Default false. */
  minimalistic: flag(false),
  /** Fraction that is dropped before the classifier. Default 0.2. */
  dropoutRate: fraction(0.2),
  /** Whether the model brings pixels of 0 to 255 to -1…1 itself. Default true. */
  includePreprocessing: flag(true),
}) {
  protected readonly sizes = [224];
  protected abstract readonly blocks: readonly Block[];
  /** Channels before the classifier. */
  protected abstract readonly lastChannels: number;
  protected abstract readonly variant: 'small' | 'large';
  /** With and without the classifier, by what the file's name says of the network. */
  protected abstract readonly checksums: Readonly<Record<string, readonly [string, string]>>;

  protected override get alphas(): readonly number[] {
    return this.minimalistic ? [1] : [0.75, 1];
  }

  /** The classifier is a convolution and takes any size. */
  protected override get fixed(): boolean {
    return false;
  }

  weightsFile(): WeightsFile | null {
    if (!this.alphas.includes(this.alpha)) return null;
    const kind = this.minimalistic ? '_minimalistic' : '';
    const net = `${this.variant}${kind}_224_${this.alpha === 1 ? '1.0' : this.alpha}_float`;
    const [withTop, withoutTop] = this.checksums[net]!;
    const ending = this.includeTop ? '' : '_no_top_v2';
    return weightsFile(
      `mobilenet_v3/weights_mobilenet_v3_${net}${ending}.h5`,
      this.includeTop ? withTop : withoutTop,
    );
  }

  #activation(x: SymbolicTensor): SymbolicTensor {
    return this.minimalistic ? relu(x) : activation({ activation: 'hardSwish' }).apply(x);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    let x = this.includePreprocessing ? rescaling({ scale: 1 / 127.5, offset: -1 }).apply(images) : images;
    x = conv2d({
      ...{ filters: 16, kernelSize: 3, strides: 2, padding: 'same', useBias: false, name: 'conv' },
    }).apply(x);
    x = this.#activation(normalized(x, 'conv_bn'));
    x = this.blocks.reduce((from, block, i) => this.#block(from, block, i), x);
    x = normalized(pointwise(x, multipleOf8(channelsOf(x) * 6), 'conv_1', false), 'conv_1_bn');
    return this.#activation(x);
  }

  #block(inputs: SymbolicTensor, block: Block, index: number): SymbolicTensor {
    const { expansion, stride } = block;
    const prefix = index === 0 ? 'expanded_conv' : `expanded_conv_${index}`;
    const act = (from: SymbolicTensor) => (block.relu ? relu(from) : this.#activation(from));
    const before = channelsOf(inputs);
    const after = multipleOf8(block.channels * this.alpha);
    const inside = multipleOf8(before * expansion);
    let x = inputs;
    if (index > 0) {
      x = act(normalized(pointwise(x, inside, `${prefix}_expand`, false), `${prefix}_expand_bn`));
    }
    const kernelSize = block.wide && !this.minimalistic ? 5 : 3;
    const name = `${prefix}_depthwise`;
    if (stride === 2) {
      x = zeroPadding2d({ padding: borderForStride2(x, kernelSize), name: `${name}_pad` }).apply(x);
    }
    const padding = stride === 1 ? 'same' : 'valid';
    x = depthwiseConv2d({ kernelSize, strides: stride, padding, useBias: false, name }).apply(x);
    x = act(normalized(x, `${name}_bn`));
    if (block.gate && !this.minimalistic) x = gated(x, inside, prefix);
    x = normalized(pointwise(x, after, `${prefix}_project`, false), `${prefix}_project_bn`);
    return stride === 1 && before === after ? addLayer({ name: `${prefix}_add` }).apply([inputs, x]) : x;
  }

  protected override top(features: SymbolicTensor): SymbolicTensor {
    const { alpha, lastChannels, dropoutRate, classes, classifierActivation } = this;
    let x = globalAveragePooling2d({ keepdims: true }).apply(features);
    x = pointwise(x, alpha > 1 ? multipleOf8(lastChannels * alpha) : lastChannels, 'conv_2');
    x = this.#activation(x);
    if (dropoutRate > 0) x = dropout({ rate: dropoutRate }).apply(x);
    x = flatten().apply(pointwise(x, classes, 'logits'));
    return activation({ activation: classifierActivation, name: 'predictions' }).apply(x);
  }
}

/** The small network, of 11 blocks. */
export class MobileNetV3Small extends MobileNetV3 {
  static override readonly className = 'MobileNetV3Small';
  protected readonly defaultName = 'MobileNetV3Small';
  protected readonly blocks = SMALL;
  protected readonly lastChannels = 1024;
  protected readonly variant = 'small';
  protected readonly checksums = {
    'small_224_0.75_float': ['cb65d4e5be93758266aa0a7f2c6708b7', 'ebdb5cc8e0b497cd13a7c275d475c819'],
    'small_224_1.0_float': ['8768d4c2e7dee89b9d02b2d03d65d862', 'd3e8ec802a04aa4fc771ee12a9a9b836'],
    'small_minimalistic_224_1.0_float': [
      '99cd97fb2fcdad2bf028eb838de69e37',
      'cde8136e733e811080d9fcd8a252f7e4',
    ],
  } as const;
}

/** The large network, of 15 blocks. */
export class MobileNetV3Large extends MobileNetV3 {
  static override readonly className = 'MobileNetV3Large';
  protected readonly defaultName = 'MobileNetV3Large';
  protected readonly blocks = LARGE;
  protected readonly lastChannels = 1280;
  protected readonly variant = 'large';
  protected readonly checksums = {
    'large_224_0.75_float': ['765b44a33ad4005b3ac83185abf1d0eb', '40af19a13ebea4e2ee0c676887f69a2e'],
    'large_224_1.0_float': ['59e551e166be033d707958cf9e29a6a7', '07fb09a5933dd0c8eaafa16978110389'],
    'large_minimalistic_224_1.0_float': [
      '675e7b876c45c57e9e63e6d90a36599c',
      'ec5221f64a2f6d1ef965a614bdae7973',
    ],
  } as const;
}

/** MobileNetV3, small: images of 224 × 224, pixels from 0 to 255. */
export const mobileNetV3Small = application(MobileNetV3Small);
/** MobileNetV3, large: images of 224 × 224, pixels from 0 to 255. */
export const mobileNetV3Large = application(MobileNetV3Large);
