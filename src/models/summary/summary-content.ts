/** @file The content of a summary, independent of its style: one row for each layer, and the totals. */

import type { Shape } from '../../base/shape.ts';

/** One layer. */
export interface SummaryRow {
  readonly name: string;
  readonly className: string;
  /** Shapes of the last call's outputs; null while unknown. */
  readonly outputShapes: readonly Shape[] | null;
  /** Number of weights' elements; null before the layer is built. */
  readonly params: number | null;
  /** Where the inputs come from: layer, its call's place in the model, output index. */
  readonly connections: readonly (readonly [name: string, call: number, output: number])[];
  /** '-' for a layer without weights. */
  readonly trainable: 'Y' | 'N' | '-';
  /** 0, and more inside of expanded models. */
  readonly level: number;
}

/** Everything a summary shows. */
export interface SummaryContent {
  readonly name: string;
  /** True when the layers are not a simple sequence, so that connections are shown. */
  readonly connected: boolean;
  readonly rows: readonly SummaryRow[];
  /** Counts of weights' elements. */
  readonly trainable: number;
  readonly nonTrainable: number;
  /** Elements of the optimizer's variables; null before it has them. */
  readonly optimizer: number | null;
}

/** `1,234,567`. */
export function withCommas(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
