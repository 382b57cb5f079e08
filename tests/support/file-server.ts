/** @file A server of one file that misbehaves as it is told, for downloads. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server answers one request. */
export interface Answer {
  /** The file of this request. */
  readonly bytes: Uint8Array;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cuts the connection after so many bytes of the answer. */
  readonly cutAfter?: number;
  /** Sends so many bytes of the answer and then nothing more. */
  readonly stallAfter?: number;
  /** Whether a request for a part gets it. Default true. */
  readonly ranges?: boolean;
  /** Whether the answer says its length. Default true. */
  readonly length?: boolean;
}

export interface FileServer {
  readonly url: string;
  /** Path and headers of each request so far. */
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** What the next requests get, one after another; the last one for all further. */
  answers: readonly Answer[];
  close(): Promise<void>;
}

const ETAG = '"v1"';

function send(response: ServerResponse, answer: Answer, request: IncomingHttpHeaders): void {
  const { bytes, headers = {}, cutAfter, stallAfter, ranges = true, length = true } = answer;
  const start = Number(/^bytes=(\d+)-$/.exec(request.range ?? '')?.[1] ?? Number.NaN);
  const tag = headers.etag ?? ETAG;
  const isPart = ranges && !Number.isNaN(start) && [undefined, tag].includes(request['if-range'] as string);
  const body = isPart ? bytes.subarray(start) : bytes;
  response.statusCode = answer.status ?? (isPart ? 206 : 200);
  response.setHeader('etag', tag);
  if (length) response.setHeader('content-length', body.length);
  if (isPart) response.setHeader('content-range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const some = body.subarray(0, cutAfter ?? stallAfter ?? body.length);
  if (cutAfter !== undefined) response.write(some, () => setTimeout(() => response.destroy(), 20));
  else if (stallAfter !== undefined) response.write(some);
  else response.end(some);
}

/** Starts a server on a free port of this machine. */
export async function serveFile(): Promise<FileServer> {
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    const { answers } = self;
    const answer = answers.length > 1 ? answers[0]! : answers.at(-1)!;
    if (answers.length > 1) self.answers = answers.slice(1);
    requests.push({ path: request.url!, headers: request.headers });
    send(response, answer, request.headers);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const self: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    answers: [],
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return self;
}
