/** @file Dropout (Srivastava et al. 2014): while training, numbers are set to 0 at random and the others scaled up. */

import type { Config } from '../base/config.ts';
import { FRACTION, numberOption } from '../base/options.ts';
import { checkSeed } from '../base/random.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { broadcastTo, constant, greaterEqual, mul } from '../ops/index.ts';
import { type CallContext, Layer, type LayerOptions } from './layer.ts';
import { refuseOptions } from './layer-options.ts';

export interface DropoutOptions extends LayerOptions {
  /** Fraction of the numbers to drop, 0 to 1. */
  readonly rate: number;
  /** A whole number: the same numbers are dropped in every run. Default: they follow `utils.setRandomSeed`. */
  readonly seed?: number | null;
}

/** The shape stays; the expected sum stays too, since what is kept is divided by 1 - rate. */
export class Dropout extends Layer {
  static override readonly className = 'Dropout';
  readonly rate: number;
  readonly seed: number | null;

  /** Throws ValueError for a rate outside 0 … 1 or a wrong seed, UnsupportedError for `noiseShape`. */
  constructor(options: DropoutOptions) {
    super(options, ['rate', 'seed', 'noiseShape']);
    refuseOptions('Dropout', options, ['noiseShape']);
    // Left out, the rate is as wrong as NaN is.
    this.rate = numberOption('Dropout', 'rate', options.rate ?? Number.NaN, 0, FRACTION);
    this.seed = options.seed === undefined || options.seed === null ? null : checkSeed(options.seed);
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override call([x]: readonly Node[], context: CallContext): Node {
    if (!context.training || this.rate === 0) return x!;
    if (this.rate === 1) return broadcastTo(constant(0), x!.shape);
    const kept = greaterEqual(context.random(x!.shape, this.seed), constant(this.rate));
    return mul(x!, mul(kept, constant(1 / (1 - this.rate))));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noise_shape: null };
  }
}
