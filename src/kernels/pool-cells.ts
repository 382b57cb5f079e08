/** @file The maximum of a window whose cells are in registers. */

import type { KernelBuilder } from './builder.ts';
import type { Vec } from './ir.ts';

/** Maximum of the cells; with `places`, their places as floats, also the place of the first maximum. */
export function poolCells(
  k: KernelBuilder,
  cells: readonly Vec[],
  places: readonly Vec[],
): { value: Vec; place: Vec | null } {
  let value = cells[0]!;
  let place = places[0] ?? null;
  cells.slice(1).forEach((cell, i) => {
    if (place !== null) place = k.select(k.compare('less', value, cell), places[i + 1]!, place);
    value = k.max(cell, value);
  });
  return { value, place };
}
