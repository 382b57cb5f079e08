/** @file Checksums of files. */

import { FoveaError } from '../base/errors.ts';
import { md5 } from './md5.ts';

/** Bytes as hexadecimal digits in lower case. */
function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 in lower-case hex. Throws FoveaError where the platform has no Web Crypto (a page served without https). */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new FoveaError(
      'Web Crypto is not available here, so a download cannot be checked; serve the page over https.',
    );
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return hexadecimal(new Uint8Array(digest));
}

/**
 * What is wrong with the bytes, or null when they have the checksum: SHA-256 or MD5 in hexadecimal digits, by their number.
 * Throws as `sha256` does.
 */
export async function checksumProblem(bytes: Uint8Array, checksum: string): Promise<string | null> {
  const isMd5 = checksum.length === 32;
  const found = isMd5 ? hexadecimal(await md5(bytes)) : await sha256(bytes);
  return found === checksum ? null : `${isMd5 ? 'MD5' : 'SHA-256'} is ${found}, expected ${checksum}`;
}
