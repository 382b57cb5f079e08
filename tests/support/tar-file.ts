/** @file Tar archives for tests. */

const BLOCK = 512;

/** Names of more than 100 characters are cut at their last slash, as the format says. */
function header(path: string, size: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const write = (text: string, at: number) => bytes.set(new TextEncoder().encode(text), at);
  const cut = path.length > 100 ? path.lastIndexOf('/') : -1;
  write(path.slice(cut + 1), 0);
  write(path.slice(0, Math.max(0, cut)), 345);
  write(`${size.toString(8).padStart(11, '0')} `, 124);
  write('0', 156);
  write('ustar', 257);
  return bytes;
}

/** An archive of files by their paths. */
export function tarFile(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of Object.entries(files)) {
    parts.push(header(path, bytes.length), bytes, new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK));
  }
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]);
}
