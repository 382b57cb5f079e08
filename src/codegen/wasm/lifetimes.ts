/**
 * @file Where each register of a kernel is used for the last time, so that its local can serve another.
 *
 * Engines turn locals into SSA values, so fewer locals do not make code faster; but V8 optimises a kernel with fewer
 * locals in less time: it compiles a kernel with 200 temporaries in three quarters (Node 20) to half (Node 26) of the
 * time.
 */

import type { Instruction, Kernel, Mask, Ptr, Vec } from '../../kernels/ir.ts';

/** A register that is not a count; counts are parameters and keep their locals. */
export type LocalRegister = Vec | Mask | Ptr;

/** The lifetimes that end in a kernel's or a loop's body. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly depth: number;
  /** The index of the loop in the parent's body. */
  readonly index: number;
  /** The scopes of the loops in the body, by the loop's index. */
  readonly loops = new Map<number, Scope>();
  /** Registers not needed after the instruction at an index; those needed by the loop's bumps have the body's length. */
  readonly ends = new Map<number, LocalRegister[]>();

  constructor(parent?: Scope, index = 0) {
    this.parent = parent;
    this.index = index;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }
}

interface LastUse {
  readonly register: LocalRegister;
  /** The innermost scope that contains all uses so far. */
  scope: Scope;
  index: number;
}

/**
 * The lifetimes of a verified kernel. A register whose uses all lie in one loop's body is written there before it is
 * read in every round, so it carries nothing from one round to the next, and its lifetime ends with its last use in
 * the body. Parameters are not listed.
 */
export function lifetimes(kernel: Kernel): Scope {
  const uses = new Map<number, LastUse>();
  const root = new Scope();
  collect(kernel.body, root, uses);
  const parameters = new Set(kernel.pointers.map(({ id }) => id));
  for (const { register, scope, index } of uses.values()) {
    if (parameters.has(register.id)) continue;
    const ends = scope.ends.get(index);
    if (ends) ends.push(register);
    else scope.ends.set(index, [register]);
  }
  return root;
}

/** The fields of instructions that are registers. */
const FIELDS = ['dst', 'ptr', 'src', 'mask', 'a', 'b', 'c'] as const;

function collect(body: readonly Instruction[], scope: Scope, uses: Map<number, LastUse>): void {
  body.forEach((instruction, index) => {
    if (instruction.op !== 'loop') {
      const fields = instruction as { readonly [F in (typeof FIELDS)[number]]?: LocalRegister };
      for (const field of FIELDS) if (fields[field]) use(uses, fields[field], scope, index);
      return;
    }
    const inner = new Scope(scope, index);
    scope.loops.set(index, inner);
    collect(instruction.body, inner, uses);
    for (const { ptr } of instruction.bumps) use(uses, ptr, inner, instruction.body.length);
  });
}

/**
 * Records a use; they come in the order of the program. A register used in two scopes lives in the innermost one around
 * both, to the end of the loop there that holds the later use.
 */
function use(uses: Map<number, LastUse>, register: LocalRegister, scope: Scope, index: number): void {
  const known = uses.get(register.id);
  if (known === undefined) {
    uses.set(register.id, { register, scope, index });
    return;
  }
  let ours = scope;
  known.index = index;
  while (ours !== known.scope) {
    if (ours.depth > known.scope.depth) {
      known.index = ours.index;
      ours = ours.parent!;
    } else {
      known.scope = known.scope.parent!;
    }
  }
}
