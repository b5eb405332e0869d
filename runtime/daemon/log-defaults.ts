import { unusableValue } from '../config/config-file.ts';
import type { LogDefaults } from '../container/log-drivers/log-defaults.ts';
import { logConfigProblem } from '../container/log-drivers/driver-options.ts';

/** Refuses a `log-driver` and `log-opts` that no container could have. @throws DAEMON_CONFIG_INVALID */
export function verifyLogDefaults({ driver, options }: LogDefaults): void {
  const problem = logConfigProblem(driver, options);
  if (problem === undefined) return;
  const option = Object.keys(options).find((name) => {
    const others = Object.entries(options).filter(([other]) => other !== name);
    return logConfigProblem(driver, Object.fromEntries(others)) !== problem;
  });
  throw unusableValue(option === undefined ? ['log-driver'] : ['log-opts', option], problem);
}
