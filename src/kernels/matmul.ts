/** @file Rows times a weight matrix, and the gradient of that matrix. */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { applyEpilogue, type BoundEpilogue, bindEpilogue, type Epilogue, loadOperands } from './epilogue.ts';
import {
  type Count,
  FLOAT_BYTES,
  type Int,
  type Kernel,
  type Ptr,
  type Vec,
  type VectorTarget,
} from './ir.ts';
import { nest, sampleLevel } from './nest.ts';
import { accumulate, forTile, makeTile, planTile, type Tile, zeroTile } from './outer-product.ts';

export interface MatmulOptions {
  /** Rows per sample when batched, else in all. */
  readonly rows: number;
  readonly ic: number;
  readonly oc: number;
  readonly batched: boolean;
  readonly target: VectorTarget;
}

/** Rows of a tile when the rows are samples. Most chunks are multiples of it, so that no smaller tile is needed. */
export const SAMPLE_ROWS = 4;

/** Pointers: x [rows, ic], weights [ic, oc], epilogue operands, dst [rows, oc]. */
export function matmulKernel(options: MatmulOptions & { readonly epilogue: Epilogue | null }): Kernel {
  const { rows, ic, oc, batched, target, epilogue } = options;
  const k = new KernelBuilder(
    `matmul_${rows}x${ic}x${oc}${epilogue === null ? '' : `_${epilogue.name}`}`,
    target,
  );
  const x = k.pointer('x');
  const weights = k.pointer('weights');
  const bound = bindEpilogue(k, epilogue);
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const plan = planTile(batched && rows === 1 ? SAMPLE_ROWS : rows, Math.ceil(oc / k.lanes), target);
  forColumns(k, { width: oc, limit: plan.vectors, bound }, [weights, dst], ([w, out], vectors, operands) => {
    forRowTiles(k, samples, rows, plan.rows, [x, out!], [ic, oc], ([from, to], tileRows) => {
      const tile = makeTile(
        k,
        Array.from({ length: tileRows }, (_, r) => r * ic * FLOAT_BYTES),
        vectors,
      );
      zeroTile(k, tile);
      accumulate(k, tile, k.pointerAt('x', from!), k.pointerAt('w', w!), {
        count: ic,
        xStep: FLOAT_BYTES,
        wStep: oc * FLOAT_BYTES,
      });
      storeRows(k, tile, to!, oc, operands);
    });
  });
  return k.finish();
}

/** Stores a tile in rows of `oc` floats, after the epilogue. */
function storeRows(k: KernelBuilder, tile: Tile, dst: Ptr, oc: number, bound: BoundEpilogue | null): void {
  const operands = tile.vectors.map((count, v) => loadOperands(k, bound, v * k.lanes, count));
  forTile(k, tile, (acc, r, offset, count) => {
    const value = applyEpilogue(k, bound, acc, operands[offset / FLOAT_BYTES / k.lanes]!);
    k.store(value, dst, r * oc * FLOAT_BYTES + offset, count);
  });
}

/**
 * Walks rows in tiles of `limit`, then one by one. With one row per sample the rows are the samples themselves, whose
 * number is known only at run time.
 */
export function forRowTiles(
  k: KernelBuilder,
  samples: Int | null,
  rows: number,
  limit: number,
  pointers: readonly Ptr[],
  widths: readonly number[],
  body: (pointers: readonly Ptr[], rows: number) => void,
): void {
  const perSample = samples !== null && rows > 1;
  const outer = perSample
    ? [
        sampleLevel(
          samples,
          widths.map((width) => width * rows),
        ),
      ]
    : [];
  nest(k, outer, pointers, (start) => {
    const running = start.map((ptr) => k.pointerAt(ptr.role, ptr));
    const bumps = (tile: number) =>
      running.map((ptr, i) => ({ ptr, bytes: tile * widths[i]! * FLOAT_BYTES }));
    const runtime = samples !== null && rows === 1 ? samples : null;
    const tile = runtime === null ? Math.min(limit, rows) : limit;
    const whole: Count = runtime === null ? Math.floor(rows / tile) : { int: runtime, op: 'div', by: tile };
    const rest: Count = runtime === null ? rows % tile : { int: runtime, op: 'mod', by: tile };
    k.loop(whole, bumps(tile), () => body(running, tile));
    if (tile > 1) k.loop(rest, bumps(1), () => body(running, 1));
  });
}

/** Pointers: x [rows, ic], dy [rows, oc], dst [ic, oc]. Over a batch, dst is added to. */
export function matmulWeightsGradientKernel({ rows, ic, oc, batched, target }: MatmulOptions): Kernel {
  const k = new KernelBuilder(`matmul_weights_gradient_${rows}x${ic}x${oc}`, target);
  const x = k.pointer('x');
  const dy = k.pointer('dy');
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const plan = planTile(ic, Math.ceil(oc / k.lanes), target);
  forColumns(k, { width: oc, limit: plan.vectors }, [dst, dy], ([out, dyColumn], vectors) => {
    const limit = plan.rows;
    const column = k.pointerAt('dst', out!);
    const channel = k.pointerAt('x', x);
    const step = (tileRows: number) => {
      const tile = makeTile(
        k,
        Array.from({ length: tileRows }, (_, r) => r * FLOAT_BYTES),
        vectors,
      );
      const load = (acc: Vec, r: number, offset: number, count: number) =>
        k.loadInto(acc, column, r * oc * FLOAT_BYTES + offset, count);
      if (samples === null) zeroTile(k, tile);
      else forTile(k, tile, load);
      nest(k, [sampleLevel(samples, [rows * ic, rows * oc])], [channel, dyColumn!], ([from, grad]) => {
        const depth = { count: rows, xStep: ic * FLOAT_BYTES, wStep: oc * FLOAT_BYTES };
        accumulate(k, tile, k.pointerAt('x', from!), k.pointerAt('dy', grad!), depth);
      });
      forTile(k, tile, (acc, r, offset, count) => k.store(acc, column, r * oc * FLOAT_BYTES + offset, count));
    };
    const bumps = (tileRows: number) => [
      { ptr: channel, bytes: tileRows * FLOAT_BYTES },
      { ptr: column, bytes: tileRows * oc * FLOAT_BYTES },
    ];
    k.loop(Math.floor(ic / limit), bumps(limit), () => step(limit));
    if (ic % limit > 0) step(ic % limit);
  });
  return k.finish();
}
