/** @file Fetching one file from the first of several URLs that has it, unpacked and checked. */

import { FormatError, FoveaError } from '../base/errors.ts';
import { DownloadProgress } from './download-progress.ts';
import { gunzip } from './gunzip.ts';

/** A server that sends nothing for so long is given up. */
const SILENCE_MS = 60_000;

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

/** The bytes of an answer, with progress. `heard` is called whenever some arrive. */
async function readBody(response: Response, url: string, heard: () => void): Promise<Uint8Array> {
  // Of a file that `fetch` unpacks itself, the length is that of the packed one.
  const packed = response.headers.get('content-encoding') !== null;
  const length = packed ? Number.NaN : Number(response.headers.get('content-length') ?? Number.NaN);
  const progress = new DownloadProgress(url, Number.isNaN(length) ? undefined : length);
  const parts: Uint8Array[] = [];
  let received = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader!.read()) {
    heard();
    parts.push(part.value);
    received += part.value.length;
    progress.update(received);
  }
  progress.end(received);
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function download(url: string): Promise<Uint8Array> {
  const abort = new AbortController();
  const giveUp = () => abort.abort(new FoveaError(`the server was silent for ${SILENCE_MS / 1000} seconds`));
  let timer = setTimeout(giveUp, SILENCE_MS);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, SILENCE_MS);
  };
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) {
      throw new FoveaError(`the server answered ${response.status} ${response.statusText}`.trim());
    }
    return await readBody(response, url, heard);
  } finally {
    clearTimeout(timer);
  }
}

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
  if (checksum !== undefined) {
    const found = await sha256(bytes);
    if (found !== checksum) throw new FormatError(`SHA-256 is ${found}, expected ${checksum}`);
  }
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
