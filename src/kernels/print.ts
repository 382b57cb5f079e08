/** @file Readable text of kernels: the debug dump, and how messages name an instruction. */

import type { Count, Instruction, Int, Kernel, Mask, Ptr, Vec } from './ir.ts';

const PREFIX = { vec: 'v', mask: 'm', ptr: 'p', int: 'n' } as const;

/** A register as dumps show it, e.g. `v7:acc`. */
export function printRegister(register: Vec | Mask | Ptr | Int): string {
  return `${PREFIX[register.kind]}${register.id}:${register.role}`;
}

/** A loop count, e.g. `9` or `n2:samples div 4`. */
function printCount(count: Count): string {
  return typeof count === 'number' ? `${count}` : `${printRegister(count.int)} ${count.op} ${count.by}`;
}

function printAddress(ptr: Ptr, offset: number): string {
  if (offset === 0) return `[${printRegister(ptr)}]`;
  return `[${printRegister(ptr)} ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}]`;
}

/** One instruction on one line; of a loop only its head. */
export function printInstruction(instruction: Instruction): string {
  switch (instruction.op) {
    case 'load':
    case 'broadcast':
      return `${printRegister(instruction.dst)} = ${instruction.op} ${printAddress(instruction.ptr, instruction.offset)}`;
    case 'loadPartial':
    case 'loadBytes': {
      const { op, dst, ptr, offset, count } = instruction;
      return `${printRegister(dst)} = ${op} ${printAddress(ptr, offset)} count ${count}`;
    }
    case 'gather':
    case 'gatherBytes': {
      const { op, dst, ptr, offset, a } = instruction;
      return `${printRegister(dst)} = ${op} ${printAddress(ptr, offset)} at ${printRegister(a)}`;
    }
    case 'store':
      return `store ${printAddress(instruction.ptr, instruction.offset)} = ${printRegister(instruction.src)}`;
    case 'storePartial': {
      const { src, ptr, offset, count } = instruction;
      return `storePartial ${printAddress(ptr, offset)} count ${count} = ${printRegister(src)}`;
    }
    case 'constant':
    case 'constantInt':
      return `${printRegister(instruction.dst)} = ${instruction.op} ${instruction.value}`;
    case 'pointer':
      return `${printRegister(instruction.dst)} = ${printRegister(instruction.src)} + ${instruction.bytes}`;
    case 'loop':
      return `loop ${printCount(instruction.count)}`;
    default:
      return printComputation(instruction);
  }
}

/** An instruction that computes a register from others. */
function printComputation(
  instruction: Exclude<Instruction, { op: 'loop' | 'store' | 'storePartial' }>,
): string {
  const operands = (['mask', 'a', 'b', 'c'] as const).flatMap((field) => {
    const register = (instruction as { readonly [F in typeof field]?: Vec | Mask })[field];
    return register ? [printRegister(register)] : [];
  });
  const by = 'by' in instruction ? ` by ${instruction.by}` : '';
  return `${printRegister(instruction.dst)} = ${[instruction.op, operands.join(', ')].join(' ').trimEnd()}${by}`;
}

/** The whole kernel, one instruction on each line, loop bodies indented. */
export function printKernel(kernel: Kernel): string {
  const parameters = [...kernel.pointers, ...kernel.ints].map(printRegister).join(', ');
  const lines = [`kernel ${kernel.name}(${parameters}) lanes ${kernel.lanes} {`];
  printBody(kernel.body, '  ', lines);
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

function printBody(body: readonly Instruction[], indent: string, lines: string[]): void {
  for (const instruction of body) {
    const line = indent + printInstruction(instruction);
    if (instruction.op !== 'loop') {
      lines.push(line);
      continue;
    }
    lines.push(`${line} {`);
    printBody(instruction.body, `${indent}  `, lines);
    for (const { ptr, bytes } of instruction.bumps) {
      lines.push(`${indent}  bump ${printRegister(ptr)} by ${bytes}`);
    }
    lines.push(`${indent}}`);
  }
}
