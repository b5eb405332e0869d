import type { OciLog } from './log.ts';

/**
 * What a container and an executed process go through. The log with `--debug` has these words of runc's, for which its
 * users, and its own tests (runc 1.1.5, tests/integration/debug.bats), search it.
 */
const stages = {
  setUp: 'nsexec container setup',
  waits: 'child process in init()',
  started: 'init: closing the pipe to signal completion',
  executes: 'setns_init: about to exec',
} as const;

/** Notes in the debug log that a stage is reached. @param about such as the id of the container, or the number of a process */
export function logStage(log: OciLog, stage: keyof typeof stages, about: string): void {
  log.debug(`${stages[stage]}: ${about}`);
}
