/** @file Rescaling: each number times a scale, plus an offset (Keras' `rescaling.py`). */

import { numbersOfArray } from '../../base/config.ts';
import type { Node } from '../../graph/node.ts';
import { add, constant, mul } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { wrongValue } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';
import { Layer } from '../layer.ts';

type PerChannel = number | readonly number[];

const EXPECTED = 'a finite number, or a list of them, one for each channel';

/** One number, or one for each channel. */
function perChannel(): Option<PerChannel, PerChannel, true>;
function perChannel(fallback: number): Option<PerChannel, PerChannel, false>;
function perChannel(fallback?: number): Option<PerChannel, PerChannel> {
  return new Option<PerChannel, PerChannel>({
    expected: EXPECTED,
    read(given, place) {
      const numbers = numbersOfArray(given);
      const list: unknown = Array.isArray(numbers) ? numbers : [numbers];
      const isNumbers = Array.isArray(list) && list.length > 0 && list.every(Number.isFinite);
      if (isNumbers) return numbers as PerChannel;
      throw wrongValue(place, EXPECTED, given);
    },
    fallback: fallback === undefined ? undefined : () => fallback,
  });
}

function node(value: PerChannel): Node {
  return constant(typeof value === 'number' ? value : { values: value, shape: [value.length] });
}

/** x · scale + offset, in training and after; the shape stays. */
export class Rescaling extends withOptions(Layer, {
  /** What numbers are multiplied by: a number, or one for each channel. Bytes become 0…1 by 1 / 255. */
  scale: perChannel(),
  /** What is added then: a number, or one for each channel. Default 0. */
  offset: perChannel(0),
}) {
  static override readonly className = 'Rescaling';

  override call([x]: readonly Node[]): Node {
    return add(mul(x!, node(this.scale)), node(this.offset));
  }
}

/** Numbers times a scale, plus an offset. */
export const rescaling = factory(Rescaling);
