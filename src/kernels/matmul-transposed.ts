/** @file Rows times a transposed weight matrix, without a transposed copy: each result is a sum along the lanes. */

import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Int, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { inParts, nest, sampleLevel } from './nest.ts';

/** Rows of weights, and samples, whose products are summed side by side: accumulators enough to hide the latency. */
const WEIGHT_ROWS = 2;
const SAMPLES = 4;

interface Options {
  /** Rows per sample when batched, else in all. */
  readonly rows: number;
  readonly ic: number;
  readonly oc: number;
  readonly batched: boolean;
  readonly target: VectorTarget;
}

/** Pointers: dy [rows, oc], weights [ic, oc], dst [rows, ic]. */
export function matmulTransposedKernel({ rows, ic, oc, batched, target }: Options): Kernel {
  const k = new KernelBuilder(`matmul_transposed_${rows}x${oc}x${ic}`, target);
  const dy = k.pointer('dy');
  const weights = k.pointer('weights');
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const strides = [oc * FLOAT_BYTES, FLOAT_BYTES];
  inParts(k, { length: ic, part: WEIGHT_ROWS, strides }, [weights, dst], ([w, to], weightRows) => {
    forSamples(k, samples, rows, [dy, to!], [oc, ic], ([from, out], count) => {
      products(k, { dy: from!, weights: w!, dst: out! }, { ic, oc, rows: count, weightRows });
    });
  });
  return k.finish();
}

/** Calls `body` for as many rows as are there, some at a time. `widths`: the floats from row to row of each pointer. */
function forSamples(
  k: KernelBuilder,
  samples: Int | null,
  rows: number,
  pointers: readonly Ptr[],
  widths: readonly number[],
  body: (pointers: readonly Ptr[], rows: number) => void,
): void {
  const strides = widths.map((width) => width * FLOAT_BYTES);
  if (samples === null || rows > 1) {
    const sampleWidths = widths.map((width) => width * rows);
    nest(k, [sampleLevel(samples, sampleWidths)], pointers, (at) => {
      inParts(k, { length: rows, part: Math.min(SAMPLES, rows), strides }, at, body);
    });
    return;
  }
  const running = pointers.map((ptr) => k.pointerAt(ptr.role, ptr));
  const bumps = (count: number) => running.map((ptr, i) => ({ ptr, bytes: count * strides[i]! }));
  k.loop({ int: samples, op: 'div', by: SAMPLES }, bumps(SAMPLES), () => body(running, SAMPLES));
  k.loop({ int: samples, op: 'mod', by: SAMPLES }, bumps(1), () => body(running, 1));
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
