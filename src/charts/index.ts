/** @file Charts: training curves, learning rates, bars, matrices; as SVG and PNG. */

export type { Drawing as Chart } from '../drawing/drawing.ts';
export type { Theme } from '../drawing/palette.ts';
export { type BarsOptions, bars } from './bars.ts';
export { type LearningRatesLike, type LrCurveOptions, lrCurve } from './lr-curve.ts';
export { type MatrixOptions, matrix } from './matrix.ts';
export { type PngOptions, type SvgOptions, saveChart, toPng, toSvg } from './save-chart.ts';
export { smoothCurve } from './smooth-curve.ts';
export { type TrainingCurvesOptions, trainingCurves } from './training-curves.ts';
