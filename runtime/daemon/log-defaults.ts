import type { LogDefaults } from '../container/log-drivers/log-defaults.ts';
import { logConfigProblem } from '../container/log-drivers/driver-options.ts';
import { BerthError } from '../errors/berth-error.ts';

/** Refuses a `log-driver` and `log-opts` that no container could have. @throws DAEMON_CONFIG_INVALID */
export function verifyLogDefaults(log: LogDefaults): void {
  const problem = logConfigProblem(log.driver, log.options);
  if (problem === undefined) return;
  throw new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"log-driver" and "log-opts" cannot be used: ${problem}.`,
    remedy: 'Correct them in daemon.json, then start the daemon again.',
    details: { problem: 'unusable', issues: [{ key: 'log-opts', wanted: problem }] },
  });
}
