/** @file VGG16 and VGG19 (Simonyan and Zisserman 2014, arXiv 1409.1556). */

import { conv2d, dense, flatten, maxPooling2d } from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { Application, application } from './application.ts';
import { kernelsFile, type WeightsFile } from './weights-file.ts';

/** Channels of the blocks. */
const CHANNELS = [64, 128, 256, 512, 512];

abstract class VGG extends Application {
  static override readonly preprocessing = 'caffe';
  protected override readonly namesPooling = 'never';
  /** How many convolutions each block has. */
  protected abstract readonly depths: readonly number[];
  protected abstract readonly checksums: readonly [string, string];

  weightsFile(): WeightsFile {
    return kernelsFile(this.defaultName, this.defaultName, this.includeTop, this.checksums);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    let x = images;
    CHANNELS.forEach((filters, i) => {
      const block = `block${i + 1}`;
      for (let k = 1; k <= this.depths[i]!; k++) {
        const name = `${block}_conv${k}`;
        x = conv2d({ filters, kernelSize: 3, activation: 'relu', padding: 'same', name }).apply(x);
      }
      x = maxPooling2d({ poolSize: 2, strides: 2, name: `${block}_pool` }).apply(x);
    });
    return x;
  }

  protected override top(features: SymbolicTensor): SymbolicTensor {
    const { classes: units, classifierActivation } = this;
    let x = flatten({ name: 'flatten' }).apply(features);
    for (const name of ['fc1', 'fc2']) x = dense({ units: 4096, activation: 'relu', name }).apply(x);
    return dense({ units, activation: classifierActivation, name: 'predictions' }).apply(x);
  }
}

/** 13 convolutions in 5 blocks, and a classifier of three layers. */
export class VGG16 extends VGG {
  static override readonly className = 'VGG16';
  protected readonly defaultName = 'vgg16';
  protected readonly depths = [2, 2, 3, 3, 3];
  protected readonly checksums = [
    '64373286793e3c8b2b4e3219cbf3544b',
    '6d6bbae143d832006294945121d1f1fc',
  ] as const;
}

/** 16 convolutions in 5 blocks, and a classifier of three layers. */
export class VGG19 extends VGG {
  static override readonly className = 'VGG19';
  protected readonly defaultName = 'vgg19';
  protected readonly depths = [2, 2, 4, 4, 4];
  protected readonly checksums = [
    'cbe5617147190e668d6c5d5026f83318',
    '253f8cb515780f3b799900260a226db6',
  ] as const;
}

/** VGG16: images of 224 × 224, BGR minus the mean. */
export const vgg16 = application(VGG16);
/** VGG19: images of 224 × 224, BGR minus the mean. */
export const vgg19 = application(VGG19);
