/** @file InlineRunner: runs programs on the caller's thread, where there are no workers or none are wanted. */

import { EventLoopBreaks } from '../../base/event-loop.ts';
import { holdProcess } from './hold-process.ts';
import { type CompiledProgram, type Job, type Runner, runError } from './runner.ts';

type Driver = (...args: number[]) => void;

/** Computes inside `run`, which settles when everything is done. */
export class InlineRunner implements Runner {
  readonly threads = 1;
  readonly #memory: WebAssembly.Memory;
  readonly #breaks = new EventLoopBreaks();
  readonly #drivers = new Map<number, readonly Driver[]>();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  prepare(): void {}

  async run({ program, bufferTable, arenas, samples }: Job): Promise<void> {
    const drivers = await this.#load(program);
    await this.#breaks.pause();
    const arena = arenas[0]!;
    try {
      program.phases.forEach(({ kind }, k) => {
        const driver = drivers[k]!;
        if (kind === 'whole') {
          driver(bufferTable, 0, 1);
          return;
        }
        for (let shard = 0; shard < program.shards; shard++) {
          const begin = Math.floor((shard * samples) / program.shards);
          const end = Math.floor(((shard + 1) * samples) / program.shards);
          driver(bufferTable, arena, begin, end, shard);
        }
      });
    } catch (error) {
      throw runError(program, error as Error);
    }
  }

  forget(program: CompiledProgram): void {
    this.#drivers.delete(program.id);
  }

  dispose(): Promise<void> {
    this.#drivers.clear();
    return Promise.resolve();
  }

  async #load(program: CompiledProgram): Promise<readonly Driver[]> {
    let drivers = this.#drivers.get(program.id);
    if (drivers === undefined) {
      // The asynchronous way: browsers refuse to instantiate large modules synchronously on the page's thread.
      const imports = { env: { memory: this.#memory } };
      const { exports } = await holdProcess(WebAssembly.instantiate(program.module, imports));
      drivers = program.phases.map(({ name }) => exports[name] as Driver);
      this.#drivers.set(program.id, drivers);
    }
    return drivers;
  }
}
