import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Drawing, LineShape, TextShape } from '../drawing/drawing.ts';
import { lrCurve, toPng, toSvg } from './index.ts';
import { powerTicks } from './ticks.ts';

const texts = (chart: Drawing) =>
  chart.shapes.filter((shape): shape is TextShape => shape.kind === 'text').map(({ text }) => text);
const curve = (chart: Drawing) =>
  chart.shapes.find((shape): shape is LineShape => shape.kind === 'line' && shape.stroke === 'blue')!;
const dots = (chart: Drawing) =>
  chart.shapes.filter((shape) => shape.kind === 'circle' && shape.fill === 'blue');

const learningRates = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];
const smoothedLosses = [2, 2, 1.5, 1, 1.2, 1e6];
const found = { learningRates, losses: [2, 2.1, 1.4, 0.8, 1.5, 1e9], smoothedLosses, suggestion: 1e-3 };

test('the curve lies over a logarithmic axis and ends where it leaves the plot', () => {
  const chart = lrCurve(found, { title: 'Adam' });
  const labels = ['1e−5', '1e−4', '0.001', '0.01', '0.1', '1'];
  const all = texts(chart);
  for (const text of ['Adam', 'loss', 'learning rate', 'suggestion 0.001', ...labels]) {
    assert.ok(all.includes(text), text);
  }
  const { points } = curve(chart);
  assert.equal(points.length, 6);
  const steps = points.slice(1).map(([x], i) => x - points[i]![0]);
  for (const step of steps) assert.ok(Math.abs(step - steps[0]!) < 1e-6, 'equal distances');
  const [, highest] = points.reduce((top, point) => (point[1] < top[1] ? point : top));
  assert.equal(points[5]![1], highest);
  assert.ok(highest > 0 && highest < points[0]![1]);
  assert.equal(dots(chart).length, 5, 'the last loss has no place');
  assert.match(chart.description, /6 steps with learning rates from 1.00e−5 to 1; 0.001 is suggested/);
  assert.match(toSvg(chart), /^<svg/);
  assert.deepEqual([...toPng(chart).subarray(1, 4)], [0x50, 0x4e, 0x47]);
});

test('one step is a dot', () => {
  const one = { learningRates: [0.1], losses: [1], smoothedLosses: [1], suggestion: 0.1 };
  assert.equal(dots(lrCurve(one)).length, 2);
});

test('ticks within few powers of ten stand at 1, 2 and 5', () => {
  assert.deepEqual(powerTicks(-3, Math.log10(0.05), 9).labels, [
    ...['0.001', '0.002', '0.005', '0.01', '0.02', '0.05'],
  ]);
  assert.deepEqual(powerTicks(-7, 1, 4).labels, ['1e−6', '1e−4', '0.01', '1']);
});

test('what is no result of lrFinder is refused', () => {
  const wrong = /lrCurve: expected what lrFinder\(\) returns/;
  assert.throws(() => lrCurve({ ...found, losses: [1] }), wrong);
  assert.throws(() => lrCurve({ ...found, suggestion: Number.NaN }), wrong);
  assert.throws(() => lrCurve(null as never), wrong);
  assert.throws(() => lrCurve({ ...found, losses: [...found.losses.slice(1), Number.NaN] }), wrong);
  assert.throws(() => lrCurve(found, { titel: '' } as never), /Did you mean 'title'/);
});
