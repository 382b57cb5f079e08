/**
 * @file One kernel as a machine-code subroutine.
 *
 * Its convention is Fovea's own: arguments (pointers, then counts, 8 bytes each) lie on the stack from [rsp + 8] on, all
 * registers but rsp are the kernel's to change, and rsp + 8 is a multiple of 64.
 */

import { InternalError } from '../../base/errors.ts';
import type { Kernel } from '../../kernels/ir.ts';
import type { Assembler } from './assembler.ts';
import { extractConstants } from './constants.ts';
import { foldLoads } from './fold-loads.ts';
import { KernelFrame } from './kernel-frame.ts';
import { type Item, linearize } from './linear-code.ts';
import { analyseLiveness, type Liveness } from './liveness.ts';
import { emitBegin, emitBumps, emitEnd, emitPointer, type OpenLoop } from './loops.ts';
import { assignRegisters } from './register-allocation.ts';
import { assignWithScratch, gprScratch, vectorScratch } from './scratch.ts';
import { simplifyPointers } from './simplify-pointers.ts';
import { splitAccumulators } from './split-accumulators.ts';
import { type Isa, nativeTarget } from './target.ts';
import { VectorEmitter } from './vector-emitter.ts';
import { emitVector } from './vector-instructions.ts';

/** General registers in the order in which they are taken: all but rsp, those with longer addresses last. */
const GPRS = [0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 14, 15, 5, 13, 12];

/** zmm16 to zmm31 first: on Windows a function need not restore them. */
const VECTORS = {
  avx2: Array.from({ length: 16 }, (_, i) => i),
  avx512: Array.from({ length: 32 }, (_, i) => (i + 16) % 32),
};

const MASKS = [1, 2, 3, 4, 5, 6, 7];

/**
 * Appends the kernel's code, from its entry to `ret`. Throws InternalError when the kernel is for other vectors or its
 * accumulators do not fit the registers.
 */
export function emitKernel(kernel: Kernel, asm: Assembler, isa: Isa): void {
  const { lanes } = nativeTarget(isa);
  if (kernel.lanes !== lanes) {
    throw new InternalError(
      `Kernel ${kernel.name} is written for ${kernel.lanes} lanes; ${isa} has ${lanes}.`,
    );
  }
  const { items: bare, constants } = extractConstants(simplifyPointers(linearize(kernel)), lanes);
  const items = foldLoads(splitAccumulators(bare), isa);
  const liveness = analyseLiveness(kernel, items, constants, isa);
  const vectors = assignWithScratch(liveness, 'vec', VECTORS[isa], kernel.name, (spilled) =>
    items.map((item) => vectorScratch(item, spilled, constants)),
  );
  const gprs = assignWithScratch(liveness, 'gpr', GPRS, kernel.name, (spilled) =>
    items.map((item, i) => gprScratch(item, i, spilled, liveness.counters)),
  );
  const masks = assignRegisters(liveness, 'k', MASKS, kernel.name);
  const frame = new KernelFrame(asm, isa, { kernel, liveness, vectors, gprs, masks });
  emitBody(frame, items, liveness, new VectorEmitter(frame, constants));
}

function emitBody(frame: KernelFrame, items: readonly Item[], liveness: Liveness, to: VectorEmitter): void {
  const open: OpenLoop[] = [];
  frame.enter();
  items.forEach((item, i) => {
    frame.moveTo(i);
    if (item.kind === 'begin') {
      const innermost = liveness.loops.innermost.has(i);
      open.push(emitBegin(frame, item.loop.count, i, innermost));
    } else if (item.kind === 'end') {
      emitBumps(frame, item.loop.bumps);
      emitEnd(frame, open.pop()!);
    } else if (item.instruction.op === 'pointer') emitPointer(frame, item.instruction);
    else {
      to.begin(i, item);
      emitVector(to, item.instruction);
    }
  });
  frame.leave();
}
