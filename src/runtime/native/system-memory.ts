/** @file Memory from the operating system: for machine code, writable first and executable then, never both. */

import { BackendError } from '../../base/errors.ts';
import type { Foreign, ForeignFunction } from './foreign.ts';

/** Machine code in memory. */
export interface CodeBlock {
  readonly address: number;
  /** Gives the memory back. Nothing may run in it, now or later. */
  free(): void;
}

/** Memory for both JavaScript and machine code. */
export interface SharedMemory {
  readonly address: number;
  readonly buffer: ArrayBuffer;
  /** Gives the memory back. Nothing may touch it any more, nor `buffer`. */
  free(): void;
}

export interface SystemMemory {
  /** Bytes of a page: what `protect` works on. */
  readonly pageBytes: number;
  /** Puts code into memory of its own. Throws BackendError when the system does not allow it. */
  load(code: Uint8Array<ArrayBuffer>): CodeBlock;
  /** Zeroed memory in pages of its own, which stays until it is freed. Throws BackendError when there is none. */
  share(bytes: number): SharedMemory;
  /** Whether as many contiguous addresses are free now. */
  canReserve(bytes: number): boolean;
  /** Forbids or allows access to whole pages. Throws BackendError when the system refuses. */
  protect(address: number, bytes: number, access: 'none' | 'readWrite'): void;
  /** Asks for large pages where the system has them. */
  preferLargePages(address: number, bytes: number): void;
}

/** The memory of this system. Throws BackendError for a system without an implementation. */
export function systemMemory(foreign: Foreign): SystemMemory {
  const { platform } = process;
  if (platform === 'win32') return windowsMemory(foreign);
  if (platform === 'linux' || platform === 'darwin') return posixMemory(foreign, platform);
  throw new BackendError(`Native code is not supported on ${platform}; it is on Linux, macOS and Windows.`);
}

const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const PROT_READ_EXECUTE = 5;
const MAP_PRIVATE = 0x2;
const MAP_ANONYMOUS = { linux: 0x20, darwin: 0x1000 };
/** macOS: memory that a hardened program may make executable. */
const MAP_JIT = 0x800;
const MADV_HUGEPAGE = 14;
const POSIX_PAGE_BYTES = 4096;

function posixMemory(foreign: Foreign, platform: 'linux' | 'darwin'): SystemMemory {
  const library = (name: string, ...parameters: Parameters<Foreign['find']>[3][number][]): ForeignFunction =>
    foreign.find(null, name, 'int', parameters);
  const mmap = foreign.find(null, 'mmap', 'uintptr_t', [
    'uintptr_t',
    'size_t',
    'int',
    'int',
    'int',
    'int64_t',
  ]);
  const mprotect = library('mprotect', 'uintptr_t', 'size_t', 'int');
  const munmap = library('munmap', 'uintptr_t', 'size_t');
  const madvise = library('madvise', 'uintptr_t', 'size_t', 'int');
  const memcpy = foreign.find(null, 'memcpy', 'uintptr_t', ['uintptr_t', 'void *', 'size_t']);
  const map = (bytes: number, flags: number, access = PROT_READ_WRITE): number | string => {
    // A failure is the address -1 (2⁶⁴ - 1), which is not exact as a JavaScript number.
    const address = Number(mmap(0, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS[platform] | flags, -1, 0));
    return Number.isSafeInteger(address) ? address : `mmap failed with error ${foreign.lastError()}`;
  };
  const tryLoad = (code: Uint8Array<ArrayBuffer>, flags: number): CodeBlock | string => {
    const bytes = roundUp(code.length, POSIX_PAGE_BYTES);
    const address = map(bytes, flags);
    if (typeof address === 'string') return address;
    memcpy(address, code, code.length);
    if (mprotect(address, bytes, PROT_READ_EXECUTE) !== 0) {
      const error = foreign.lastError();
      munmap(address, bytes);
      return `mprotect failed with error ${error}`;
    }
    return { address, free: () => munmap(address, bytes) };
  };
  return {
    pageBytes: POSIX_PAGE_BYTES,
    load(code) {
      let block = tryLoad(code, 0);
      if (typeof block === 'string' && platform === 'darwin') block = tryLoad(code, MAP_JIT);
      if (typeof block === 'string') throw refused(block);
      return block;
    },
    share(bytes) {
      const address = map(bytes, 0);
      if (typeof address === 'string') throw noMemory(address);
      return { address, buffer: foreign.view(address, bytes), free: () => munmap(address, bytes) };
    },
    canReserve(bytes) {
      const address = map(bytes, 0, PROT_NONE);
      if (typeof address === 'number') munmap(address, bytes);
      return typeof address === 'number';
    },
    protect(address, bytes, access) {
      if (mprotect(address, bytes, access === 'none' ? PROT_NONE : PROT_READ_WRITE) === 0) return;
      throw new BackendError(`The system refused to protect memory: error ${foreign.lastError()}.`);
    },
    preferLargePages(address, bytes) {
      // The result is not checked, since a system without large pages may refuse.
      if (platform === 'linux') madvise(address, bytes, MADV_HUGEPAGE);
    },
  };
}

const KERNEL32 = 'kernel32.dll';
const MEM_RESERVE = 0x2000;
const MEM_COMMIT_RESERVE = 0x3000;
const MEM_RELEASE = 0x8000;
const PAGE_NOACCESS = 0x01;
const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;
const WINDOWS_PAGE_BYTES = 4096;

function windowsMemory(foreign: Foreign): SystemMemory {
  const find = (
    name: string,
    result: 'int' | 'uintptr_t' | 'uint32_t',
    ...parameters: Parameters<Foreign['find']>[3]
  ) => foreign.find(KERNEL32, name, result, parameters);
  const virtualAlloc = find('VirtualAlloc', 'uintptr_t', 'uintptr_t', 'size_t', 'uint32_t', 'uint32_t');
  const virtualProtect = find('VirtualProtect', 'int', 'uintptr_t', 'size_t', 'uint32_t', 'void *');
  const virtualFree = find('VirtualFree', 'int', 'uintptr_t', 'size_t', 'uint32_t');
  const flush = find('FlushInstructionCache', 'int', 'uintptr_t', 'uintptr_t', 'size_t');
  const currentProcess = find('GetCurrentProcess', 'uintptr_t');
  const lastError = find('GetLastError', 'uint32_t');
  const copy = foreign.find(KERNEL32, 'RtlMoveMemory', 'void', ['uintptr_t', 'void *', 'size_t']);
  const previous = new Uint32Array(1);
  return {
    pageBytes: WINDOWS_PAGE_BYTES,
    load(code) {
      const bytes = roundUp(code.length, WINDOWS_PAGE_BYTES);
      const address = virtualAlloc(0, bytes, MEM_COMMIT_RESERVE, PAGE_READWRITE);
      if (address === 0) throw refused(`VirtualAlloc failed with error ${lastError()}`);
      copy(address, code, code.length);
      if (virtualProtect(address, bytes, PAGE_EXECUTE_READ, previous) === 0) {
        const error = lastError();
        virtualFree(address, 0, MEM_RELEASE);
        throw refused(`VirtualProtect failed with error ${error}`);
      }
      flush(currentProcess(), address, bytes);
      return { address, free: () => virtualFree(address, 0, MEM_RELEASE) };
    },
    share(bytes) {
      const address = virtualAlloc(0, bytes, MEM_COMMIT_RESERVE, PAGE_READWRITE);
      if (address === 0) throw noMemory(`VirtualAlloc failed with error ${lastError()}`);
      return {
        address,
        buffer: foreign.view(address, bytes),
        free: () => virtualFree(address, 0, MEM_RELEASE),
      };
    },
    canReserve(bytes) {
      const address = virtualAlloc(0, bytes, MEM_RESERVE, PAGE_NOACCESS);
      if (address !== 0) virtualFree(address, 0, MEM_RELEASE);
      return address !== 0;
    },
    protect(address, bytes, access) {
      const wanted = access === 'none' ? PAGE_NOACCESS : PAGE_READWRITE;
      if (virtualProtect(address, bytes, wanted, previous) !== 0) return;
      throw new BackendError(`The system refused to protect memory: error ${lastError()}.`);
    },
    preferLargePages() {},
  };
}

function roundUp(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function noMemory(why: string): BackendError {
  return new BackendError(
    `The native engine got no memory: ${why}. Close other programs, or use the wasm backend.`,
  );
}

function refused(why: string): BackendError {
  return new BackendError(
    `This process may not run machine code of its own: ${why}. Policies such as SELinux's deny_execmem, systemd's ` +
      "MemoryDenyWriteExecute and Windows' Arbitrary Code Guard forbid it. Use the wasm backend.",
  );
}
