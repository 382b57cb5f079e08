/** @file Makes what fails small. */

/** The items without those that can be left out, one by one, while `fails` still holds for the others. */
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
