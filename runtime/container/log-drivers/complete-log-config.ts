import { BerthError } from '../../errors/berth-error.ts';
import type { HostConfig } from '../model/host-config.ts';
import { logConfigProblem } from './driver-options.ts';
import type { LogDefaults } from './log-defaults.ts';

type LogConfig = HostConfig['LogConfig'];

/** What counts where neither daemon.json nor the client says anything. */
const docker: LogDefaults = { driver: 'json-file', options: {} };

/**
 * What a client left open of a log configuration, filled in: the daemon's options hold for the daemon's driver, and those of the cache
 * for any.
 *
 * @throws CONTAINER_CONFIG_INVALID in Docker's words
 */
export function completeLogConfig(asked: LogConfig, defaults: LogDefaults = docker): LogConfig {
  const driver = asked.Type === '' ? defaults.driver : asked.Type;
  const inherited = Object.entries(defaults.options).filter(
    ([name]) => driver === defaults.driver || name.startsWith('cache-'),
  );
  const options = { ...Object.fromEntries(inherited), ...asked.Config };
  const message = logConfigProblem(driver, options);
  if (message === undefined) return { Type: driver, Config: options };
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message,
    remedy: 'Correct "--log-driver" or "--log-opt".',
    details: { field: 'HostConfig.LogConfig' },
  });
}
