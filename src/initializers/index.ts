/** @file Initializers: factories, and finding one by name or from a Keras file. */

import { type Config, kerasObject } from '../base/config.ts';
import { Registry } from '../base/registry.ts';
import { Constant, Ones, Zeros } from './constant.ts';
import { Initializer } from './initializer.ts';
import { Orthogonal, type OrthogonalOptions } from './orthogonal.ts';
import {
  type NormalOptions,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  type UniformOptions,
} from './random.ts';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  VarianceScaling,
  type VarianceScalingOptions,
} from './variance-scaling.ts';

/** All zeros. */
export const zeros = (): Initializer => new Zeros();
/** All ones. */
export const ones = (): Initializer => new Ones();
/** One number everywhere. */
export const constant = (options: { readonly value?: number } = {}): Initializer => new Constant(options);
/** Uniform numbers from `minval` to `maxval`. */
export const randomUniform = (options: UniformOptions = {}): Initializer => new RandomUniform(options);
/** Normally distributed numbers. */
export const randomNormal = (options: NormalOptions = {}): Initializer => new RandomNormal(options);
/** Normally distributed numbers within two standard deviations. */
export const truncatedNormal = (options: NormalOptions = {}): Initializer => new TruncatedNormal(options);
/** Random numbers of variance `scale / fan`. */
export const varianceScaling = (options: VarianceScalingOptions = {}): Initializer =>
  new VarianceScaling(options);
/** Orthonormal rows or columns, times `gain`. */
export const orthogonal = (options: OrthogonalOptions = {}): Initializer => new Orthogonal(options);
export { glorotNormal, glorotUniform, heNormal, heUniform, lecunNormal, lecunUniform };

/** What a layer's initializer options take: a name, an initializer, or an object of a Keras file. */
export type InitializerIdentifier = string | Initializer | Config;

const INITIALIZERS = new Registry<Initializer>({
  kind: 'initializer',
  example: "Give a name such as 'glorotUniform' or an initializer such as initializers.heNormal().",
  factories: {
    zeros: (options) => new Zeros(options),
    ones: (options) => new Ones(options),
    constant: (options) => new Constant(options),
    randomUniform: (options) => new RandomUniform(options),
    randomNormal: (options) => new RandomNormal(options),
    truncatedNormal: (options) => new TruncatedNormal(options),
    varianceScaling: (options) => new VarianceScaling(options),
    orthogonal: (options) => new Orthogonal(options),
    glorotUniform,
    glorotNormal,
    heUniform,
    heNormal,
    lecunUniform,
    lecunNormal,
  },
  // Keras' short names and old class names.
  aliases: {
    zero: 'zeros',
    one: 'ones',
    uniform: 'randomUniform',
    normal: 'randomNormal',
    orthogonalInitializer: 'orthogonal',
  },
});

/** The initializer that `identifier` names or describes. Throws ValueError, with the nearest name, when there is none. */
export function getInitializer(identifier: InitializerIdentifier): Initializer {
  return identifier instanceof Initializer ? identifier : INITIALIZERS.resolve(identifier);
}

/** The initializer as Keras files have it. */
export function serializeInitializer(initializer: Initializer): Config {
  return kerasObject('keras.initializers', initializer.className, initializer.getConfig());
}
