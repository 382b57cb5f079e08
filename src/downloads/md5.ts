/** @file MD5, by Node. Some files have no better checksum. */

/** The 16 bytes of the MD5 of `bytes`. */
export async function md5(bytes: Uint8Array): Promise<Uint8Array> {
  const { createHash } = await import('node:crypto');
  return createHash('md5').update(bytes).digest();
}
