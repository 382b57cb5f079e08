/** @file Counter-based uniform numbers; the hash and its source are with the op, ops/random-uniform.ts. */

import { KernelBuilder } from './builder.ts';
import type { Kernel, Vec, VectorTarget } from './ir.ts';
import { forVectors, nest, sampleLevel } from './nest.ts';

const GOLDEN = 0x9e3779b9;

function hash(k: KernelBuilder, x: Vec): Vec {
  let h = x;
  h = k.intBinary(
    'mulInt',
    k.intBinary('xorInt', h, k.shift('shiftRightInt', h, 16)),
    k.constantInt(0x7feb352d),
  );
  h = k.intBinary(
    'mulInt',
    k.intBinary('xorInt', h, k.shift('shiftRightInt', h, 15)),
    k.constantInt(0x846ca68b | 0),
  );
  return k.intBinary('xorInt', h, k.shift('shiftRightInt', h, 16));
}

/** Pointers: seed (a float), index (a float per sample), dst (`elements` per sample). */
export function randomUniformKernel(options: {
  elements: number;
  stream: number;
  target: VectorTarget;
}): Kernel {
  const { elements, stream, target } = options;
  const k = new KernelBuilder(`random_uniform_${elements}_stream${stream}`, target);
  const seed = k.pointer('seed');
  const index = k.pointer('index');
  const dst = k.pointer('dst');
  const samples = k.count('samples');
  const key = k.intBinary(
    'addInt',
    k.unary('toInt', k.broadcast(seed)),
    k.constantInt(Math.imul(stream, GOLDEN)),
  );
  const base = hash(k, key);
  const lanes = k.unary('toInt', k.iota());
  const step = k.constantInt(k.lanes);
  const scale = k.constant(1 / 2 ** 24);
  nest(k, [sampleLevel(samples, [1, elements])], [index, dst], ([i, d]) => {
    const sample = hash(k, k.intBinary('addInt', base, k.unary('toInt', k.broadcast(i!))));
    const element = k.intBinary('addInt', sample, lanes);
    const p = k.pointerAt('dst', d!);
    forVectors(k, elements, [p], (count) => {
      const bits = k.shift('shiftRightInt', hash(k, element), 8);
      k.store(k.mul(k.unary('toFloat', bits), scale), p, 0, count);
      k.binaryInto('addInt', element, element, step);
    });
  });
  return k.finish();
}
