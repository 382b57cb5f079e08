/** @file What surrounds the library: Node or a browser. Imports no Node module, so that everything may import it. */

/** True under Node, where `node:` modules can be imported dynamically. */
export function isNode(): boolean {
  return typeof process !== 'undefined' && typeof process.versions?.node === 'string';
}

/** Whether `\\` parts folders in paths. Elsewhere it is a letter of a name. */
export function isWindows(): boolean {
  return isNode() && process.platform === 'win32';
}

/** An environment variable; `undefined` when it is unset or empty, and always in a browser. */
export function environmentVariable(name: string): string | undefined {
  const value = isNode() ? process.env[name] : undefined;
  return value === '' ? undefined : value;
}

/** Threads that the machine runs at the same time, as far as that can be told without waiting; else 1. */
export function parallelism(): number {
  // Node 20.16 and newer hand out built-in modules without an import, Node 21 and browsers have `navigator`.
  const os = isNode() ? process.getBuiltinModule?.('node:os') : undefined;
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

declare const __filename: string | undefined;

/**
 * Where Node loaded this code from; packages are looked for from there. Works in a CommonJS bundle too, which has no
 * import.meta.
 */
export function codeLocation(): string {
  const url: string | undefined = import.meta.url;
  return url ?? (typeof __filename === 'string' ? __filename : `${process.cwd()}/`);
}
