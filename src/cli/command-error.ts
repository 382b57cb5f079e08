/** @file How a command ends when it does not do what was asked. */

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The user stopped the work and nothing of it was kept: exit code 1. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}
