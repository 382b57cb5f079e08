/** @file Initializers by name, and options that take one. */

import type { Config } from '../base/config.ts';
import { type Identifier, thing } from '../options/objects.ts';
import type { Option } from '../options/option.ts';
import { Registry } from '../options/registry.ts';
import type { Spelled } from '../options/spelling.ts';
import * as list from './index.ts';
import { Initializer } from './initializer.ts';

/** Keras' short names and old class names. */
const ALIASES = {
  zero: 'zeros',
  one: 'ones',
  uniform: 'randomUniform',
  normal: 'randomNormal',
  orthogonalInitializer: 'orthogonal',
  identityInitializer: 'identity',
} as const;

/** All initializers. */
export const INITIALIZERS = new Registry<Initializer>({
  kind: 'initializer',
  base: Initializer,
  module: 'keras.initializers',
  example: "Give a name such as 'glorotUniform' or an initializer such as initializers.heNormal().",
  list,
  // It is for spectrograms.
  absent: ['STFT'],
  aliases: ALIASES,
});

/** A name of an initializer. */
export type InitializerName = Spelled<keyof typeof list | keyof typeof ALIASES>;

/** What an option for an initializer takes: a name, an initializer, or an object of a Keras file. */
export type InitializerIdentifier = Identifier<Initializer, InitializerName>;

/** An option for an initializer. */
export function initializer(fallback: keyof typeof list): Option<Initializer, InitializerIdentifier, false> {
  return thing<Initializer, InitializerName>(INITIALIZERS, fallback);
}

/** The initializer that `identifier` names or describes. Throws ValueError, with the nearest name, when there is none. */
export function getInitializer(identifier: InitializerIdentifier): Initializer {
  return INITIALIZERS.resolve(identifier);
}

/** The initializer as Keras files have it. */
export function serializeInitializer(initializer: Initializer): Config {
  return INITIALIZERS.serialize(initializer);
}
