/** @file Bytes that are not in memory that threads share. */

/** The bytes, as Blob, Response and other parts of a page take them: a copy where threads share the memory they lie in. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
}
