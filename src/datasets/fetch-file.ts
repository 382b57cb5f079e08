/** @file Fetching one file from the first of several URLs that has it, unpacked and checked. */

import { FormatError, FoveaError } from '../base/errors.ts';
import { checksumProblem } from '../downloads/checksum.ts';
import { download, reasonOf } from '../downloads/download.ts';
import { gunzip } from './gunzip.ts';

/** How a file is fetched. */
export interface FetchOptions {
  /** Whether gzip is unpacked, which is decided by the content: `fetch` does it itself when the server says so. */
  readonly unpack: boolean;
  /** SHA-256 that the bytes must have, after unpacking. */
  readonly checksum?: string;
}

async function fetchOne(url: string, { unpack, checksum }: FetchOptions): Promise<Uint8Array> {
  const received = await download(url);
  const bytes = unpack ? await gunzip(received) : received;
  const problem = checksum === undefined ? null : await checksumProblem(bytes, checksum);
  if (problem !== null) throw new FormatError(problem);
  return bytes;
}

/** The file behind the first of `urls` that answers with it. Throws FoveaError listing each URL with what went wrong. */
export async function fetchFile(urls: readonly string[], options: FetchOptions): Promise<Uint8Array> {
  const failures: string[] = [];
  for (const url of urls) {
    try {
      return await fetchOne(url, options);
    } catch (error) {
      failures.push(`${url} (${reasonOf(error)})`);
    }
  }
  throw new FoveaError(`Could not download: ${failures.join('; ')}.`);
}
