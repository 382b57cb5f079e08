/**
 * @file The code of a worker thread, and the messages it understands.
 *
 * `workerMain` is turned into a string and started from it, so that neither Node nor a bundler needs a file for it:
 * it must not refer to anything outside itself but globals.
 */

/** Words of the control block in shared memory. Each counter has a cache line to itself. */
export const CONTROL_BYTES = 256;

/** How a phase is shared out among the threads. */
export type PhaseKind = 'samples' | 'whole';

/** A message to a worker. `start` comes first. */
export type WorkerCommand =
  | {
      readonly kind: 'start';
      readonly memory: WebAssembly.Memory;
      /** Address of the control block. */
      readonly control: number;
      readonly thread: number;
      readonly threads: number;
    }
  | {
      readonly kind: 'load';
      readonly program: number;
      readonly module: WebAssembly.Module;
      readonly phases: readonly { readonly kind: PhaseKind; readonly name: string }[];
      readonly shards: number;
    }
  | {
      readonly kind: 'run';
      readonly program: number;
      readonly bufferTable: number;
      readonly arena: number;
      readonly samples: number;
    }
  | { readonly kind: 'unload'; readonly program: number };

/** The reply of a worker that has finished its part of a run; with `error` when it failed. */
export interface WorkerReply {
  readonly error?: { readonly message: string; readonly stack: string };
}

/** A worker's end of the message channel. */
export interface WorkerPort {
  receive(listener: (command: WorkerCommand) => void): void;
  send(reply: WorkerReply): void;
}

/**
 * Waits for commands. In a run every worker walks all phases: shards of a samples phase are taken from a counter,
 * whole phases are cut into as many slices as there are threads, and a barrier ends each phase but the last. A trap
 * raises the abort flag, which makes every worker leave the run.
 */
export function workerMain(port: WorkerPort): void {
  /** Indices of 32-bit words in the control block. */
  const NEXT_SHARD = 0;
  const ARRIVED = 16;
  const GENERATION = 32;
  const ABORT = 48;
  /** Polls of a barrier before a thread goes to sleep: some 20 µs, less than waking it would cost. */
  const SPINS = 10000;

  interface Loaded {
    readonly phases: readonly { readonly kind: PhaseKind; readonly run: (...args: number[]) => void }[];
    readonly shards: number;
  }
  const programs = new Map<number, Loaded>();
  let memory: WebAssembly.Memory;
  let control: Int32Array;
  let thread = 0;
  let threads = 1;

  // These are methods because bundlers that keep names wrap all other named functions in a helper function, which the
  // string would not contain.
  const team = {
    aborted(): boolean {
      return Atomics.load(control, ABORT) !== 0;
    },

    release(): void {
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
    },

    barrier(): void {
      const generation = Atomics.load(control, GENERATION);
      // The flag is raised before the generation changes, so a worker that has read the new generation sees the flag
      // here.
      if (team.aborted()) return;
      if (Atomics.add(control, ARRIVED, 1) === threads - 1) {
        Atomics.store(control, ARRIVED, 0);
        Atomics.store(control, NEXT_SHARD, 0);
        team.release();
        return;
      }
      for (let spin = 0; spin < SPINS; spin++) {
        if (Atomics.load(control, GENERATION) !== generation) return;
      }
      while (Atomics.load(control, GENERATION) === generation) Atomics.wait(control, GENERATION, generation);
    },

    run({ phases, shards }: Loaded, bufferTable: number, arena: number, samples: number): void {
      for (let k = 0; k < phases.length; k++) {
        if (k > 0) team.barrier();
        if (team.aborted()) return;
        const { kind, run } = phases[k]!;
        if (kind === 'whole') {
          run(bufferTable, thread, threads);
          continue;
        }
        for (;;) {
          const shard = Atomics.add(control, NEXT_SHARD, 1);
          if (shard >= shards || team.aborted()) break;
          const begin = Math.floor((shard * samples) / shards);
          const end = Math.floor(((shard + 1) * samples) / shards);
          run(bufferTable, arena, begin, end, shard);
        }
      }
    },
  };

  port.receive((command) => {
    if (command.kind === 'start') {
      ({ memory, thread, threads } = command);
      control = new Int32Array(memory.buffer, command.control, 64);
    } else if (command.kind === 'unload') {
      programs.delete(command.program);
    } else if (command.kind === 'load') {
      const { exports } = new WebAssembly.Instance(command.module, { env: { memory } });
      const phases = command.phases.map(({ kind, name }) => ({
        kind,
        run: exports[name] as (...args: number[]) => void,
      }));
      programs.set(command.program, { phases, shards: command.shards });
    } else {
      try {
        team.run(programs.get(command.program)!, command.bufferTable, command.arena, command.samples);
        port.send({});
      } catch (error) {
        Atomics.store(control, ABORT, 1);
        team.release();
        const { message, stack } = error as Error;
        port.send({ error: { message, stack: String(stack) } });
      }
    }
  });
}

/** Source text that runs `workerMain` in a worker, after text that makes its `port`. */
export function workerSource(port: string): string {
  return `'use strict';\n${port}\n(${workerMain})(port);\n`;
}
