/** @file Takes the place of support.ts in bundles for browsers, where no native code runs. */

import { BackendError } from '../../base/errors.ts';

type Support = typeof import('./support.ts');

function refuse(): never {
  throw new BackendError('The native backend needs Node; a browser runs the wasm backend.');
}

export const nativeSupport: Support['nativeSupport'] = async () => refuse();
export const nativeSupportNow: Support['nativeSupportNow'] = refuse;
export const chooseIsa: Support['chooseIsa'] = refuse;
