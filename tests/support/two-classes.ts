/** @file Twenty samples of two numbers, of two classes, for tests that train. */

import { Tensor } from '../../src/base/tensor.ts';

/** [20, 2]. */
export const x = new Tensor(
  [20, 2],
  'float32',
  Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
);

/** [20]: numbers of classes. */
export const labels = new Tensor(
  [20],
  'int32',
  Int32Array.from({ length: 20 }, (_, i) => (i * i) % 2),
);

/** Options without output. */
export const quiet = { verbose: 0 } as const;
