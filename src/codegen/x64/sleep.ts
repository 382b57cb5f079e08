/** @file How a thread sleeps until a word of the control block changes, and how sleeping threads are woken. */

import type { Assembler } from './assembler.ts';
import { CONTROL } from './control-block.ts';
import { mem } from './operands.ts';
import {
  eax,
  ecx,
  edx,
  esi,
  low32,
  r8,
  r8d,
  r9,
  r10d,
  rax,
  rbp,
  rcx,
  rdi,
  rdx,
  rsi,
  rsp,
} from './registers.ts';

/**
 * The system's call: Linux' futex, macOS' __ulock_wait and __ulock_wake, Windows' WaitOnAddress and WakeByAddressAll.
 * The functions of the latter two are in the control block.
 */
export type SleepCall = 'futex' | 'ulock' | 'waitOnAddress';

const FUTEX_CALL = 202;
const FUTEX_WAIT_PRIVATE = 128;
const FUTEX_WAKE_PRIVATE = 129;
const EVERYONE = 0x7fffffff;

const ULOCK_COMPARE_AND_WAIT = 1;
const ULOCK_WAKE_ALL = 0x100;

const FOREVER = 0xffffffff;

/** Bytes on the stack: 32 that Windows' functions may use, then three values. */
const CALL_BYTES = 64;
const KEPT_CONTROL = mem(rsp, 32);
const KEPT_COUNT = mem(rsp, 40);
const COMPARED = mem(rsp, 48);

/**
 * Sleeps while the u32 `field` of the control block in r8 is edx. May return although it did not change. Preserves r8,
 * rcx and the registers that C functions preserve.
 */
export function emitSleep(asm: Assembler, call: SleepCall, field: number): void {
  if (call === 'futex') {
    futex(asm, FUTEX_WAIT_PRIVATE, field, () => asm.emit('xor', r10d, r10d));
    return;
  }
  callSystem(asm, CONTROL.sleepFunction, () => {
    if (call === 'ulock') {
      asm.emit('mov', low32(rdi), ULOCK_COMPARE_AND_WAIT);
      asm.emit('lea', rsi, mem(r8, field));
      asm.emit('xor', ecx, ecx);
    } else {
      asm.emit('mov', COMPARED, rdx);
      asm.emit('lea', rcx, mem(r8, field));
      asm.emit('lea', rdx, COMPARED);
      asm.emit('mov', r8d, 4);
      asm.emit('mov', low32(r9), FOREVER);
    }
  });
}

/**
 * Wakes all threads that sleep on the u32 `field` of the control block in r8. Preserves r8, rcx and the registers that
 * C functions preserve.
 */
export function emitWake(asm: Assembler, call: SleepCall, field: number): void {
  if (call === 'futex') {
    futex(asm, FUTEX_WAKE_PRIVATE, field, () => asm.emit('mov', edx, EVERYONE));
    return;
  }
  callSystem(asm, CONTROL.wakeFunction, () => {
    if (call === 'ulock') {
      asm.emit('mov', low32(rdi), ULOCK_COMPARE_AND_WAIT | ULOCK_WAKE_ALL);
      asm.emit('lea', rsi, mem(r8, field));
      asm.emit('xor', edx, edx);
    } else asm.emit('lea', rcx, mem(r8, field));
  });
}

function futex(asm: Assembler, operation: number, field: number, rest: () => void): void {
  // The system call changes rcx and r11.
  asm.emit('mov', r9, rcx);
  asm.emit('lea', rdi, mem(r8, field));
  asm.emit('mov', esi, operation);
  rest();
  asm.emit('mov', eax, FUTEX_CALL);
  asm.emit('syscall');
  asm.emit('mov', rcx, r9);
}

/** Calls the C function that `pointer` of the control block points to. */
function callSystem(asm: Assembler, pointer: number, setArguments: () => void): void {
  asm.emit('push', rbp);
  asm.emit('mov', rbp, rsp);
  asm.emit('sub', rsp, CALL_BYTES);
  asm.emit('and', rsp, -16);
  asm.emit('mov', KEPT_CONTROL, r8);
  asm.emit('mov', KEPT_COUNT, rcx);
  asm.emit('mov', rax, mem(r8, pointer));
  setArguments();
  asm.emit('call', rax);
  asm.emit('mov', r8, KEPT_CONTROL);
  asm.emit('mov', rcx, KEPT_COUNT);
  asm.emit('mov', rsp, rbp);
  asm.emit('pop', rbp);
}
