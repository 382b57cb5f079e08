/** @file Fetching one file from the first of several URLs that has it, unpacked and checked. */

import { gunzipSync } from 'fflate';
import { FormatError, FoveaError } from '../base/errors.ts';

const TIMEOUT_MS = 120_000;

/** SHA-256 in lower-case hex. Throws FoveaError where the platform has no Web Crypto (a page served without https). */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new FoveaError(
      'Web Crypto is not available here, so a download cannot be checked; serve the page over https.',
    );
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The reason why a request failed, with the cause that `fetch` does not show in its message ("fetch failed"). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== ''
    ? `${error.message}: ${cause.message}`
    : error.message;
}

async function fetchOne(url: string, checksum: string | undefined): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok)
    throw new FoveaError(`the server answered ${response.status} ${response.statusText}`.trim());
  const received = new Uint8Array(await response.arrayBuffer());
  // Decided by the content, since `fetch` unpacks the file itself when the server declares the compression.
  const bytes = received[0] === 0x1f && received[1] === 0x8b ? gunzipSync(received) : received;
  if (checksum !== undefined) {
    const found = await sha256(bytes);
    if (found !== checksum) throw new FormatError(`SHA-256 is ${found}, expected ${checksum}`);
  }
  return bytes;
}

/**
 * The file behind the first of `urls` that answers with it; gzip is unpacked.
 *
 * @param checksum SHA-256 that the unpacked bytes must have.
 * @throws FoveaError listing each URL with what went wrong.
 */
export async function fetchFile(urls: readonly string[], checksum?: string): Promise<Uint8Array> {
  const failures: string[] = [];
  for (const url of urls) {
    try {
      return await fetchOne(url, checksum);
    } catch (error) {
      failures.push(`${url} (${reasonOf(error)})`);
    }
  }
  throw new FoveaError(`Could not download: ${failures.join('; ')}.`);
}
