/**
 * @file The layers that TensorFlow.js has, with the options that it gives the meaning that they have here (tfjs-layers 4.22,
 * `src/layers`). What is not in this list cannot be written for it.
 */

/** What a layer of TensorFlow.js takes. */
export interface TfjsLayer {
  /** Options that are written as they are. */
  readonly keys: readonly string[];
  /** Options under other names there: Keras 3's → TensorFlow.js'. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Values of options that TensorFlow.js does not have, or ignores, with which both compute the same. */
  readonly only?: Readonly<Record<string, unknown>>;
  /** Options that change nothing while the others have the values above. */
  readonly ignored?: readonly string[];
}

const weight = (name: string) => [`${name}_initializer`, `${name}_regularizer`, `${name}_constraint`];
const OUTPUT = ['activation', 'use_bias', ...weight('bias'), 'activity_regularizer'];
const WINDOW = ['strides', 'padding', 'data_format'];
const CONVOLUTION = ['kernel_size', ...WINDOW, 'dilation_rate', ...OUTPUT];
const POOLING: TfjsLayer = { keys: ['pool_size', ...WINDOW] };
const GLOBAL_POOLING: TfjsLayer = { keys: ['data_format'], only: { keepdims: false } };
const MERGING: TfjsLayer = { keys: [] };
const NO_DILATION = { dilation_rate: [1, 1] };

/** By Keras' class. */
export const TFJS_LAYERS: Readonly<Record<string, TfjsLayer>> = {
  Activation: { keys: ['activation'] },
  Add: MERGING,
  AlphaDropout: { keys: ['rate', 'noise_shape', 'seed'] },
  Average: MERGING,
  AveragePooling2D: POOLING,
  BatchNormalization: {
    keys: ['axis', 'momentum', 'epsilon', 'center', 'scale', ...weight('beta'), ...weight('gamma')].concat([
      'moving_mean_initializer',
      'moving_variance_initializer',
    ]),
    only: { synchronized: false, renorm: false },
    ignored: ['renorm_clipping', 'renorm_momentum'],
  },
  Concatenate: { keys: ['axis'] },
  Conv2D: { keys: ['filters', ...CONVOLUTION, ...weight('kernel')], only: { groups: 1 } },
  // It computes without dilation, whatever the option says; so does DepthwiseConv2D.
  Conv2DTranspose: {
    keys: ['filters', 'kernel_size', ...WINDOW, ...OUTPUT, ...weight('kernel')],
    only: { ...NO_DILATION, output_padding: null, groups: 1 },
  },
  Cropping2D: { keys: ['cropping', 'data_format'] },
  Dense: { keys: ['units', ...OUTPUT, ...weight('kernel')] },
  DepthwiseConv2D: {
    keys: ['kernel_size', ...WINDOW, ...OUTPUT, 'depth_multiplier', ...weight('depthwise')],
    only: NO_DILATION,
  },
  Dot: { keys: ['axes', 'normalize'] },
  Dropout: { keys: ['rate', 'noise_shape', 'seed'] },
  ELU: { keys: ['alpha'], only: { alpha: 1 } },
  Flatten: { keys: ['data_format'] },
  GaussianDropout: { keys: ['rate'], ignored: ['seed'] },
  GaussianNoise: { keys: ['stddev'], ignored: ['seed'] },
  GlobalAveragePooling2D: GLOBAL_POOLING,
  GlobalMaxPooling2D: GLOBAL_POOLING,
  LayerNormalization: {
    keys: ['axis', 'epsilon', 'center', 'scale', ...weight('beta'), ...weight('gamma')],
    only: { rms_scaling: false },
  },
  LeakyReLU: { keys: [], renamed: { negative_slope: 'alpha' } },
  Maximum: MERGING,
  MaxPooling2D: POOLING,
  Minimum: MERGING,
  Multiply: MERGING,
  PReLU: { keys: [...weight('alpha'), 'shared_axes'] },
  Permute: { keys: ['dims'] },
  ReLU: { keys: ['max_value'], only: { negative_slope: 0, threshold: 0 } },
  RepeatVector: { keys: ['n'] },
  Rescaling: { keys: ['scale', 'offset'] },
  Reshape: { keys: ['target_shape'] },
  SeparableConv2D: {
    keys: ['filters', ...CONVOLUTION, 'depth_multiplier', ...weight('depthwise'), ...weight('pointwise')],
  },
  Softmax: { keys: ['axis'] },
  // Its bilinear resizing lays the pixels elsewhere.
  UpSampling2D: { keys: ['size', 'data_format', 'interpolation'], only: { interpolation: 'nearest' } },
  ZeroPadding2D: { keys: ['padding', 'data_format'] },
};

/** Activations that are the same functions there. */
export const TFJS_ACTIVATIONS: ReadonlySet<unknown> = new Set(
  [
    [
      'elu',
      'gelu',
      'linear',
      'log_softmax',
      'mish',
      'relu',
      'relu6',
      'selu',
      'sigmoid',
      'softmax',
      'softplus',
    ],
    ['softsign', 'swish', 'tanh'],
  ].flat(),
);

/** Keras 3's names of activations that have others there. */
export const RENAMED_ACTIVATIONS: ReadonlyMap<unknown, string> = new Map([['silu', 'swish']]);

/** Initializers, regularizers and constraints: their class there and the options that it takes. */
export const TFJS_OBJECTS: Readonly<
  Record<string, { readonly name?: string; readonly keys: readonly string[] }>
> = {
  Constant: { keys: ['value'] },
  GlorotNormal: { keys: ['seed'] },
  GlorotUniform: { keys: ['seed'] },
  HeNormal: { keys: ['seed'] },
  HeUniform: { keys: ['seed'] },
  Identity: { keys: ['gain'] },
  L1: { name: 'L1L2', keys: ['l1'] },
  L2: { name: 'L1L2', keys: ['l2'] },
  L1L2: { keys: ['l1', 'l2'] },
  LecunNormal: { name: 'LeCunNormal', keys: ['seed'] },
  LecunUniform: { name: 'LeCunUniform', keys: ['seed'] },
  MaxNorm: { keys: ['max_value', 'axis'] },
  MinMaxNorm: { keys: ['min_value', 'max_value', 'rate', 'axis'] },
  NonNeg: { keys: [] },
  Ones: { keys: [] },
  Orthogonal: { keys: ['gain', 'seed'] },
  RandomNormal: { keys: ['mean', 'stddev', 'seed'] },
  RandomUniform: { keys: ['minval', 'maxval', 'seed'] },
  TruncatedNormal: { keys: ['mean', 'stddev', 'seed'] },
  UnitNorm: { keys: ['axis'] },
  VarianceScaling: { keys: ['scale', 'mode', 'distribution', 'seed'] },
  Zeros: { keys: [] },
};
