/** @file The values that a step keeps on the stack, after the arguments of the kernels it calls. */

import { ARGUMENT_BYTES } from './kernel-frame.ts';
import { type Memory, mem } from './operands.ts';
import { rsp } from './registers.ts';

/** Places of a step's own values on the stack, after the arguments of kernels. */
export class StepLocals {
  readonly #base: number;

  constructor(mostArguments: number) {
    this.#base = mostArguments * ARGUMENT_BYTES;
  }

  at(index: number, bits?: 32 | 64): Memory {
    return mem(rsp, this.#base + index * 8, bits === undefined ? {} : { bits });
  }
  control = () => this.at(0);
  bufferTable = () => this.at(1);
  arena = () => this.at(2);
  samples = () => this.at(3);
  generation = () => this.at(4);
  item = () => this.at(5);
  /** The shard or slice. */
  index = () => this.at(6);
  /** First sample of the chunk, or first element of the slice. */
  begin = () => this.at(7);
  end = () => this.at(8);
  /** Samples or elements. */
  count = () => this.at(9);
  thread = () => this.at(10);
  started = () => this.at(11);
  ownMxcsr = () => this.at(12, 32);
  callersMxcsr = () => this.at(13, 32);
  get bytes(): number {
    return this.#base + 14 * 8;
  }
}
