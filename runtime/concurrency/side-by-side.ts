/**
 * Waits for all, however many of them fail: what is undone after a failure must not have a task beside it that is still making things.
 *
 * @throws what the first of them in the list threw
 */
export async function sideBySide(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(tasks)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
