/** @file Takes the place of native-backend.ts in bundles for browsers: it leaves the compiler to machine code out. */

import { InternalError } from '../base/errors.ts';

type NativeBackendModule = typeof import('./native-backend.ts');

export const NativeBackend: Pick<NativeBackendModule['NativeBackend'], 'create'> = {
  // Never runs: `nativeSupport` refuses first.
  create: () => Promise.reject(new InternalError('The native backend was made in a browser.')),
};
