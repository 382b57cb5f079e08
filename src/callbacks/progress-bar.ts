/** @file The progress bar, byte for byte Keras 3's (`keras/src/utils/progbar.py`). */

import type { Logs } from './callback.ts';
import { formatExponent, formatFixed } from './number-format.ts';
import type { TextOutput } from './text-output.ts';

/** A clock: seconds since any fixed moment. */
export type Clock = () => number;

export interface ProgressBarOptions {
  /** Steps expected; null when unknown. */
  readonly target: number | null;
  /** 1: a bar that is drawn anew; 2: one line at the end. */
  readonly verbose: 0 | 1 | 2;
  readonly output: TextOutput;
  readonly clock: Clock;
}

const WIDTH = 20;
/** The least number of seconds between two drawings. */
const INTERVAL = 0.05;
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal codes are the subject
const CODES = /\x1b\[\d+m/g;

/** Counts steps and shows them. */
export class ProgressBar {
  target: number | null;
  readonly #options: ProgressBarOptions;
  readonly #values = new Map<string, number>();
  readonly #start: number;
  #lastUpdate = 0;
  #timeAfterFirstStep: number | null = null;
  #previousWidth = 0;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.target = options.target;
    this.#start = options.clock();
  }

  /** Shows that `current` steps are done. `finalize` draws in any case and ends the line. */
  update(current: number, values: Logs, finalize: boolean): void {
    for (const [name, value] of Object.entries(values)) this.#values.set(name, value);
    const now = this.#options.clock();
    const perStep = this.#stepDuration(current, now);
    if (this.#options.verbose === 1) {
      if (now - this.#lastUpdate < INTERVAL && !finalize) return;
      this.#draw(current, now, perStep, finalize);
    } else if (this.#options.verbose === 2 && finalize && this.target) {
      this.#options.output.write(this.#line(current, now, perStep));
    }
    this.#lastUpdate = now;
  }

  #draw(current: number, now: number, perStep: number, finalize: boolean): void {
    const bar = this.#bar(current);
    const eta =
      this.target && !finalize ? duration(perStep * (this.target - current)) : elapsed(now - this.#start);
    const info = ` \x1b[1m${eta}\x1b[0m${stepTime(perStep)}${this.#metrics((value) => Math.abs(value) > 1e-3)}`;
    const width = (bar + info).replace(CODES, '').length;
    const blanks = ' '.repeat(Math.max(0, this.#previousWidth - width));
    const message = `${'\b'.repeat(this.#previousWidth)}\r${bar}${info}${blanks}${finalize ? '\n' : ''}`;
    this.#options.output.write(message);
    this.#previousWidth = width;
  }

  #bar(current: number): string {
    if (!this.target) return `${String(current).padStart(7)}/Unknown`;
    const done = Math.trunc(WIDTH * (current / this.target));
    const filled = done > 0 ? `\x1b[32m${'━'.repeat(done)}\x1b[0m` : '';
    return `\x1b[1m${count(current, this.target)}\x1b[0m ${filled}\x1b[37m${'━'.repeat(Math.max(0, WIDTH - done))}\x1b[0m`;
  }

  #line(current: number, now: number, perStep: number): string {
    // Keras writes every value below the threshold with an exponent, negative values too.
    const metrics = this.#metrics((value) => value > 1e-3);
    return `${count(current, this.target!)} - ${elapsed(now - this.#start)} -${stepTime(perStep)}${metrics}\n`;
  }

  #metrics(plain: (value: number) => boolean): string {
    const texts = [...this.#values].map(
      ([name, value]) => ` - ${name}: ${plain(value) ? formatFixed(value, 4) : formatExponent(value, 4)}`,
    );
    return texts.join('');
  }

  /** Seconds for a step. The first step takes longer and does not count when there are more. */
  #stepDuration(current: number, now: number): number {
    if (current === 0) return 0;
    const first = this.#timeAfterFirstStep;
    if (current === 1) this.#timeAfterFirstStep = now;
    return first !== null && current > 1 ? (now - first) / (current - 1) : (now - this.#start) / current;
  }
}

function count(current: number, target: number): string {
  return `${String(current).padStart(String(target).length)}/${target}`;
}

function elapsed(seconds: number): string {
  return `${formatFixed(seconds, 0)}s`;
}

function duration(seconds: number): string {
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  if (seconds > 3600)
    return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  if (seconds > 60) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.trunc(seconds)}s`;
}

function stepTime(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return ` ${formatFixed(seconds, 0)}s/step`;
  if (seconds >= 1e-3) return ` ${formatFixed(seconds * 1000, 0)}ms/step`;
  return ` ${formatFixed(seconds * 1e6, 0)}us/step`;
}
