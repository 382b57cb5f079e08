/**
 * @file What surrounds the library in a browser. Bundles for browsers take this file in the place of environment.ts.
 */

type Environment = typeof import('./environment.ts');

/** False, even where there is a `process`: a bundle for browsers cannot reach Node's modules. */
export const isNode: Environment['isNode'] = () => false;

/** Browsers have no paths of the disk. */
export const isWindows: Environment['isWindows'] = () => false;

/** Browsers have no environment variables. */
export const environmentVariable: Environment['environmentVariable'] = () => undefined;

/** Threads that the machine runs at the same time, as far as the browser tells; else 1. */
export const parallelism: Environment['parallelism'] = () => globalThis.navigator?.hardwareConcurrency ?? 1;

/** Packages are not looked for in a browser. */
export const codeLocation: Environment['codeLocation'] = () => '';
