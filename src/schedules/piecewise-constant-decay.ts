/** @file A rate that jumps from value to value (Keras' `learning_rate_schedule.py`). */

import { ValueError } from '../base/errors.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { text, wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import { LearningRateSchedule } from './schedule.ts';

const expected = 'a list of numbers';

function numberList(): Option<readonly number[], readonly number[], true> {
  return new Option<readonly number[], readonly number[], true>({
    expected,
    read(given, place) {
      if (Array.isArray(given) && given.every(Number.isFinite)) return [...given];
      throw wrongValue(place, expected, given);
    },
  });
}

/** `values[0]` up to and with iteration `boundaries[0]`, then `values[1]` up to and with `boundaries[1]`, … */
export class PiecewiseConstantDecay extends withOptions(LearningRateSchedule, {
  /** For each value but the last, its last iteration; in rising order. */
  boundaries: numberList(),
  /** The rates, one more than boundaries. */
  values: numberList(),
  /** Default 'PiecewiseConstant'. */
  name: text('PiecewiseConstant'),
}) {
  static override readonly className = 'PiecewiseConstantDecay';

  override at(iteration: number): number {
    const piece = this.boundaries.findIndex((boundary) => iteration <= boundary);
    return this.values.at(piece)!;
  }

  protected override checkOptions(): void {
    const { boundaries, values } = this;
    const rising = boundaries.every((boundary, i) => i === 0 || boundary > boundaries[i - 1]!);
    if (rising && boundaries.length === values.length - 1) return;
    throw new ValueError(
      'PiecewiseConstantDecay: boundaries must rise and be one less than values. Received: ' +
        `boundaries=[${boundaries.join(', ')}], values=[${values.join(', ')}].`,
    );
  }
}

/** A rate that jumps from value to value. */
export const piecewiseConstantDecay = factory(PiecewiseConstantDecay);
