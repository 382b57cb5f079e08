/** @file Makes a failing list of items as short as possible. */

/** The items that remain when items are left out one by one as long as `fails` is true for the rest. */
export async function leaveOut<T>(
  items: readonly T[],
  fails: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  for (let i = 0; i < items.length; i++) {
    const fewer = items.filter((_, other) => other !== i);
    if (await fails(fewer)) return leaveOut(fewer, fails);
  }
  return items;
}
