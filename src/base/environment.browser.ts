/** @file What surrounds the library in a bundle for browsers: takes the place of environment.ts there. */

type Environment = typeof import('./environment.ts');

/** False, even where there is a `process`: a bundle for browsers cannot reach Node's modules. */
export const isNode: Environment['isNode'] = () => false;

/** Browsers have none. */
export const environmentVariable: Environment['environmentVariable'] = () => undefined;

/** Threads that the machine runs at the same time, as far as the browser tells; else 1. */
export const parallelism: Environment['parallelism'] = () => globalThis.navigator?.hardwareConcurrency ?? 1;

/** Packages are not looked for in a browser. */
export const codeLocation: Environment['codeLocation'] = () => '';
