/** @file What a report says of a classifier in numbers: accuracy, classes, confusions, calibration, doubtful labels. */

/** One image's label and what the model gave. */
export interface Judged {
  /** Its place in the data. */
  readonly index: number;
  readonly label: number;
  /** The class with the highest probability. */
  readonly predicted: number;
  /** A probability for each class. */
  readonly probabilities: Float32Array;
}

/** The probability of the predicted class. */
export function confidence({ probabilities, predicted }: Judged): number {
  return probabilities[predicted]!;
}

/** A share, and the interval in which the true one lies in 95 of 100 cases. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const Z95 = 1.959964;

/** `hits` of `count`, with Wilson's score interval (Wilson 1927), which holds for few images and shares near 1 as well. */
export function wilson(hits: number, count: number): Share {
  const value = hits / count;
  const z2 = Z95 * Z95;
  const middle = (value + z2 / (2 * count)) / (1 + z2 / count);
  const half = (Z95 * Math.sqrt((value * (1 - value)) / count + z2 / (4 * count * count))) / (1 + z2 / count);
  // At its ends the interval is exact but for rounding.
  return { value, low: hits === 0 ? 0 : middle - half, high: hits === count ? 1 : middle + half };
}

/** `[true class][predicted class]`: how many images. */
export function confusion(judged: readonly Judged[], classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { label, predicted } of judged) table[label]![predicted]!++;
  return table;
}

/** How well one class is found. Null where it is not defined: no such images, or none taken for it. */
export interface ClassMeasures {
  readonly images: number;
  /** The share of right ones among the images that were taken for the class. */
  readonly precision: number | null;
  /** The share of the class' images that were found. */
  readonly recall: number | null;
  /** The harmonic mean of both. */
  readonly f1: number | null;
}

export function classMeasures(table: readonly (readonly number[])[]): ClassMeasures[] {
  return table.map((row, c) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    const taken = table.reduce((sum, other) => sum + other[c]!, 0);
    const hits = row[c]!;
    const share = (count: number) => (count === 0 ? null : hits / count);
    const f1 = images + taken === 0 ? null : (2 * hits) / (images + taken);
    return { images, precision: share(taken), recall: share(images), f1 };
  });
}

/** Images whose confidence lies in the same tenth. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Means over the images; 0 without images. */
  readonly confidence: number;
  readonly accuracy: number;
}

/** How far confidence and accuracy are apart. */
export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** The expected calibration error: the mean distance, weighed by images (Guo et al. 2017, with ten bins). */
  readonly error: number;
}

const BINS = 10;

export function calibration(judged: readonly Judged[]): Calibration {
  const bins = Array.from({ length: BINS }, (_, i) => {
    const members = judged.filter((one) => Math.min(BINS - 1, Math.floor(confidence(one) * BINS)) === i);
    const mean = (of: (one: Judged) => number) =>
      members.length === 0 ? 0 : members.reduce((sum, one) => sum + of(one), 0) / members.length;
    return {
      low: i / BINS,
      high: (i + 1) / BINS,
      images: members.length,
      confidence: mean(confidence),
      accuracy: mean(({ label, predicted }) => Number(label === predicted)),
    };
  });
  const gaps = bins.map((bin) => (bin.images / judged.length) * Math.abs(bin.confidence - bin.accuracy));
  return { bins, error: gaps.reduce((sum, gap) => sum + gap, 0) };
}

/** The wrong predictions, the most confident first. */
export function confidentMistakes(judged: readonly Judged[]): Judged[] {
  return judged
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => confidence(b) - confidence(a) || a.index - b.index);
}

/** An image whose label is probably wrong, and the class that it probably shows. */
export interface DoubtfulLabel {
  readonly image: Judged;
  readonly suggested: number;
}

/**
 * Labels that are probably wrong, the most doubtful first, by confident learning (Northcutt et al. 2021): the model gives
 * another class at least the probability that it gives, on average, to images that are labelled as that class.
 */
export function doubtfulLabels(judged: readonly Judged[], classes: number): DoubtfulLabel[] {
  const usual = Array.from({ length: classes }, (_, c) => {
    const own = judged.filter(({ label }) => label === c).map(({ probabilities }) => probabilities[c]!);
    return own.length === 0 ? Number.POSITIVE_INFINITY : own.reduce((sum, p) => sum + p, 0) / own.length;
  });
  const found = judged.flatMap((image): (DoubtfulLabel & { readonly margin: number })[] => {
    const { label, probabilities } = image;
    let suggested = -1;
    for (let c = 0; c < classes; c++) {
      if (probabilities[c]! < usual[c]!) continue;
      if (suggested < 0 || probabilities[c]! > probabilities[suggested]!) suggested = c;
    }
    if (suggested < 0 || suggested === label) return [];
    return [{ image, suggested, margin: probabilities[suggested]! - probabilities[label]! }];
  });
  return found.sort((a, b) => b.margin - a.margin || a.image.index - b.image.index);
}
