/** @file MD5, which browsers do not have themselves. */

import { md5 as digest } from '@noble/hashes/legacy';

/** The 16 bytes of the MD5 of `bytes`. */
export async function md5(bytes: Uint8Array): Promise<Uint8Array> {
  return digest(bytes);
}
