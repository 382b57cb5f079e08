/**
 * @file Micro-benchmark of the outer-product register tile on WebAssembly: R broadcasts x V vectors into R*V
 * accumulators over K steps, all in L1. Prints GFLOP/s of one core for tile shapes, instruction orders and unrolling.
 *
 * Run: node build/bench/wasm-tiles.js [--relaxed] [--quick] [--json]
 */

import { emitKernel, kernelParameters } from '../src/codegen/wasm/kernel.ts';
import { wasmTarget } from '../src/codegen/wasm/target.ts';
import { KernelBuilder } from '../src/kernels/builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec } from '../src/kernels/ir.ts';
import { ModuleWriter } from '../src/wasm/module-writer.ts';

const LANES = 4;
const VECTOR_BYTES = LANES * FLOAT_BYTES;
/** K is cut into this many steps; rows of the broadcast operand are this long. */
const STEPS = 288;
const ROUNDS = 24;

/**
 * The order of one step's instructions.
 * - `vectors`: V vector loads first, then one broadcast at a time with its V multiply-adds.
 * - `broadcasts`: R broadcasts first, then one vector at a time with its R multiply-adds.
 * - `all`: V loads and R broadcasts first, then all multiply-adds.
 * - `reload`: as `vectors`, each vector loaded again for each use, so that none has to stay in a register.
 */
type Order = 'vectors' | 'broadcasts' | 'all' | 'reload';

interface Tile {
  readonly rows: number;
  readonly vectors: number;
  readonly order: Order;
  readonly unroll: number;
}

interface Operands {
  readonly src: Ptr;
  readonly weights: Ptr;
  readonly acc: readonly (readonly Vec[])[];
}

/** The instructions of step `k`, with its offset from the pointers. */
function step(b: KernelBuilder, tile: Tile, { src, weights, acc }: Operands, k: number): void {
  const load = (v: number): Vec => b.load(weights, (k * tile.vectors + v) * VECTOR_BYTES);
  const broadcast = (r: number): Vec => b.broadcast(src, (r * STEPS + k) * FLOAT_BYTES);
  const rows = Array.from({ length: tile.rows }, (_, r) => r);
  const columns = Array.from({ length: tile.vectors }, (_, v) => v);
  if (tile.order === 'vectors' || tile.order === 'reload') {
    const vectors = tile.order === 'vectors' ? columns.map(load) : [];
    for (const r of rows) {
      const x = broadcast(r);
      for (const v of columns) b.fmaInto(acc[r]![v]!, x, vectors[v] ?? load(v));
    }
    return;
  }
  const early = tile.order === 'all' ? columns.map(load) : [];
  const x = rows.map(broadcast);
  for (const v of columns) {
    const w = early[v] ?? load(v);
    for (const r of rows) b.fmaInto(acc[r]![v]!, x[r]!, w);
  }
}

/** dst[r][v] += sum over k of src[r][k] * weights[k][v], `ROUNDS` times over. */
function tileKernel(tile: Tile): Kernel {
  const b = new KernelBuilder('tile', wasmTarget(true));
  const src = b.pointer('src');
  const weights = b.pointer('weights');
  const dst = b.pointer('dst');
  b.loop(ROUNDS, [], () => {
    const acc = Array.from({ length: tile.rows }, (_, r) =>
      Array.from({ length: tile.vectors }, (_, v) => b.load(dst, (r * tile.vectors + v) * VECTOR_BYTES)),
    );
    const operands = { src: b.pointerAt('s', src), weights: b.pointerAt('w', weights), acc };
    const bumps = [
      { ptr: operands.src, bytes: tile.unroll * FLOAT_BYTES },
      { ptr: operands.weights, bytes: tile.unroll * tile.vectors * VECTOR_BYTES },
    ];
    b.loop(STEPS / tile.unroll, bumps, () => {
      for (let k = 0; k < tile.unroll; k++) step(b, tile, operands, k);
    });
    acc.flat().forEach((vec, i) => {
      b.store(vec, dst, i * VECTOR_BYTES);
    });
  });
  return b.finish();
}

/** Median GFLOP/s of a tile on this thread. */
async function measure(tile: Tile, relaxedSimd: boolean): Promise<number> {
  const kernel = tileKernel(tile);
  const module = new ModuleWriter(false);
  const index = module.function('tile', kernelParameters(kernel), (body) =>
    emitKernel(kernel, body, { relaxedSimd }),
  );
  module.export('tile', index);
  const memory = new WebAssembly.Memory({ initial: 16 });
  new Float32Array(memory.buffer).fill(1e-9);
  const { instance } = await WebAssembly.instantiate(module.finish(), { env: { memory } });
  const run = instance.exports.tile as (src: number, weights: number, dst: number) => void;
  const flops = 2 * tile.rows * tile.vectors * LANES * STEPS * ROUNDS;
  const warmUntil = performance.now() + 60;
  while (performance.now() < warmUntil) run(64, 256 * 1024, 512 * 1024);
  // The optimised code arrives from a background thread: give it the time.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const rates: number[] = [];
  for (let i = 0; i < 41; i++) {
    const start = performance.now();
    run(64, 256 * 1024, 512 * 1024);
    run(64, 256 * 1024, 512 * 1024);
    rates.push((2 * flops) / (performance.now() - start) / 1e6);
  }
  return rates.sort((a, b) => a - b)[rates.length >> 1]!;
}

const SHAPES: readonly (readonly [number, number])[] = [
  [1, 4],
  [1, 8],
  [2, 2],
  [2, 4],
  [2, 5],
  [2, 6],
  [3, 2],
  [3, 3],
  [3, 4],
  [4, 1],
  [4, 2],
  [4, 3],
  [4, 4],
  [5, 2],
  [6, 1],
  [6, 2],
  [7, 2],
  [8, 1],
  [8, 2],
  [12, 1],
  [13, 1],
];

async function main(): Promise<void> {
  const relaxed = process.argv.includes('--relaxed');
  const orders: Order[] = ['vectors', 'broadcasts', 'all', 'reload'];
  const unrolls = process.argv.includes('--quick') ? [1] : [1, 2, 4];
  console.log(
    `node ${process.version}, ${relaxed ? 'relaxed madd' : 'mul + add'}; GFLOP/s of one core, median`,
  );
  const columns = orders.flatMap((order) => unrolls.map((unroll) => ({ order, unroll })));
  console.log(
    ['tile'.padEnd(8), ...columns.map(({ order, unroll }) => `${order} x${unroll}`.padStart(14))].join(''),
  );
  for (const [rows, vectors] of SHAPES) {
    const cells: string[] = [];
    for (const { order, unroll } of columns) {
      cells.push((await measure({ rows, vectors, order, unroll }, relaxed)).toFixed(1).padStart(14));
    }
    console.log(`${rows} x ${vectors}`.padEnd(8) + cells.join(''));
  }
}

await main();
