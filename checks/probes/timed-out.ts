/** 128 and SIGTERM, 128 and SIGKILL. */
const statuses: readonly number[] = [143, 137];

/** Whether a command was ended because its time was over: that says how busy a host is, and nothing else of it. */
export function isTimedOut({ exitCode }: { readonly exitCode: number }): boolean {
  return statuses.includes(exitCode);
}
