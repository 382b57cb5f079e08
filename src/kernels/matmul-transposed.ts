/** @file Rows times a transposed weight matrix, without a transposed copy: each result is a sum along the lanes. */

import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec } from './ir.ts';
import { forRowTiles, type MatmulOptions, SAMPLE_ROWS } from './matmul.ts';
import { inParts } from './nest.ts';

/** Rows of weights that are summed side by side with some rows of dy: accumulators enough to hide the latency. */
const WEIGHT_ROWS = 2;

/** Pointers: dy [rows, oc], weights [ic, oc], dst [rows, ic]. */
export function matmulTransposedKernel({ rows, ic, oc, batched, target }: MatmulOptions): Kernel {
  const k = new KernelBuilder(`matmul_transposed_${rows}x${oc}x${ic}`, target);
  const dy = k.pointer('dy');
  const weights = k.pointer('weights');
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const strides = [oc * FLOAT_BYTES, FLOAT_BYTES];
  inParts(k, { length: ic, part: WEIGHT_ROWS, strides }, [weights, dst], ([w, to], weightRows) => {
    forRowTiles(k, samples, rows, SAMPLE_ROWS, [dy, to!], [oc, ic], ([from, out], tileRows) => {
      products(k, { dy: from!, weights: w!, dst: out! }, { ic, oc, rows: tileRows, weightRows });
    });
  });
  return k.finish();
}

interface Pointers {
  readonly dy: Ptr;
  readonly weights: Ptr;
  readonly dst: Ptr;
}

/** The products of `rows` rows of dy with `weightRows` rows of weights. */
function products(
  k: KernelBuilder,
  pointers: Pointers,
  {
    ic,
    oc,
    rows,
    weightRows,
  }: { readonly ic: number; readonly oc: number; readonly rows: number; readonly weightRows: number },
): void {
  const range = (length: number) => Array.from({ length }, (_, i) => i);
  const sums: Vec[][] = range(rows).map((r) => range(weightRows).map((w) => k.constant(0, `acc${r}_${w}`)));
  const x = k.pointerAt('dy', pointers.dy);
  const w = k.pointerAt('weights', pointers.weights);
  const add = (count: number) => {
    const columns = range(weightRows).map((i) => k.load(w, i * oc * FLOAT_BYTES, count, 'w'));
    for (const r of range(rows)) {
      const row = k.load(x, r * oc * FLOAT_BYTES, count, 'dy');
      columns.forEach((column, i) => k.fmaInto(sums[r]![i]!, row, column));
    }
  };
  const step = k.lanes * FLOAT_BYTES;
  const bumps = [x, w].map((ptr) => ({ ptr, bytes: step }));
  k.loop(Math.floor(oc / k.lanes), bumps, () => add(k.lanes));
  if (oc % k.lanes > 0) add(oc % k.lanes);
  sums.forEach((row, r) => {
    row.forEach((sum, i) => {
      k.store(k.unary('sumLanes', sum), pointers.dst, (r * ic + i) * FLOAT_BYTES, 1);
    });
  });
}
