/**
 * @file Learning rates suggested by the losses of a test with growing rates, as fastai finds them
 * (https://docs.fast.ai/callback.schedule.html).
 */

/** The parts at the beginning and the number of points at the end that do not count: losses are uncertain there. */
const LEFT_OUT = { begin: 0.1, end: 5 };
/** With fewer points than this, all count. */
const FEW = 12;

/** What different rules suggest. */
export interface SuggestedRates {
  /** In the middle third of the longest series of losses of which each is less than the one before. */
  readonly valley: number;
  /** Where the loss falls the fastest. */
  readonly steepest: number;
  /** A tenth of the rate with the least loss. */
  readonly minimum: number;
}

/**
 * @param rates Growing.
 * @param losses One for each rate, smoothed; at least one.
 */
export function suggestedRates(rates: readonly number[], losses: readonly number[]): SuggestedRates {
  const few = rates.length < FEW;
  const begin = few ? 0 : Math.floor(rates.length * LEFT_OUT.begin);
  const end = few ? rates.length : rates.length - LEFT_OUT.end;
  const [x, y] = [rates.slice(begin, end), losses.slice(begin, end)];
  return { valley: x[valley(y)]!, steepest: x[steepest(x, y)]!, minimum: x[indexOfLeast(y)]! / 10 };
}

function valley(losses: readonly number[]): number {
  // The length of the longest falling series that ends at each loss.
  const lengths = losses.map(() => 1);
  let last = 0;
  losses.forEach((loss, i) => {
    for (let j = 0; j < i; j++) {
      if (loss < losses[j]! && lengths[i]! < lengths[j]! + 1) lengths[i] = lengths[j]! + 1;
    }
    if (lengths[i]! > lengths[last]!) last = i;
  });
  const first = Math.max(0, last - lengths[last]!);
  const third = (last - first) / 3;
  return first + Math.floor(third) + Math.floor(third / 2);
}

function steepest(rates: readonly number[], losses: readonly number[]): number {
  const slopes = losses
    .slice(1)
    .map((loss, i) => (loss - losses[i]!) / (Math.log(rates[i + 1]!) - Math.log(rates[i]!)));
  return slopes.length === 0 ? 0 : indexOfLeast(slopes);
}

function indexOfLeast(values: readonly number[]): number {
  return values.reduce((least, value, i) => (value < values[least]! ? i : least), 0);
}
