import { hrtime } from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import { readDaemonConfig, type DaemonConfig } from '../config/daemon-config.ts';
import { messageOf } from '../errors/berth-error.ts';
import type { Log } from './log.ts';
import type { NotifyService } from './service-manager.ts';

/** What a reload works with. */
export interface Reloading {
  readonly configPath: string;
  /** The configuration that berthd was started with. */
  readonly running: DaemonConfig;
  readonly log: Log;
  readonly notify: NotifyService;
}

/** Says which keys of a configuration berthd does not act on. */
export function tellIgnored(
  config: DaemonConfig,
  to: { readonly log: Log; readonly configPath: string },
): void {
  if (config.ignoredKeys.length === 0) return;
  const { log, configPath } = to;
  log.warn({ configPath, keys: config.ignoredKeys }, 'these keys have no effect');
}

/**
 * Reads the configuration again at every `asked`: its log level holds at once, and berthd says what else has changed and
 * so wants a restart. One that cannot be used changes nothing: the daemon goes on as it is.
 */
export function reloadWhenAsked(reload: EventTarget, work: Reloading): void {
  reload.addEventListener('asked', () => {
    void reloadOnce(work);
  });
}

async function reloadOnce({ configPath, running, log, notify }: Reloading): Promise<void> {
  const microseconds = (hrtime.bigint() / 1000n).toString();
  await notify({ RELOADING: '1', MONOTONIC_USEC: microseconds });
  try {
    const config = await readDaemonConfig(configPath);
    tellIgnored(config, { log, configPath });
    log.level = config.logLevel;
    const changed = settings.filter((name) => !isDeepStrictEqual(running[name], config[name]));
    log.info({ configPath, logLevel: config.logLevel }, 'the configuration was read again');
    if (changed.length > 0) log.warn({ changed }, 'these settings change with the next start');
  } catch (error) {
    log.error({ configPath, problem: messageOf(error) }, 'the configuration stays as it was');
  }
  await notify({ READY: '1' });
}

/** What only a start can change. */
const settings = [
  'dataRoot',
  'runRoot',
  'sockets',
  'group',
  'registry',
  'usernsRemap',
  'init',
  'log',
] as const;
