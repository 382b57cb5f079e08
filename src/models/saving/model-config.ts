/** @file A model without its weights, in the form of Keras 3 files: what it is made of, and how it was compiled. */

import type { Config } from '../../base/config.ts';
import { serializeLayer } from '../serialize.ts';
import { serializeCompile } from './compile-config.ts';
import type { SavableModel } from './saved-layers.ts';

/** Throws UnsupportedError for things that a file cannot hold: functions without a name. */
export function modelConfig(model: SavableModel): Config {
  const { compiled } = model;
  return { ...serializeLayer(model), compile_config: compiled === null ? {} : serializeCompile(compiled) };
}
