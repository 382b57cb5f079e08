/** @file Initializers without randomness: zeros, ones, one constant. */

import { sizeOf } from '../base/shape.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { Initializer } from './initializer.ts';

/** All zeros. */
export class Zeros extends Initializer {
  static override readonly className = 'Zeros';

  override fill(shape: readonly number[]): Float32Array {
    return new Float32Array(sizeOf(shape));
  }
}

/** All ones. */
export class Ones extends Initializer {
  static override readonly className = 'Ones';

  override fill(shape: readonly number[]): Float32Array {
    return new Float32Array(sizeOf(shape)).fill(1);
  }
}

/** One number everywhere. */
export class Constant extends withOptions(Initializer, {
  /** The number. Default 0. */
  value: number(0),
}) {
  static override readonly className = 'Constant';

  override fill(shape: readonly number[]): Float32Array {
    return new Float32Array(sizeOf(shape)).fill(this.value);
  }
}

/** All zeros. */
export const zeros = factory(Zeros);
/** All ones. */
export const ones = factory(Ones);
/** One number everywhere. */
export const constant = factory(Constant);
