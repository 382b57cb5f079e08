/** @file KernelBuilder: writes vector-kernel IR. Value methods return a fresh register, `…Into` methods write a given one. */

import type {
  BinaryOp,
  Bump,
  CompareOp,
  Count,
  Instruction,
  Int,
  IntBinaryOp,
  Kernel,
  Mask,
  MaskOp,
  Ptr,
  ShiftOp,
  UnaryOp,
  Vec,
  VectorTarget,
} from './ir.ts';

/** Builds one kernel. Parameters are declared first; then the body in the order in which it runs. */
export class KernelBuilder {
  readonly name: string;
  readonly target: VectorTarget;
  readonly #pointers: Ptr[] = [];
  readonly #scratch: { readonly ptr: Ptr; readonly floats: number }[] = [];
  readonly #ints: Int[] = [];
  #body: Instruction[] = [];
  #nextId = 0;

  constructor(name: string, target: VectorTarget) {
    this.name = name;
    this.target = target;
  }

  /** f32 lanes of a register. */
  get lanes(): number {
    return this.target.lanes;
  }

  /** Declares a pointer parameter. */
  pointer(role: string): Ptr {
    const ptr: Ptr = { kind: 'ptr', id: this.#nextId++, role };
    this.#pointers.push(ptr);
    return ptr;
  }

  /**
   * Declares scratch memory that the kernel has for one call. Its first content is unknown. To be declared after all
   * other pointers.
   */
  scratch(role: string, floats: number): Ptr {
    const ptr: Ptr = { kind: 'ptr', id: this.#nextId++, role };
    this.#scratch.push({ ptr, floats });
    return ptr;
  }

  /** Declares a count parameter. */
  count(role: string): Int {
    const int: Int = { kind: 'int', id: this.#nextId++, role };
    this.#ints.push(int);
    return int;
  }

  /** A fresh vector register, to be written before it is read. */
  vec(role: string): Vec {
    return { kind: 'vec', id: this.#nextId++, role };
  }

  /** A fresh pointer set to `src + bytes` each time this point is passed. */
  pointerAt(role: string, src: Ptr, bytes = 0): Ptr {
    const dst: Ptr = { kind: 'ptr', id: this.#nextId++, role };
    this.#emit({ op: 'pointer', dst, src, bytes });
    return dst;
  }

  /** Moves `ptr` by `bytes`. */
  advance(ptr: Ptr, bytes: number): void {
    if (bytes !== 0) this.#emit({ op: 'pointer', dst: ptr, src: ptr, bytes });
  }

  /** Repeats `body`; after each round the pointers in `bumps` move. */
  loop(count: Count, bumps: readonly Bump[], body: () => void): void {
    if (count === 0) return;
    const outer = this.#body;
    this.#body = [];
    body();
    const inner = this.#body;
    this.#body = outer;
    this.#emit({ op: 'loop', count, body: inner, bumps: bumps.filter((bump) => bump.bytes !== 0) });
  }

  /** Reads `count` floats (all lanes when left out); the other lanes become 0. */
  load(ptr: Ptr, offset = 0, count = this.lanes, role = 'v'): Vec {
    const dst = this.vec(role);
    this.loadInto(dst, ptr, offset, count);
    return dst;
  }

  loadInto(dst: Vec, ptr: Ptr, offset = 0, count = this.lanes): void {
    if (count === this.lanes) this.#emit({ op: 'load', dst, ptr, offset });
    else this.#emit({ op: 'loadPartial', dst, ptr, offset, count });
  }

  /** Reads one float into every lane. */
  broadcast(ptr: Ptr, offset = 0, role = 'b'): Vec {
    const dst = this.vec(role);
    this.broadcastInto(dst, ptr, offset);
    return dst;
  }

  broadcastInto(dst: Vec, ptr: Ptr, offset = 0): void {
    this.#emit({ op: 'broadcast', dst, ptr, offset });
  }

  /** Reads `count` bytes (as many as lanes when left out) as integers; the other lanes become 0. */
  loadBytes(ptr: Ptr, offset = 0, count = this.lanes): Vec {
    const dst = this.vec('i');
    this.#emit({ op: 'loadBytes', dst, ptr, offset, count });
    return dst;
  }

  /** Reads the float at each lane's own `index` (integers ≥ 0). The indices must stay inside of the memory at `ptr`. */
  gather(ptr: Ptr, index: Vec, offset = 0): Vec {
    const dst = this.vec('v');
    this.#emit({ op: 'gather', dst, ptr, offset, a: index });
    return dst;
  }

  /** Reads the byte at each lane's own `index` (integers ≥ 0) as an integer. */
  gatherBytes(ptr: Ptr, index: Vec, offset = 0): Vec {
    const dst = this.vec('i');
    this.#emit({ op: 'gatherBytes', dst, ptr, offset, a: index });
    return dst;
  }

  /** Writes the first `count` lanes (all when left out). */
  store(src: Vec, ptr: Ptr, offset = 0, count = this.lanes): void {
    if (count === this.lanes) this.#emit({ op: 'store', src, ptr, offset });
    else this.#emit({ op: 'storePartial', src, ptr, offset, count });
  }

  constant(value: number, role = 'c'): Vec {
    const dst = this.vec(role);
    this.constantInto(dst, value);
    return dst;
  }

  constantInto(dst: Vec, value: number): void {
    this.#emit({ op: 'constant', dst, value });
  }

  constantInt(value: number): Vec {
    const dst = this.vec('i');
    this.#emit({ op: 'constantInt', dst, value });
    return dst;
  }

  /** Lane i holds the float i. */
  iota(): Vec {
    const dst = this.vec('iota');
    this.#emit({ op: 'iota', dst });
    return dst;
  }

  add(a: Vec, b: Vec): Vec {
    return this.#binary('add', a, b);
  }
  sub(a: Vec, b: Vec): Vec {
    return this.#binary('sub', a, b);
  }
  mul(a: Vec, b: Vec): Vec {
    return this.#binary('mul', a, b);
  }
  div(a: Vec, b: Vec): Vec {
    return this.#binary('div', a, b);
  }
  /** `a < b ? a : b`: b when either is NaN. */
  min(a: Vec, b: Vec): Vec {
    return this.#binary('min', a, b);
  }
  /** `a > b ? a : b`: b when either is NaN. */
  max(a: Vec, b: Vec): Vec {
    return this.#binary('max', a, b);
  }
  /** Writes `a op b` into a given register. */
  binaryInto(op: BinaryOp | IntBinaryOp, dst: Vec, a: Vec, b: Vec): void {
    this.#emit({ op, dst, a, b });
  }

  /** a * b + c. */
  fma(a: Vec, b: Vec, c: Vec): Vec {
    const dst = this.vec('v');
    this.#emit({ op: 'fma', dst, a, b, c });
    return dst;
  }
  /** acc += a * b. */
  fmaInto(acc: Vec, a: Vec, b: Vec): void {
    this.#emit({ op: 'fma', dst: acc, a, b, c: acc });
  }

  copyInto(dst: Vec, a: Vec): void {
    this.#emit({ op: 'copy', dst, a });
  }
  unary(op: UnaryOp, a: Vec): Vec {
    const dst = this.vec('v');
    this.#emit({ op, dst, a });
    return dst;
  }
  intBinary(op: IntBinaryOp, a: Vec, b: Vec): Vec {
    const dst = this.vec('i');
    this.#emit({ op, dst, a, b });
    return dst;
  }
  shift(op: ShiftOp, a: Vec, by: number): Vec {
    const dst = this.vec('i');
    this.#emit({ op, dst, a, by });
    return dst;
  }

  compare(op: CompareOp, a: Vec, b: Vec): Mask {
    const dst = this.#mask();
    this.#emit({ op, dst, a, b });
    return dst;
  }
  maskOp(op: MaskOp, a: Mask, b: Mask): Mask {
    const dst = this.#mask();
    this.#emit({ op, dst, a, b });
    return dst;
  }
  /** mask ? a : b. */
  select(mask: Mask, a: Vec, b: Vec): Vec {
    const dst = this.vec('v');
    this.selectInto(dst, mask, a, b);
    return dst;
  }
  selectInto(dst: Vec, mask: Mask, a: Vec, b: Vec): void {
    this.#emit({ op: 'select', dst, mask, a, b });
  }

  /** The finished kernel. */
  finish(): Kernel {
    return {
      name: this.name,
      lanes: this.lanes,
      pointers: [...this.#pointers, ...this.#scratch.map(({ ptr }) => ptr)],
      scratch: this.#scratch.map(({ floats }) => floats),
      ints: this.#ints,
      body: this.#body,
    };
  }

  #binary(op: BinaryOp, a: Vec, b: Vec): Vec {
    const dst = this.vec('v');
    this.#emit({ op, dst, a, b });
    return dst;
  }

  #mask(): Mask {
    return { kind: 'mask', id: this.#nextId++, role: 'm' };
  }

  #emit(instruction: Instruction): void {
    this.#body.push(instruction);
  }
}
