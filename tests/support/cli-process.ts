/** @file The `fovea` command as a process, in a folder of its own with a few images of two classes. */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** How a process ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A folder that commands run in; it is removed after the tests. */
export class CommandFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'fovea-cli-'));

  constructor() {
    after(() => rmSync(this.root, { recursive: true }));
  }

  /** Runs `fovea ARGS…`; `onText` sees standard error as it grows and may send signals. */
  fovea(
    args: readonly string[],
    onText?: (text: string, kill: () => void) => void,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.root,
      env: { ...process.env, ...env },
    });
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text) => {
      ended.stdout += text;
    });
    child.stderr.on('data', (text) => {
      ended.stderr += text;
      onText?.(ended.stderr, () => child.kill('SIGINT'));
    });
    return new Promise((done) => child.on('close', (code) => done({ ...ended, code })));
  }

  /** Writes dark images of one class and bright ones of the other; their folder. */
  makeData(): string {
    for (const [name, base] of [
      ['dark', 20],
      ['light', 200],
    ] as const) {
      mkdirSync(join(this.root, 'data', name), { recursive: true });
      for (let i = 0; i < 10; i++) {
        const data = Uint8Array.from({ length: 64 }, (_, at) => base + ((at * 7 + i * 13) % 40));
        const bytes = encode({ width: 8, height: 8, channels: 1, data });
        writeFileSync(join(this.root, 'data', name, `${i}.png`), bytes);
      }
    }
    return 'data';
  }
}

/** The JSON object of the last line. */
export const lastLine = (text: string) => JSON.parse(text.trimEnd().split('\n').at(-1)!);
