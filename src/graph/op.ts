/** @file What nodes and their ops are. An op is a shape rule, a gradient, a plain float64 reference, and a way to lower it to kernels. */

import type { Shape } from '../base/shape.ts';
import type { KernelBuilder } from '../kernels/builder.ts';
import type { FusedWindow } from '../kernels/conv-tiles.ts';
import type { Epilogue } from '../kernels/epilogue.ts';
import type { Kernel, Vec, VectorTarget } from '../kernels/ir.ts';
import type { Border } from '../kernels/pad.ts';

/** A concrete value of the reference evaluation: all extents known, the batch included. */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** One application of an op. Its identity is its object. */
export interface Node<A = unknown> {
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: readonly Node[];
  readonly attrs: A;
  readonly shape: Shape;
  /** For dumps and messages: the layer it came from, the name of a leaf. */
  readonly name: string;
}

/** An operation on nodes. `A` are its attributes: plain data, so that equal attributes mean the same operation. */
export interface Op<A = unknown> {
  readonly name: string;
  /** The result's shape. Throws ShapeError with the received shapes when the inputs do not fit. */
  infer(inputs: readonly Shape[], attrs: A): Shape;
  /** The inputs' gradients for the result's gradient `dy`; null for an input without one. 'none': not differentiable. */
  readonly gradient: 'none' | GradientRule<A>;
  /** The result by plain loops in float64: the op's specification. */
  reference(inputs: readonly ReferenceTensor[], attrs: A, shape: readonly number[]): Float64Array;
  readonly lowering: Lowering<A>;
  /**
   * Of ops on maps: the rows (axis 1) or columns (axis 2) of an input that those of the result are computed from, beyond the
   * edges of the maps too. Null: from all. Left out: from the same of element-wise ops, from all of others.
   */
  reads?(node: Node<A>, part: MapPart): Cells | null;
  /** As `reads`, of ops that know it for all axes but the batch's, and may give the places along another axis of the input. */
  readsAlong?(node: Node<A>, part: AxisPart): CellsAlong | null;
}

/** Rows or columns of maps: those before `to`, beginning with `from`. */
export interface Cells {
  readonly from: number;
  readonly to: number;
}

/** Places along an axis. */
export interface CellsAlong extends Cells {
  readonly axis: number;
}

/** Places along an axis of a result, seen from one of the op's inputs. */
export interface AxisPart extends CellsAlong {
  readonly input: number;
}

/** Rows (axis 1) or columns (axis 2) of a result, seen from one of the op's inputs. */
export interface MapPart {
  readonly cells: Cells;
  readonly axis: 1 | 2;
  readonly input: number;
}

export type GradientRule<A> = {
  bivarianceHack(node: Node<A>, dy: Node): readonly (Node | null)[];
}['bivarianceHack'];

/**
 * How the compiler turns an op into code.
 * - `leaf`: given from outside. - `view`: the same numbers under another shape.
 * - `elementwise`: each result element from the matching (broadcast) input elements; chains fuse into one kernel.
 * - `kernel`: a kernel of its own.
 */
export type Lowering<A = unknown> =
  | LeafLowering
  | { readonly kind: 'view' }
  | ElementwiseLowering<A>
  | KernelLowering<A>;

/**
 * Where a leaf's numbers come from: fed before each run, a variable, constants in its attributes, 1/N of the run, or
 * each sample's place in the batch.
 */
export type LeafSource = 'feed' | 'variable' | 'constant' | 'inverseBatchSize' | 'sampleIndex';

export interface LeafLowering {
  readonly kind: 'leaf';
  readonly source: LeafSource;
  /** Set when the numbers are whole ones from 0 to 255 that are kept as bytes. Of batched feeds only. */
  readonly bytes?: true;
}

export interface ElementwiseLowering<A = unknown> {
  readonly kind: 'elementwise';
  /** Set when the result is the input as it is, in floats. */
  readonly unchanged?: true;
  emit(k: KernelBuilder, args: readonly Vec[], attrs: A): Vec;
}

export interface KernelLowering<A = unknown> {
  readonly kind: 'kernel';
  /** The result is summed over all samples (a weight gradient): batched inputs, whole result. The kernel adds to dst. */
  accumulates?(node: Node<A>): boolean;
  /**
   * Bytes of whole values that a call reads or writes from end to end, however few samples it has. Where they are many,
   * a call should have many samples.
   */
  streams?(node: Node<A>): number;
  /** What may be fused after the op, applied to the result while it is in registers. */
  readonly fusible?: 'none' | 'epilogue' | 'epilogue+window';
  /** The only height and width of a window that can be fused; any when left out. */
  readonly windowSize?: readonly [number, number];
  /** The inputs, by index, that the kernel reads as bytes where they are kept so; it gets others as floats. */
  readonly byteInputs?: readonly number[];
  /** Set when an element-wise kernel that computes or reads the op's value can do the op's work too. */
  alongside?(node: Node<A>): Alongside | null;
  /** Set when the op is a window reduction that a producer can apply to its tile (max pooling). */
  window?(attrs: A): WindowReduction | null;
  /**
   * Pointer parameters: one per input in order, then the epilogue's extra operands, then the results.
   * Batched or accumulating kernels take one count: samples.
   */
  lower(request: LowerRequest<A>): Kernel;
}

/**
 * What an op does with its only input, when that needs no pass over memory of its own.
 * - `sum`: adds up each channel (the last axis) over the batch and all other axes. - `border`: stores a map inside of a
 *   larger one of zeros. - `inside`: a map without the border around it.
 */
export type Alongside =
  | { readonly kind: 'sum' }
  | { readonly kind: 'border' | 'inside'; readonly border: Border };

/** A max pooling over non-overlapping windows inside the map, so that a producer's tile can be exactly one window. */
export interface WindowReduction {
  /** The maximum itself, or its place in the window. */
  readonly kind: 'value' | 'index';
  readonly height: number;
  readonly width: number;
}

export interface LowerRequest<A = unknown> {
  readonly node: Node<A>;
  readonly target: VectorTarget;
  /** Applied to the result, after the window if there is one. */
  readonly epilogue: Epilogue | null;
  readonly window: FusedWindow | null;
}
