import type { ContainerEngine } from '../container/engine.ts';
import { noFilters } from '../container/query/filters.ts';
import { isBerthError } from '../errors/berth-error.ts';
import { exists } from '../host/files.ts';
import { runProcess } from '../host/run-process.ts';

/** systemd answers within milliseconds; one that does not is not waited for. */
const systemctlTimeoutMs = 5000;

/**
 * A file whose presence in berth's run folder says that the host goes down: what OpenRC's script leaves there before it
 * stops the service. The folder is gone with the reboot.
 */
export const goingDownMarker = 'host-goes-down';

/** Where the service managers say that the host goes down. */
export interface ShutdownSigns {
  /** berth's run folder. */
  readonly runRoot: string;
  /** Exists where systemd is the init (sd_booted(3)). */
  readonly systemdFolder?: string;
}

/**
 * Whether the host is being shut down or rebooted, so that this end of berthd is the end of containers too. systemd says
 * so from the moment on at which it is asked to (systemctl(1), is-system-running: `stopping`).
 */
export async function hostGoesDown(signs: ShutdownSigns): Promise<boolean> {
  const { runRoot, systemdFolder = '/run/systemd/system' } = signs;
  if (await exists(`${runRoot}/${goingDownMarker}`)) return true;
  if (!(await exists(systemdFolder))) return false;
  try {
    const { stdout } = await runProcess({
      program: 'systemctl',
      args: ['is-system-running'],
      input: '',
      env: process.env,
      timeoutMs: systemctlTimeoutMs,
    });
    return stdout.trim() === 'stopping';
  } catch {
    return false;
  }
}

/**
 * Longest time a container gets at a shutdown, in seconds, whatever its own stop timeout is: a machine that is asked to go
 * down has to. The service's definition waits longer (TimeoutStopSec=).
 */
const longestStopSeconds = 60;
/** What a container gets that asks for none of its own: Docker's default. */
const usualStopSeconds = 10;

/** How all containers are stopped. */
export interface StopAllOptions {
  /** Hears of those that did not stop. */
  readonly report: (problem: unknown) => void;
  /** `shutdown-timeout`: longest time a container gets; negative: as long as it asks for. */
  readonly longestSeconds?: number;
}

/**
 * Stops every container as `docker stop` does, all at once. Without that, those that ignore SIGTERM (a shell that is PID 1
 * does) would keep the machine waiting for as long as its init is patient: 90 seconds under systemd. Resolves with how
 * many there were.
 */
export async function stopAllContainers(
  engine: ContainerEngine,
  { report, longestSeconds = longestStopSeconds }: StopAllOptions,
): Promise<number> {
  const running = await engine.list({ scope: 'running', filters: noFilters, limit: 0 });
  await Promise.all(
    running.map(async ({ id, record }) => {
      const own = record.config.StopTimeout ?? usualStopSeconds;
      const longest = longestSeconds < 0 ? Infinity : longestSeconds;
      const seconds = Math.min(own < 0 ? Infinity : own, longest);
      const timeoutSeconds = seconds === Infinity ? -1 : seconds;
      try {
        await engine.stop(id, { timeoutSeconds, reason: 'host-goes-down' });
      } catch (error) {
        // It ended by itself meanwhile.
        if (!isBerthError(error, 'CONTAINER_ALREADY_IN_STATE')) report(error);
      }
    }),
  );
  return running.length;
}
