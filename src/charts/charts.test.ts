import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { tensor } from '../base/tensor.ts';
import { drawPixels } from '../drawing/draw-pixels.ts';
import type { CircleShape, Drawing, Shape, TextShape } from '../drawing/drawing.ts';
import { decodeImage } from '../images/decode.ts';
import { bars, lrCurve, matrix, saveChart, smoothCurve, toPng, toSvg, trainingCurves } from './index.ts';
import { niceTicks, shortNumber } from './ticks.ts';

const texts = (chart: Drawing) =>
  chart.shapes.filter((shape): shape is TextShape => shape.kind === 'text').map(({ text }) => text);

const discs = (chart: Drawing, opaque = true) =>
  chart.shapes.filter(
    (shape): shape is CircleShape =>
      shape.kind === 'circle' && shape.fill === 'blue' && ((shape.opacity ?? 1) === 1) === opaque,
  );

const lines = (chart: Drawing) =>
  chart.shapes.filter((shape: Shape) => shape.kind === 'line' && shape.stroke === 'orange');

/** Three of the legend's. */
const LEGEND_DISCS = 3;

const short = {
  loss: [0.9, 0.5, 0.4],
  accuracy: [0.6, 0.7, 0.8],
  val_loss: [0.8, 0.5, 0.6],
  val_accuracy: [0.5, 0.75, 0.7],
};

test('smoothCurve is that of the book', () => {
  // smooth_curve([1, 2, 4, 0]) of the book's section 5.3, run in Python.
  const expected = [1, 1.2, 1.76, 1.408];
  for (const [i, value] of smoothCurve([1, 2, 4, 0]).entries())
    assert.ok(Math.abs(value - expected[i]!) < 1e-12);
  assert.deepEqual(smoothCurve([3, 1], 0), [3, 1]);
  assert.deepEqual(
    smoothCurve([2, Number.NaN, 4], 0.5),
    [2, Number.NaN, 3],
    'one lost point does not spoil the rest',
  );
  assert.deepEqual(smoothCurve([]), []);
  assert.throws(() => smoothCurve([1], 2), /factor/);
});

test('ticks are round, in the range, and as many as wanted', () => {
  const cases: [number, number, number, string[]][] = [
    [0, 1, 5, ['0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0.543, 0.651, 5, ['0.56', '0.58', '0.60', '0.62', '0.64']],
    [-3, 3, 3, ['−2', '0', '2']],
    [1, 60, 8, ['10', '20', '30', '40', '50', '60']],
    [180, 840, 5, ['200', '300', '400', '500', '600', '700', '800']],
    [1e-7, 3e-7, 2, ['1e−7', '2e−7', '3e−7']],
    [0, 3e6, 3, ['0', '1e6', '2e6', '3e6']],
  ];
  for (const [low, high, count, labels] of cases)
    assert.deepEqual(niceTicks(low, high, count).labels, labels);
  assert.deepEqual(niceTicks(1, 4, 9, 1).labels, ['1', '2', '3', '4'], 'no half epochs');
  assert.deepEqual([0.83125, 12, 0.00001234, 0, Number.NaN].map(shortNumber), [
    '0.8313',
    '12',
    '1.23e−5',
    '0',
    'NaN',
  ]);
});

test('trainingCurves has a panel for each metric, dots for training, a line for validation, the best epoch', () => {
  const chart = trainingCurves({ history: short, epoch: [0, 1, 2] }, { title: 'A run' });
  const words = texts(chart);
  assert.deepEqual(
    words.filter((word) => /^[a-zA-Z]/.test(word)),
    [
      'A run',
      'training',
      'validation',
      'loss',
      'epoch',
      'best 0.5, epoch 2',
      'accuracy',
      'epoch',
      'best 0.75, epoch 2',
    ],
  );
  assert.equal(discs(chart).length, 6 + LEGEND_DISCS);
  assert.equal(lines(chart).length, 3);
  assert.match(
    chart.description,
    /^loss: training from 0.9 to 0.4 over 3 epochs, validation .* best of validation 0.5 in epoch 2\. acc/,
  );
  for (const shape of chart.shapes) {
    if (shape.kind !== 'circle') continue;
    const [x, y] = shape.center;
    assert.ok(x > 0 && y > 0 && x < chart.width && y < chart.height);
  }
  const [first, second] = discs(chart).slice(LEGEND_DISCS);
  assert.ok(first!.center[1] < second!.center[1], 'a falling loss falls');
});

test('a heading that is wider than the chart is cut', () => {
  const [title] = texts(trainingCurves({ loss: [1] }, { title: 'long '.repeat(40) }));
  assert.ok(title!.endsWith('…') && title!.length < 80);
});

test('values that differ by rounding only are shown as one value', () => {
  for (const values of [
    [0.95, 0.9500000000000001],
    [-1e30, -1e30 * (1 + 2 ** -52)],
  ]) {
    const [first, second] = discs(trainingCurves({ accuracy: values })).slice(LEGEND_DISCS);
    assert.ok(Math.abs(first!.center[1] - second!.center[1]) < 1e-6);
  }
});

test('long runs are smoothed over faint dots; whoever wants it otherwise says so', () => {
  const long = { loss: Array.from({ length: 30 }, (_, i) => 1 / (i + 1)) };
  assert.equal(discs(trainingCurves(long), false).length, 30);
  assert.ok(texts(trainingCurves(long)).some((text) => /factor 0.8/.test(text)));
  assert.equal(discs(trainingCurves(long, { smoothing: 0 }), false).length, 0);
  assert.equal(discs(trainingCurves(short, { smoothing: 0.5, metrics: ['loss'] }), false).length, 3);
});

test('values that are not finite are gaps; the best of a metric is judged by its name or by mode', () => {
  const gaps = trainingCurves({ loss: [1, Number.NaN, 3], val_loss: [1, Number.NaN, 2] });
  assert.equal(discs(gaps).length, 2 + LEGEND_DISCS);
  assert.ok(texts(gaps).includes('2 not finite'));
  const lost = trainingCurves({ loss: [Number.NaN, Number.POSITIVE_INFINITY] });
  assert.ok(!texts(lost).some((text) => /best/.test(text)));
  assert.doesNotMatch(toSvg(lost).replace(/<desc>.*<\/desc>/, ''), /NaN|Infinity/);
  const best = (name: string, mode = {}) =>
    texts(trainingCurves({ [name]: [1, 2, 3] }, { mode })).find((text) => /best/.test(text));
  assert.equal(best('mean_absolute_error'), 'best 1, epoch 1');
  assert.equal(best('false_negatives'), 'best 1, epoch 1');
  assert.equal(best('auc'), 'best 3, epoch 3');
  assert.equal(best('distance', { distance: 'min' }), 'best 1, epoch 1');
});

test('epochs are those that fit counted and validated', () => {
  const later = trainingCurves({ history: { loss: [3, 2] }, epoch: [10, 11] });
  assert.ok(texts(later).includes('best 2, epoch 12'));
  const history = { loss: [5, 4, 3, 2, 1], val_loss: [4, 5] };
  assert.ok(texts(trainingCurves(history, { validationFreq: 2 })).includes('best 4, epoch 2'));
  assert.ok(texts(trainingCurves(history, { validationFreq: [1, 5] })).includes('best 4, epoch 1'));
  assert.throws(
    () => trainingCurves(history),
    /'val_loss' has 2 numbers, but 5 of 5 epochs were validated.*validationFreq/s,
  );
});

test('trainingCurves says what is wrong', () => {
  const cases: [unknown, object, RegExp][] = [
    [{}, {}, /without any \(has the model been trained\?\)/],
    [null, {}, /received null/i],
    [{ loss: 3 }, {}, /'loss' must be a list/],
    [{ history: {} }, {}, /has the model been trained/],
    [short, { metrics: ['acuracy'] }, /Did you mean 'accuracy'/],
    [short, { metrics: [] }, /no metrics/],
    [short, { smothing: 1 }, /Did you mean 'smoothing'/],
    [short, { smoothing: 1 }, /from 0 to below 1/],
    [short, { mode: { loss: 'least' } }, /'min' or 'max'/],
    [short, { title: 5 }, /title must be text, received 5/],
    [short, { validationFreq: null }, /validationFreq must be/],
    [{ loss: [1, 2], accuracy: [1] }, {}, /'accuracy' has 1 numbers, expected one for each of 2/],
  ];
  for (const [history, options, message] of cases) {
    assert.throws(() => trainingCurves(history as typeof short, options), { name: 'ValueError', message });
  }
});

test('bars and matrices show names and numbers', () => {
  const chart = bars(['cats', 'dogs'], [10, 5], { title: 'Files' });
  const widths = chart.shapes.flatMap((shape) => (shape.kind === 'rect' ? [shape.width] : []));
  assert.equal(widths[0], 2 * widths[1]!);
  assert.deepEqual(texts(chart), ['Files', 'cats', '10', 'dogs', '5']);
  assert.throws(() => bars(['a'], [1, 2]), { name: 'ShapeError' });
  assert.throws(() => bars(['a'], [-1]), /'a' is -1/);
  assert.equal(bars(['a'], [0]).shapes.length, 4, 'nothing but zeros');

  const confusion = matrix(
    [
      [9, 1],
      [0, 4],
    ],
    { rowNames: ['cat', 'dog'], rowTitle: 'true', columnTitle: 'predicted' },
  );
  assert.deepEqual(texts(confusion), ['9', '1', '0', '4', 'cat', 'dog', 'cat', 'dog', 'true', 'predicted']);
  assert.equal(confusion.description, 'Columns: cat, dog. Rows: cat: 9, 1. dog: 0, 4.');
  const fills = confusion.shapes.flatMap((shape) =>
    shape.kind === 'text' && /\d/.test(shape.text) ? [shape.fill] : [],
  );
  assert.deepEqual(fills, ['paper', 'ink', 'ink', 'ink']);
  assert.deepEqual(texts(matrix(tensor([[1, 2, 3]]))), ['1', '2', '3', '0', '1', '2', '0']);
  assert.throws(() => bars([7] as unknown as string[], [1]), /names must be text, received 7/);
  assert.throws(() => matrix([[1]], { rowNames: [7] as unknown as string[] }), /rowNames must be text/);
  assert.throws(() => matrix([[1]], { rowNames: 'a' as unknown as string[] }), /rowNames must be a list/);
  assert.ok(bars(['a'], [1], { title: 'x'.repeat(1e5) }).width < 1300);
  assert.throws(() => matrix([[1]], { rowNames: ['a', 'b'] }), /2 names, expected 1/);
  assert.throws(() => matrix(tensor([1])), /\[rows, columns\]/);
  assert.throws(() => matrix([[Number.NaN]]), /received NaN/);
});

test('a PNG that no memory holds is refused', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => i);
  assert.throws(() => toPng(bars(rows.map(String), rows), { scale: 8 }), { name: 'FormatError' });
});

test('charts are saved as SVG and PNG', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-charts-'));
  try {
    const chart = trainingCurves(short);
    await saveChart(join(folder, 'a.svg'), chart);
    assert.equal(await readFile(join(folder, 'a.svg'), 'utf8'), toSvg(chart));
    await saveChart(pathToFileURL(join(folder, 'a.PNG')), chart, { scale: 0.5, theme: 'dark' });
    const pixels = await decodeImage(await readFile(join(folder, 'a.PNG')));
    assert.deepEqual(pixels.data, drawPixels(chart, 'dark', 0.5).data);
    await assert.rejects(saveChart(join(folder, 'a.jpg'), chart), /must end in \.svg or \.png/);
    await assert.rejects(saveChart(join(folder, 'none', 'a.svg'), chart), /Cannot write/);
    await assert.rejects(
      saveChart(join(folder, 'a.svg'), chart, { scale: 2 }),
      /Unknown toSvg option 'scale'/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.throws(() => toPng(trainingCurves(short), { scale: 0 }), /scale/);
  assert.throws(() => toSvg('x' as unknown as Drawing), /expected a chart/);
});

test('all charts speak Chinese too, and PNG refuses it', () => {
  const latin = /[a-z]{3,}/i;
  const found = { learningRates: [1e-3, 1e-2], losses: [1, 0.5], smoothedLosses: [1, 0.6], suggestion: 2e-3 };
  const charts = [
    trainingCurves({ ...short, loss: [0.9, Number.NaN, 0.4] }, { lang: 'zh', smoothing: 0.5 }),
    lrCurve(found, { lang: 'zh' }),
    bars(['猫', '狗'], [1, 2], { lang: 'zh' }),
    matrix([[1, 2]], { rowNames: ['猫'], columnNames: ['猫', '狗'], lang: 'zh' }),
  ];
  for (const chart of charts) {
    for (const text of [chart.title, chart.description, ...texts(chart)]) assert.doesNotMatch(text, latin);
    assert.match(toSvg(chart), /^<svg [^>]*lang="zh"/);
    assert.throws(() => toPng(chart), /lang: 'en'/);
  }
  assert.match(charts[0]!.description, /损失：训练 3 轮，从 0.9 到 0.4.*最佳值为 0.75（第 2 轮）/);
  assert.throws(() => bars(['a'], [1], { lang: 'fr' as never }), /language 'fr'.*en/);
});
