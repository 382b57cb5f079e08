/** @file Files at web addresses. */

import { FormatError } from '../../base/errors.ts';
import { type AbsentFile, type FilePlace, SavedFile } from '../saved-file.ts';

/** The file at `url`. Throws FormatError, with the address and what happened, when it cannot be fetched. */
export async function openWebFile(url: string): Promise<SavedFile> {
  const found = await fetchFile(url);
  if (found instanceof Uint8Array) return new SavedFile(url, found, webPlace(url));
  throw new FormatError(`Cannot load ${url}: ${found.reason}. Check the address.`);
}

/** The folder of an address. What stands behind its `?`, such as a permission, is sent with every file. */
function webPlace(url: string): FilePlace {
  const { href: folder } = new URL('./', url);
  const { search } = new URL(url);
  return {
    async read(path) {
      const file = new URL(path.replace(/[?#]/g, encodeURIComponent), folder);
      // Such as `%2e%2e/`, which stands for `../`.
      if (!file.href.startsWith(folder))
        return { reason: `its address would be ${file.href}, which lies elsewhere` };
      file.search = search;
      return fetchFile(file.href);
    },
  };
}

async function fetchFile(url: string): Promise<Uint8Array | AbsentFile> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const { message, cause } = error as Error & { readonly cause?: Error };
    throw new FormatError(
      `Cannot load ${url}: ${cause?.message || message}. There is no connection, no such server, or, in a browser, the server does not ` +
        'allow pages of other addresses to read its files (CORS).',
      { cause: error },
    );
  }
  if (response.status >= 500) {
    throw new FormatError(`Cannot load ${url}: the server answered ${answer(response)}. Try again later.`);
  }
  if (!response.ok) return { reason: `the server answered ${answer(response)}` };
  const bytes = await contentOf(response, url);
  return isPage(response, bytes)
    ? { reason: 'the server answered with a page (HTML), as servers do when they have no such file' }
    : bytes;
}

async function contentOf(response: Response, url: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new FormatError(
      `Cannot load ${url}: the connection broke (${(error as Error).message}). Try again.`,
      {
        cause: error,
      },
    );
  }
}

function answer({ status, statusText }: Response): string {
  return statusText === '' ? String(status) : `${status} (${statusText})`;
}

function isPage(response: Response, bytes: Uint8Array): boolean {
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) return true;
  return /^\s*<(!doctype html|html)/i.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}
