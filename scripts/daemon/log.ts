import { startAttached } from '../../runtime/host/attached-process.ts';
import type { VerbContext } from '../cli/verb.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { servicesMessages as m } from '../../messages/areas/services.ts';
import { places, serviceName } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { detectServiceManager } from '../services/detect.ts';
import { LogFile } from './log-file.ts';

/** What of the log is shown. */
export interface LogOptions {
  readonly context: VerbContext;
  /** A number, as typed. */
  readonly lines: string;
  readonly follow?: true;
}

const pollMs = 200;

/** Shows the daemon's log: systemd's journal where that keeps it, else the file. Throws USAGE, DAEMON_NOT_RUNNING. */
export async function showLog(host: ProvisionHost, options: LogOptions): Promise<void> {
  const count = Number(options.lines);
  if (!/^\d+$/.test(options.lines)) {
    throw new BerthError('USAGE', {
      message: m.linesNotNumber({ lines: options.lines }),
      remedy: m.linesNotNumberRemedy(),
    });
  }
  if ((await detectServiceManager(host)) === 'systemd') {
    const follow = options.follow ? ['--follow'] : [];
    const args = ['--unit', serviceName, '--lines', String(count), '--no-pager', ...follow];
    await startAttached(['journalctl', ...args]).ended;
    return;
  }
  await showFile(host.path(places.daemonLog), { ...options, count });
}

async function showFile(
  path: string,
  options: LogOptions & { readonly count: number },
): Promise<void> {
  const log = new LogFile(path);
  const part = await log.tail(options.count);
  if (part === undefined) {
    throw new BerthError('DAEMON_NOT_RUNNING', {
      message: m.noLog({ path }),
      remedy: m.noLogRemedy(),
    });
  }
  const { console, clock } = options.context;
  await console.output.write(part.bytes);
  if (!options.follow) return;
  const over = new AbortController();
  const stop = console.onSignal(() => {
    over.abort(new Error('asked to stop'));
  });
  try {
    for (let { end } = part; !over.signal.aborted;) {
      const next = await log.after(end);
      if (next.bytes.length > 0) await console.output.write(next.bytes);
      end = next.end;
      await clock.sleep(pollMs, over.signal).catch(() => undefined);
    }
  } finally {
    stop();
  }
}
