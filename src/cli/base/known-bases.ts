/** @file The pretrained networks that `--base` knows: by name, by the names of Keras' weight files, by their layers. */

import { canonicalName } from '../../base/names.ts';
import { applications } from '../../index.ts';

type Make = (options: {
  readonly weights: string;
  readonly includeTop: boolean;
  readonly inputShape?: number[];
  readonly alpha?: number;
}) => ReturnType<typeof applications.vgg16>;

/** A network of `applications`. */
export interface KnownBase {
  readonly name: string;
  readonly make: Make;
  /** How it wants its pixels: as `applications` prepares them, or as they are. */
  readonly pixels: 'tf' | 'torch' | 'caffe' | 'none';
  /** Height and width of images, unless the user says otherwise. */
  readonly size: number;
  /** Whether it comes in widths: `mobilenetv2-0.35`. */
  readonly hasAlpha: boolean;
  /** Names of Keras' weight files begin so. */
  readonly file: RegExp;
  /** Layers that tell it from all that come after it in the list. */
  readonly layers: readonly string[];
}

const base = (
  name: string,
  make: unknown,
  pixels: KnownBase['pixels'],
  file: RegExp,
  layers: readonly string[],
  { size = 224, hasAlpha = false }: { readonly size?: number; readonly hasAlpha?: boolean } = {},
): KnownBase => ({ name, make: make as Make, pixels, file, layers, size, hasAlpha });

const WIDTHS = { hasAlpha: true };
const SMALLER = { ...WIDTHS, size: 160 };

export const KNOWN_BASES: readonly KnownBase[] = [
  base('mobilenet', applications.mobileNet, 'tf', /^mobilenet_\d_\d_/, ['conv_pw_13'], SMALLER),
  base(
    'mobilenetv2',
    applications.mobileNetV2,
    'tf',
    /^mobilenet_v2_/,
    ['block_13_expand', 'Conv_1'],
    SMALLER,
  ),
  base(
    'mobilenetv3small',
    applications.mobileNetV3Small,
    'none',
    /^weights_mobilenet_v3_small_224_/,
    [],
    WIDTHS,
  ),
  base(
    'mobilenetv3large',
    applications.mobileNetV3Large,
    'none',
    /^weights_mobilenet_v3_large_224_/,
    [],
    WIDTHS,
  ),
  base('vgg19', applications.vgg19, 'caffe', /^vgg19_/, ['block1_conv1', 'block5_conv4']),
  base('vgg16', applications.vgg16, 'caffe', /^vgg16_/, ['block1_conv1', 'block5_conv3']),
  base('resnet50', applications.resNet50, 'caffe', /^resnet50_/, [
    'conv1_conv',
    'conv1_bn',
    'conv5_block3_out',
  ]),
  base('resnet50v2', applications.resNet50V2, 'tf', /^resnet50v2_/, ['conv1_conv', 'post_bn']),
  base('efficientnetb0', applications.efficientNetB0, 'none', /^efficientnetb0/, ['stem_conv', 'top_conv']),
  base('densenet121', applications.densenet121, 'torch', /^densenet121_/, ['conv5_block16_concat']),
  base('xception', applications.xception, 'tf', /^xception_/, ['block14_sepconv2'], { size: 299 }),
  base('inceptionv3', applications.inceptionV3, 'tf', /^inception_v3_/, ['mixed10'], { size: 299 }),
  base('convnexttiny', applications.convNeXtTiny, 'none', /^convnext_tiny/, []),
  base('nasnetmobile', applications.nasNetMobile, 'tf', /^nasnet_mobile|^NASNet-mobile/, [
    'normal_conv_1_12',
  ]),
];

/** A known network, and of those with widths which. */
export interface NamedBase {
  readonly base: KnownBase;
  readonly alpha: number | undefined;
}

/** What a name such as `mobilenetv2` or `mobilenetv2-0.35` means; null for another. */
export function baseByName(text: string): NamedBase | null {
  const [, name = text, width] = /^(.*?)-(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const found = KNOWN_BASES.find((one) => one.name === canonicalName(name));
  if (found === undefined || (width !== undefined && !found.hasAlpha)) return null;
  return { base: found, alpha: width === undefined ? undefined : Number(width) };
}

/** A file of weights alone, recognised by the name that Keras gives it. */
export interface NamedWeights extends NamedBase {
  readonly includeTop: boolean;
}

const ALPHA = /^mobilenet_(\d)_(\d)_|_(?:kernels|v3_(?:small|large)_224)_(\d\.\d+)_/;

/** What the name of a weights file says; null for a name that Keras does not give. */
export function baseByWeightsFile(fileName: string): NamedWeights | null {
  const found = KNOWN_BASES.find(({ file }) => file.test(fileName));
  if (found === undefined) return null;
  const [, whole, tenths, factor] = ALPHA.exec(fileName) ?? [];
  // Keras writes 1.0, 0.75, 0.5 and 0.25 as 1_0, 7_5, 5_0 and 2_5 in the names of MobileNet's files.
  const alpha = factor !== undefined ? Number(factor) : whole === '1' ? 1 : Number(`0.${whole}${tenths}`);
  const includeTop = !/no_?top|no-top/.test(fileName);
  return { base: found, alpha: found.hasAlpha ? alpha : undefined, includeTop };
}

/** The known network whose layers a model has; null for others. */
export function baseByLayers(names: ReadonlySet<string>): KnownBase | null {
  return (
    KNOWN_BASES.find(({ layers }) => layers.length > 0 && layers.every((name) => names.has(name))) ?? null
  );
}
