/** @file Options that several commands share, and how their values are read. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES } from '../drawing/language.ts';
import { backend } from '../index.ts';

/** Parsed values of the options that choose the engine. */
export interface EngineOptions {
  readonly backend: 'native' | 'wasm' | 'auto' | undefined;
  readonly threads: number | undefined;
}

/** A reader of whole numbers from `low` to `high` for commander. */
export function wholeNumber(low: number, high: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `from ${low} up` : `from ${low} to ${high}`;
      throw new InvalidArgumentError(`Expected a whole number ${range}.`);
    }
    return value;
  };
}

/** Reads a share of the data: above 0 and below 1. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1))
    throw new InvalidArgumentError('Expected a number between 0 and 1, such as 0.2.');
  return value;
}

/** Reads a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('Expected a number above 0, such as 0.001.');
  return value;
}

/** Reads `150` or `HEIGHTxWIDTH` in pixels. */
export function imageSize(text: string): [height: number, width: number] {
  const match = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError('Expected pixels such as 150, or HEIGHTxWIDTH such as 120x160.');
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

/** Adds `--backend` and `--threads`. */
export function addEngineOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--backend <name>', 'engine to run on (default: FOVEA_BACKEND, else auto)').choices([
        'native',
        'wasm',
        'auto',
      ]),
    )
    .option('--threads <n>', 'threads to use (default: FOVEA_THREADS, else all cores)', wholeNumber(1, 1024));
}

/** Adds `--lang`, the language of a page. */
export function addLanguageOption(command: Command): Command {
  return command.addOption(
    new Option('--lang <language>', 'language of the page: English or Chinese')
      .choices(LANGUAGES)
      .default('en'),
  );
}

/** Adds `--image-size` and `--color-mode`, which say how the images of a folder are read. */
export function addImageOptions(command: Command): Command {
  return command
    .option(
      '--image-size <size>',
      'resize the images of a folder to this many pixels, N or HxW (default: 150, or their own size if all have the same small one)',
      imageSize,
    )
    .addOption(
      new Option('--color-mode <mode>', 'read the images of a folder like this').choices([
        'rgb',
        'grayscale',
      ]),
    );
}

/** Applies `--backend` and `--threads`. Throws what the backend throws when it cannot run here. */
export async function chooseBackend(options: EngineOptions): Promise<void> {
  if (options.backend === undefined && options.threads === undefined) return;
  const threads = options.threads === undefined ? {} : { threads: options.threads };
  await backend.set(options.backend ?? 'auto', threads);
}
