/** @file Initializers without randomness: zeros, ones, one constant. */

import type { Config } from '../base/config.ts';
import { checkOptionNames, numberOption } from '../base/options.ts';
import { sizeOf } from '../base/shape.ts';
import { Initializer } from './initializer.ts';

/** All zeros. */
export class Zeros extends Initializer {
  readonly className = 'Zeros';

  constructor(options: object = {}) {
    super();
    checkOptionNames('Zeros', options, []);
  }

  override fill(shape: readonly number[]): Float32Array {
    return new Float32Array(sizeOf(shape));
  }

  override getConfig(): Config {
    return {};
  }
}

/** All ones. */
export class Ones extends Initializer {
  readonly className = 'Ones';

  constructor(options: object = {}) {
    super();
    checkOptionNames('Ones', options, []);
  }

  override fill(shape: readonly number[]): Float32Array {
    return new Float32Array(sizeOf(shape)).fill(1);
  }

  override getConfig(): Config {
    return {};
  }
}

/** One number everywhere, 0 when left out. */
export class Constant extends Initializer {
  readonly className = 'Constant';
  readonly value: number;

  /** Throws ValueError unless `value` is a finite number. */
  constructor(options: { readonly value?: number } = {}) {
    super();
    checkOptionNames('Constant', options, ['value']);
    this.value = numberOption('Constant', 'value', options.value, 0);
  }

  override fill(shape: readonly number[]): Float32Array {
    return new Float32Array(sizeOf(shape)).fill(this.value);
  }

  override getConfig(): Config {
    return { value: this.value };
  }
}
