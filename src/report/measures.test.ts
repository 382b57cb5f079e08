import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calibration,
  classMeasures,
  confidentMistakes,
  confusion,
  doubtfulLabels,
  type Judged,
  wilson,
} from './measures.ts';

const judge = (label: number, ...probabilities: number[]): Omit<Judged, 'index'> => ({
  label,
  predicted: probabilities.indexOf(Math.max(...probabilities)),
  probabilities: Float32Array.from(probabilities),
});
const images = [
  judge(0, 0.92, 0.08, 0),
  judge(0, 0.62, 0.38, 0),
  judge(0, 0.05, 0.95, 0),
  judge(1, 0.28, 0.72, 0),
  judge(1, 0.82, 0.18, 0),
].map((one, index) => ({ index, ...one }));
const near = (a: number | null, b: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(a! - b) < tolerance, `${a}, ${b}`);

test("Wilson's interval", () => {
  // Brown, Cai, DasGupta 2001 and R's prop.test(correct = FALSE).
  const { value, low, high } = wilson(81, 263);
  near(value, 0.3079848);
  near(low, 0.2553, 1e-4);
  near(high, 0.3662, 1e-4);
  near(wilson(10, 10).low, 0.7225, 1e-4);
  assert.equal(wilson(10, 10).high, 1);
  assert.equal(wilson(0, 5).low, 0);
});

test('confusions and measures of classes, also of one without images', () => {
  const table = confusion(images, 3);
  assert.deepEqual(table, [
    [2, 1, 0],
    [1, 1, 0],
    [0, 0, 0],
  ]);
  const [first, second, third] = classMeasures(table);
  near(first!.precision, 2 / 3);
  near(first!.recall, 2 / 3);
  near(second!.f1, 0.5);
  assert.deepEqual(third, { images: 0, precision: null, recall: null, f1: null });
});

test('calibration by tenths', () => {
  const { bins, error } = calibration(images);
  assert.equal(bins.length, 10);
  assert.deepEqual(
    bins.map((bin) => bin.images),
    [0, 0, 0, 0, 0, 0, 1, 1, 1, 2],
  );
  near(bins[9]!.confidence, 0.935);
  near(bins[9]!.accuracy, 0.5);
  near(error, (0.38 + 0.28 + 0.82 + 2 * 0.435) / 5);
  assert.equal(calibration([judge(0, 1, 0)].map((one) => ({ index: 0, ...one }))).error, 0);
});

test('mistakes by confidence, labels by doubt', () => {
  assert.deepEqual(
    confidentMistakes(images).map(({ index }) => index),
    [2, 4],
  );
  // Usual probabilities of the classes: 0.53 and 0.45; the third has no images.
  assert.deepEqual(
    doubtfulLabels(images, 3).map(({ image, suggested }) => [image.index, suggested]),
    [
      [2, 1],
      [4, 0],
    ],
  );
});
