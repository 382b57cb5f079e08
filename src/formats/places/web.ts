/** @file Files at web addresses. */

import { FormatError } from '../../base/errors.ts';
import { type AbsentFile, type FilePlace, SavedFile } from '../saved-file.ts';

/** What an address answered with. */
interface Answer {
  readonly bytes: Uint8Array;
  /** Where redirections led to. */
  readonly url: string;
}

/** The file at `url`. Throws FormatError, with the address and what happened, when it cannot be fetched. */
export async function openWebFile(url: string): Promise<SavedFile> {
  const found = await fetchFile(url);
  if ('reason' in found) throw new FormatError(`Cannot load ${url}: ${found.reason}. ${advice(url)}`);
  // A blob has nothing beside it.
  if (url.startsWith('blob:')) return new SavedFile(url, found.bytes);
  return new SavedFile(url, found.bytes, webPlace(url, found.url));
}

/** What to do about an address without a file. Web pages show such as those of folders, for instance for shared models. */
function advice(url: string): string {
  const isFolder = new URL(url).pathname.endsWith('/');
  return isFolder
    ? 'It is the address of a folder: give that of the model in it, such as its model.json.'
    : 'Check the address.';
}

/**
 * The folder of the address that was given, and then of the one that it led to: a store may redirect each file by itself, a
 * short address the model alone. What stands behind the `?`, such as a permission, is sent with every file.
 */
function webPlace(given: string, reached: string): FilePlace {
  const places = given === reached || reached === '' ? [given] : [given, reached];
  return {
    isRemote: true,
    async read(path) {
      const answers: AbsentFile[] = [];
      for (const url of places) {
        const answer = await readBeside(url, path);
        if ('bytes' in answer) return answer.bytes;
        answers.push(answer);
      }
      return answers[0]!;
    },
  };
}

async function readBeside(url: string, path: string): Promise<Answer | AbsentFile> {
  const { href: folder } = new URL('./', url);
  const file = new URL(path.replace(/[?#]/g, encodeURIComponent), folder);
  // Such as `%2e%2e/`, which stands for `../`.
  if (!file.href.startsWith(folder))
    return { reason: `its address would be ${file.href}, which lies elsewhere` };
  file.search = new URL(url).search;
  return fetchFile(file.href);
}

/**
 * What `url` answers with. In a browser "no such file" can look like no connection, since answers of errors often lack the
 * permission for pages of other addresses (CORS).
 */
async function fetchFile(url: string): Promise<Answer | AbsentFile> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const { message, cause } = error as Error & { readonly cause?: Error };
    return {
      reason:
        `${cause?.message || message}. There is no connection, no such server, or, in a browser, the server does not allow pages of ` +
        'other addresses to read its files (CORS)',
    };
  }
  if (response.status >= 500) {
    throw new FormatError(`Cannot load ${url}: the server answered ${answer(response)}. Try again later.`);
  }
  if (!response.ok) return { reason: `the server answered ${answer(response)}` };
  const bytes = await contentOf(response, url);
  return isPage(response, bytes)
    ? { reason: 'the server answered with a page (HTML), as servers do when they have no such file' }
    : { bytes, url: response.url };
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
