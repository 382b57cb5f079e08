/** @file A reliability diagram: how often the model is right, over how sure it is (DeGroot and Fienberg 1983). */

import { PADDING } from '../charts/heading.ts';
import type { Drawing, Point, Shape } from '../drawing/drawing.ts';
import type { Calibration } from './measures.ts';
import type { Texts } from './texts.ts';

const SIDE = 320;
const LEFT = 64;
const BELOW = 48;
const TEXT_SIZE = 13;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Bars of accuracy for each tenth of confidence, beside the diagonal on which they should end. */
export function reliabilityChart({ bins }: Calibration, texts: Texts): Drawing {
  const place = (x: number, y: number): Point => [LEFT + x * SIDE, PADDING + (1 - y) * SIDE];
  const line = (points: readonly Point[], stroke: 'rule' | 'muted' | 'orange'): Shape => ({
    ...{ kind: 'line', points, stroke },
    ...(stroke === 'orange' ? { width: 2, dash: 6 } : { width: 1 }),
  });
  const text = { kind: 'text', size: TEXT_SIZE, fill: 'muted' } as const;
  const shapes: Shape[] = TICKS.flatMap((tick): Shape[] => [
    line([place(0, tick), place(1, tick)], 'rule'),
    { ...text, text: String(tick), at: [LEFT - 8, place(0, tick)[1] + 4], anchor: 'end' },
    { ...text, text: String(tick), at: [place(tick, 0)[0], PADDING + SIDE + 18], anchor: 'middle' },
  ]);
  for (const { low, high, accuracy, images } of bins) {
    if (images === 0) continue;
    const [x, y] = place(low, accuracy);
    const width = (high - low) * SIDE - 3;
    shapes.push({ kind: 'rect', x: x + 1.5, y, width, height: accuracy * SIDE, fill: 'blue', opacity: 0.75 });
  }
  shapes.push(line([place(0, 0), place(1, 0)], 'muted'), line([place(0, 0), place(1, 1)], 'orange'));
  shapes.push({
    ...text,
    text: texts.confidence,
    at: [LEFT + SIDE / 2, PADDING + SIDE + 40],
    anchor: 'middle',
  });
  shapes.push({
    ...text,
    text: texts.accuracy,
    at: [PADDING - 4, PADDING + SIDE / 2],
    anchor: 'middle',
    angle: -90,
  });
  const used = bins.filter(({ images }) => images > 0);
  return {
    width: LEFT + SIDE + PADDING,
    height: PADDING + SIDE + BELOW,
    title: texts.calibration,
    description: used
      .map(
        ({ low, high, accuracy, images }) => `${low}–${high}: ${(accuracy * 100).toFixed(1)} % (${images})`,
      )
      .join('; '),
    shapes,
  };
}
