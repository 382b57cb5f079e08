/** @file TensorFlow.js out of a folder in which it was installed; it is no dependency. */

import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** The package. Throws with what to do when it is not there. */
export async function loadTfjs(folder) {
  const require = createRequire(join(resolve(folder ?? '.'), 'x.js'));
  try {
    const tf = require('@tensorflow/tfjs');
    if (await hasWasm(require)) await tf.setBackend('wasm');
    await tf.ready();
    return tf;
  } catch (error) {
    throw new Error(`Give a folder in which 'npm install @tensorflow/tfjs' was run: ${error.message}`);
  }
}

/** Whether the faster backend was installed too; requiring it makes it known. */
async function hasWasm(require) {
  try {
    require('@tensorflow/tfjs-backend-wasm');
    return true;
  } catch {
    return false;
  }
}
