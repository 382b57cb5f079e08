/** @file Fetching a file: with progress, again where a connection is cut, and from where it was cut where the server can. */

import { FoveaError } from '../base/errors.ts';
import { DownloadProgress } from './download-progress.ts';
import { PassingError, ReceivedBody } from './received-body.ts';

/** Told of a download's progress: bytes so far, and of how many, or undefined where the server does not say. */
export type ProgressListener = (received: number, total: number | undefined) => void;

/** Times that matter for tests, and who is told of the progress. */
export interface DownloadOptions {
  readonly onProgress?: ProgressListener | null;
  /** A server that sends nothing for so long is given up. Default a minute. */
  readonly silenceMs?: number;
  /** The wait before the second attempt, doubled for each further one. Default half a second. */
  readonly pauseMs?: number;
}

/** Attempts in a row that may bring nothing new. */
const ATTEMPTS = 4;
/** Attempts at all. */
const MOST_ATTEMPTS = 100;

/** The reason why a request failed, with the cause that `fetch` does not show in its message ("fetch failed"). */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error instanceof FoveaError ? null : error.cause;
  return cause instanceof Error && cause.message !== ''
    ? `${error.message}: ${cause.message}`
    : error.message;
}

/** One connection: adds what it brings to `body`. */
async function receive(url: string, body: ReceivedBody, silenceMs: number, onProgress: ProgressListener) {
  const abort = new AbortController();
  const giveUp = () => abort.abort(new PassingError(`the server was silent for ${silenceMs / 1000} seconds`));
  let timer = setTimeout(giveUp, silenceMs);
  try {
    const response = await fetch(url, { signal: abort.signal, headers: body.headers });
    body.begin(response);
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader!.read()) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
      body.add(part.value);
      onProgress(body.received, body.total);
    }
    return body.finish();
  } finally {
    clearTimeout(timer);
    // Ends a connection whose answer is of no use.
    abort.abort();
  }
}

/**
 * The bytes behind `url`. Where a connection is cut or the server is busy, it tries again, and goes on where the server lets
 * it. Throws FoveaError with the reason when there is no connection at all, when the server refuses, and when four attempts
 * in a row bring nothing new.
 */
export async function download(url: string, options: DownloadOptions = {}): Promise<Uint8Array> {
  const { silenceMs = 60_000, pauseMs = 500, onProgress = null } = options;
  const body = new ReceivedBody();
  const progress = new DownloadProgress(url);
  /** What the listener threw, which no other attempt makes good. */
  const thrown: unknown[] = [];
  const told: ProgressListener = (received, total) => {
    progress.update(received, total);
    try {
      onProgress?.(received, total);
    } catch (error) {
      thrown.push(error);
      throw error;
    }
  };
  let furthest = 0;
  let failures = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      const bytes = await receive(url, body, silenceMs, told);
      progress.end(bytes.length);
      return bytes;
    } catch (error) {
      if (thrown.length > 0) throw thrown[0];
      const isNew = body.received > furthest;
      furthest = Math.max(furthest, body.received);
      failures = isNew ? 1 : failures + 1;
      // Without a connection to begin with there is no use in waiting for one.
      const passes = error instanceof PassingError || (furthest > 0 && !(error instanceof FoveaError));
      if (!passes || failures >= ATTEMPTS || attempt >= MOST_ATTEMPTS) {
        const tried = attempt === 1 ? '' : `, after ${attempt} attempts`;
        throw new FoveaError(`${reasonOf(error)}${tried}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** (failures - 1)));
    }
  }
}
