/** @file Rows times a transposed weight matrix, without a transposed copy: each result is a sum along the lanes. */

import { KernelBuilder } from './builder.ts';
import { applyEpilogue, type BoundEpilogue, bindEpilogue, type Epilogue, loadOperands } from './epilogue.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec } from './ir.ts';
import { forRowTiles, type MatmulOptions, SAMPLE_ROWS } from './matmul.ts';
import { inParts } from './nest.ts';

/** Rows of weights that are summed side by side with some rows of dy: accumulators enough to hide the latency. */
const WEIGHT_ROWS = 2;

/** Pointers: dy [rows, oc], weights [ic, oc], epilogue operands, dst [rows, ic]. */
export function matmulTransposedKernel(
  options: MatmulOptions & { readonly epilogue?: Epilogue | null },
): Kernel {
  const { rows, ic, oc, batched, target, epilogue = null } = options;
  const name = `matmul_transposed_${rows}x${oc}x${ic}`;
  const k = new KernelBuilder(epilogue === null ? name : `${name}_${epilogue.name}`, target);
  const dy = k.pointer('dy');
  const weights = k.pointer('weights');
  const bound = bindEpilogue(k, epilogue);
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const moved = bound?.epilogue.operands.map(({ kind }) => (kind === 'channel' ? FLOAT_BYTES : 0)) ?? [];
  const strides = [oc * FLOAT_BYTES, FLOAT_BYTES, ...moved];
  const pointers = [weights, dst, ...(bound?.pointers ?? [])];
  inParts(k, { length: ic, part: WEIGHT_ROWS, strides }, pointers, ([w, to, ...operands], weightRows) => {
    const own = bound && { ...bound, pointers: operands };
    forRowTiles(k, samples, rows, SAMPLE_ROWS, [dy, to!], [oc, ic], ([from, out], tileRows) => {
      products(k, { dy: from!, weights: w!, dst: out!, bound: own }, { ic, oc, rows: tileRows, weightRows });
    });
  });
  return k.finish();
}

interface Pointers {
  readonly dy: Ptr;
  readonly weights: Ptr;
  readonly dst: Ptr;
  readonly bound: BoundEpilogue | null;
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
  const operands = range(weightRows).map((i) => loadOperands(k, pointers.bound, i, 1));
  sums.forEach((row, r) => {
    row.forEach((sum, i) => {
      const value = applyEpilogue(k, pointers.bound, k.unary('sumLanes', sum), operands[i]!);
      k.store(value, pointers.dst, (r * ic + i) * FLOAT_BYTES, 1);
    });
  });
}
