/** @file The pretrained networks that feature-extraction.ts and fine-tuning.ts can start from. */

import { applications, type images } from 'fovea';

/** A network to start from, and how it sees photos. */
export interface PretrainedBase {
  readonly make: (weights: string | null) => ReturnType<typeof applications.vgg16>;
  readonly targetSize: [number, number];
  /** How pixels of 0 to 255 are changed for it. */
  readonly pixels: Pick<images.ImageDataGeneratorOptions, 'rescale' | 'preprocessingFunction'>;
  /** The layer from which on fine-tuning trains. */
  readonly fineTuneFrom: string;
}

export const BASES: Readonly<Record<string, PretrainedBase>> = {
  // The book's: VGG16, whose weights are a file of 59 MB. As in the book it gets pixels from 0 to 1.
  vgg16: {
    make: (weights) => applications.vgg16({ weights, includeTop: false, inputShape: [150, 150, 3] }),
    targetSize: [150, 150],
    pixels: { rescale: 1 / 255 },
    fineTuneFrom: 'block5_conv1',
  },
  // A smaller one: 2 MB, and a tenth of the time.
  mobilenetv2: {
    make: (weights) =>
      applications.mobileNetV2({ weights, includeTop: false, inputShape: [160, 160, 3], alpha: 0.35 }),
    targetSize: [160, 160],
    pixels: { preprocessingFunction: (image) => applications.mobileNetV2.preprocessInput(image) },
    fineTuneFrom: 'block_13_expand',
  },
};

/** `imagenet` (the default: looked up in Keras' cache, else downloaded), `none` for random weights, or a file. */
export function weightsOf(option: string): string | null {
  return option === 'none' ? null : option;
}
