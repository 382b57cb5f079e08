/**
 * @file The vector-kernel IR: what every fast kernel is written in and every code generator reads.
 *
 * A kernel is a function of pointers and counts. Its body works on virtual registers:
 * - `Vec`: a register of `lanes` 32-bit lanes (4 on WebAssembly, 8 on AVX2, 16 on AVX-512), mutable. Lanes are
 *   untyped bits; float operations read them as f32, the `…Int` operations as i32.
 * - `Mask`: one truth value per lane. Never stored to memory (AVX-512 keeps masks in registers of their own).
 * - `Ptr`: a byte address, mutable. Floats lie at multiples of 4, bytes anywhere.
 * - `Int`: an unsigned count that the caller passes; it only feeds loop counts.
 * Control flow is counted loops only. There are no calls and no branches, so time never depends on data. Addresses do
 * only in `gather` and `gatherBytes`: a kernel must limit the indices that it computes from data, since no target
 * checks them.
 */

/** A virtual vector register. `role` names it in dumps. */
export interface Vec {
  readonly kind: 'vec';
  readonly id: number;
  readonly role: string;
}

/** A virtual mask register: one truth value per lane. */
export interface Mask {
  readonly kind: 'mask';
  readonly id: number;
  readonly role: string;
}

/** A virtual pointer register, in bytes. */
export interface Ptr {
  readonly kind: 'ptr';
  readonly id: number;
  readonly role: string;
}

/** A count given by the caller. */
export interface Int {
  readonly kind: 'int';
  readonly id: number;
  readonly role: string;
}

/** How often a loop runs: a constant, `floor(int / by)`, or `int mod by`. */
export type Count = number | { readonly int: Int; readonly op: 'div' | 'mod'; readonly by: number };

/** Float operations of two registers. `max(a, b)` is `a > b ? a : b` and `min(a, b)` is `a < b ? a : b`, so both give `b` when either is NaN. */
export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';

/** Bit and integer operations of two registers (i32, wrapping). */
export type IntBinaryOp = 'addInt' | 'mulInt' | 'xorInt' | 'andInt' | 'orInt';

/** Integer shifts by a constant. `shiftRightInt` is logical (fills with zeros). */
export type ShiftOp = 'shiftLeftInt' | 'shiftRightInt';

/**
 * Operations of one register. `floor` rounds down, `toInt` truncates f32 to i32 (operand within i32 range),
 * `toFloat` converts i32 to f32. `sumLanes`, `maxLanes`, `minLanes` combine all lanes and put the result in every
 * lane; the order of combination is fixed: halves are folded onto each other until one lane is left.
 */
export type UnaryOp =
  | 'copy'
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'floor'
  | 'toInt'
  | 'toFloat'
  | 'sumLanes'
  | 'maxLanes'
  | 'minLanes';

/** Ordered float comparisons: false when either side is NaN. */
export type CompareOp = 'less' | 'lessEqual' | 'equal';

/** Operations of two masks. `andNot(a, b)` is `a and not b`. */
export type MaskOp = 'and' | 'or' | 'andNot';

export type Instruction =
  | { readonly op: 'load'; readonly dst: Vec; readonly ptr: Ptr; readonly offset: number }
  /** Reads `count` (1 ≤ count < lanes) floats and no memory after them; the other lanes become 0. */
  | {
      readonly op: 'loadPartial';
      readonly dst: Vec;
      readonly ptr: Ptr;
      readonly offset: number;
      readonly count: number;
    }
  /** Reads one float and puts it in every lane. */
  | { readonly op: 'broadcast'; readonly dst: Vec; readonly ptr: Ptr; readonly offset: number }
  /** Reads `count` (1 ≤ count ≤ lanes) bytes and no memory after them; each lane becomes an i32 of 0 to 255, the other lanes 0. */
  | {
      readonly op: 'loadBytes';
      readonly dst: Vec;
      readonly ptr: Ptr;
      readonly offset: number;
      readonly count: number;
    }
  /** Each lane reads the float at its own index (i32, ≥ 0, in floats) and no memory beside it. */
  | { readonly op: 'gather'; readonly dst: Vec; readonly ptr: Ptr; readonly offset: number; readonly a: Vec }
  /** Each lane reads the byte at its own index (i32, ≥ 0) and no memory beside it; it becomes an i32 of 0 to 255. */
  | {
      readonly op: 'gatherBytes';
      readonly dst: Vec;
      readonly ptr: Ptr;
      readonly offset: number;
      readonly a: Vec;
    }
  | { readonly op: 'store'; readonly src: Vec; readonly ptr: Ptr; readonly offset: number }
  /** Writes the first `count` (1 ≤ count < lanes) lanes and no memory after them. */
  | {
      readonly op: 'storePartial';
      readonly src: Vec;
      readonly ptr: Ptr;
      readonly offset: number;
      readonly count: number;
    }
  | { readonly op: 'constant'; readonly dst: Vec; readonly value: number }
  | { readonly op: 'constantInt'; readonly dst: Vec; readonly value: number }
  /** Lane i becomes the float i. */
  | { readonly op: 'iota'; readonly dst: Vec }
  | { readonly op: BinaryOp; readonly dst: Vec; readonly a: Vec; readonly b: Vec }
  | { readonly op: IntBinaryOp; readonly dst: Vec; readonly a: Vec; readonly b: Vec }
  | { readonly op: ShiftOp; readonly dst: Vec; readonly a: Vec; readonly by: number }
  | { readonly op: UnaryOp; readonly dst: Vec; readonly a: Vec }
  /** dst = a * b + c, rounded once where the target has a fused multiply-add, else twice. */
  | { readonly op: 'fma'; readonly dst: Vec; readonly a: Vec; readonly b: Vec; readonly c: Vec }
  | { readonly op: CompareOp; readonly dst: Mask; readonly a: Vec; readonly b: Vec }
  | { readonly op: MaskOp; readonly dst: Mask; readonly a: Mask; readonly b: Mask }
  /** Lane by lane: mask ? a : b. */
  | { readonly op: 'select'; readonly dst: Vec; readonly mask: Mask; readonly a: Vec; readonly b: Vec }
  /** dst = src + bytes. */
  | { readonly op: 'pointer'; readonly dst: Ptr; readonly src: Ptr; readonly bytes: number }
  /** Runs `body` `count` times; after each round every pointer in `bumps` moves by its `bytes`. */
  | {
      readonly op: 'loop';
      readonly count: Count;
      readonly body: readonly Instruction[];
      readonly bumps: readonly Bump[];
    };

/** A pointer's step at the end of a loop round. */
export interface Bump {
  readonly ptr: Ptr;
  readonly bytes: number;
}

/** A kernel's name, parameters and body. Parameters are pointers first, then counts. */
export interface Kernel {
  /** Carries the parameters, e.g. `conv2d_28x28x1_3x3x32_relu_pool2x2`. */
  readonly name: string;
  readonly lanes: number;
  readonly pointers: readonly Ptr[];
  /**
   * The last pointers are scratch memory of that many floats each. Its first content is unknown, and it is not read
   * after the call.
   */
  readonly scratch: readonly number[];
  readonly ints: readonly Int[];
  readonly body: readonly Instruction[];
}

/** What the code that writes kernels may know about the target. */
export interface VectorTarget {
  /** f32 lanes of a vector register. */
  readonly lanes: number;
  /** Vector registers that accumulators and loaded operands may take at once. */
  readonly registers: number;
  /**
   * How operands of an inner loop reach registers: `streamed`, one after another as the kernel says; or `hoisted`, all
   * loads of a loop round first (V8's optimizing compiler reorders so), and then all of them take registers.
   */
  readonly operands: 'streamed' | 'hoisted';
  /** Depth steps to write out per round of an inner loop. */
  readonly unroll: number;
  /** Bytes of a core's first two data caches, the smallest sizes that are common among processors with such vectors. */
  readonly l1Bytes: number;
  readonly l2Bytes: number;
}

/** Bytes of one f32. */
export const FLOAT_BYTES = 4;
