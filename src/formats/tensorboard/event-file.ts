/** @file An event file of TensorBoard, which grows as training goes on. */

import { appendToFile, nodeFiles } from '../files.ts';
import { message } from '../protobuf.ts';
import { firstEvent, type Summary, summaryEvent } from './events.ts';
import { record } from './record.ts';

/** Milliseconds after which events are written to the disk without being asked to. */
const WRITE_EVERY = 5000;

let files = 0;

/** Events of one folder. The file is made by the first of them. */
export class EventFile {
  readonly #folder: string;
  #path: string | null = null;
  #waiting: Uint8Array[] = [];
  #written = performance.now();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Adds values of a step. Throws FoveaError when the system refuses. */
  async add(step: number, summaries: readonly Summary[]): Promise<void> {
    if (summaries.length === 0) return;
    const now = Date.now() / 1000;
    if (this.#path === null) {
      this.#path = `${this.#folder}/${await nameOf(now)}`;
      this.#waiting.push(record(firstEvent(now)));
    }
    this.#waiting.push(...summaries.map((summary) => record(summaryEvent(now, step, summary))));
    if (performance.now() - this.#written > WRITE_EVERY) await this.flush();
  }

  /** Writes all events to the disk. Throws FoveaError when the system refuses. */
  async flush(): Promise<void> {
    const [path, waiting] = [this.#path, this.#waiting];
    this.#waiting = [];
    this.#written = performance.now();
    if (path !== null && waiting.length > 0) await appendToFile(path, message(...waiting));
  }
}

/** A name such as TensorFlow gives: TensorBoard sorts by the seconds, and machine and process make it unique. */
async function nameOf(seconds: number): Promise<string> {
  await nodeFiles();
  const { hostname } = await import('node:os');
  const time = String(Math.floor(seconds)).padStart(10, '0');
  return `events.out.tfevents.${time}.${hostname()}.${process.pid}.${files++}.v2`;
}
