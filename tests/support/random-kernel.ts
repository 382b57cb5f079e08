/** @file Random kernels, to test code generators with. */

import { KernelBuilder } from '../../src/kernels/builder.ts';
import {
  type Count,
  FLOAT_BYTES,
  type Kernel,
  type Ptr,
  type Vec,
  type VectorTarget,
} from '../../src/kernels/ir.ts';

/** Gathers read this many elements at most. A power of two. */
const INDEX_LIMIT = 128;

/**
 * Writes kernels of nested loops in which registers live and die in all ways the verifier allows. Pointers: src, dst.
 * One count.
 */
export class RandomKernel {
  readonly #k: KernelBuilder;
  readonly #src: Ptr;
  readonly #dst: Ptr;
  #vecs: Vec[] = [];
  #pointers: Ptr[];
  #state: number;

  constructor(seed: number, target: VectorTarget) {
    this.#state = seed;
    this.#k = new KernelBuilder(`random_${seed}`, target);
    this.#src = this.#k.pointer('src');
    this.#dst = this.#k.pointer('dst');
    this.#pointers = [this.#src];
  }

  build(): Kernel {
    const int = this.#k.count('n');
    this.#vecs = [this.#k.load(this.#src)];
    for (let i = 0; i < 5; i++) this.#body(3, { int, op: 'mod', by: 3 }, 8);
    for (const vec of this.#vecs) {
      this.#k.store(vec, this.#dst);
      this.#k.advance(this.#dst, this.#k.lanes * FLOAT_BYTES);
    }
    return this.#k.finish();
  }

  #body(depth: number, count: Count, length: number): void {
    for (let i = 0; i < length; i++) {
      if (depth === 0 || this.#below(5) > 0) this.#step();
      else this.#loop(depth, this.#below(2) === 0 ? count : 1 + this.#below(3), count);
    }
  }

  #loop(depth: number, times: Count, count: Count): void {
    const [vecs, pointers] = [[...this.#vecs], [...this.#pointers]];
    const moving = this.#pick(this.#pointers);
    const bumps = this.#below(2) === 0 && moving !== this.#src ? [{ ptr: moving, bytes: 4 }] : [];
    this.#k.loop(times, bumps, () => this.#body(depth - 1, count, 2 + this.#below(8)));
    // A register that is written only in a loop that may not run must not be read.
    if (typeof times !== 'number') [this.#vecs, this.#pointers] = [vecs, pointers];
  }

  #step(): void {
    const k = this.#k;
    const [a, b, c] = [this.#pick(this.#vecs), this.#pick(this.#vecs), this.#pick(this.#vecs)];
    const into = this.#pick(this.#vecs);
    const actions = [
      () => this.#vecs.push(k.load(this.#pick(this.#pointers), this.#below(64) * 4)),
      () => this.#vecs.push(k.min(a, k.sub(b, c))),
      () => this.#vecs.push(k.select(k.maskOp('or', k.compare('less', a, b), k.compare('less', b, c)), c, a)),
      () => this.#vecs.push(k.fma(a, b, c)),
      () => k.binaryInto('add', into, a, b),
      () => k.copyInto(into, a),
      () => k.constantInto(into, this.#below(9)),
      () => this.#pointers.push(k.pointerAt('at', this.#pick(this.#pointers), this.#below(8) * 4)),
      () =>
        this.#vecs.push(k.loadBytes(this.#pick(this.#pointers), this.#below(64), 1 + this.#below(k.lanes))),
      () => this.#vecs.push(k.gather(this.#pick(this.#pointers), this.#index(a), this.#below(64) * 4)),
      () => this.#vecs.push(k.gatherBytes(this.#pick(this.#pointers), this.#index(a), this.#below(64))),
      () => k.store(a, this.#dst, this.#below(64) * k.lanes * FLOAT_BYTES),
    ];
    this.#pick(actions)();
  }

  /** Any numbers as indices, one below `INDEX_LIMIT` for each lane; sometimes of one register more often than once. */
  #index(vec: Vec): Vec {
    const k = this.#k;
    return this.#below(4) === 0
      ? k.constantInt(this.#below(INDEX_LIMIT))
      : k.intBinary('andInt', k.shift('shiftRightInt', vec, this.#below(24)), k.constantInt(INDEX_LIMIT - 1));
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)]!;
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}
