/** @file The errors with which a command ends, and their exit codes. */

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The user stopped the work and no result was kept: exit code 1. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}
