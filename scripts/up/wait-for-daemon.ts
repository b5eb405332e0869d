import { upMessages as m } from '../../messages/areas/up.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { requestOverSocket } from '../../runtime/host/http-client.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';

/** What is waited for. */
export interface DaemonWait {
  readonly socketPath: string;
  /** Its last lines explain a daemon that does not come. */
  readonly logFile: string;
  readonly timeoutMs: number;
  /** Tells of a daemon that keeps ending, for which it is no use to wait any longer; asked again and again. */
  readonly hopeless?: () => Promise<EndingDaemon | undefined>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A daemon that was started again and again and always ended. */
export interface EndingDaemon {
  readonly times: number;
  /** How it ended last, where that is known. */
  readonly last?: string;
}

const pollMs = 25;
const shownLines = 8;

/** Resolves with the milliseconds it took until the engine answered. Throws DAEMON_NOT_READY, or the signal's reason. */
export async function waitForDaemon(wait: DaemonWait): Promise<number> {
  const started = wait.clock.now();
  for (;;) {
    if (await answers(wait.socketPath)) return wait.clock.now() - started;
    const waited = wait.clock.now() - started;
    if (waited >= wait.timeoutMs) throw await notReady(wait, undefined);
    const hopeless = await wait.hopeless?.();
    if (hopeless !== undefined) throw await notReady(wait, hopeless);
    await wait.clock.sleep(pollMs, wait.signal);
  }
}

/**
 * Whether an engine answers at `socketPath`. Not by `/_ping`: berthd answers that before it has so much as read its
 * configuration, also when it cannot start with that.
 */
export async function answers(socketPath: string): Promise<boolean> {
  try {
    const response = await requestOverSocket({
      socketPath,
      method: 'GET',
      target: '/version',
      signal: AbortSignal.timeout(2000),
    });
    response.body.resume();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function notReady(wait: DaemonWait, ending: EndingDaemon | undefined): Promise<BerthError> {
  const log = ((await readTextIfExists(wait.logFile)) ?? '').trimEnd().split('\n');
  const lines = log.slice(-shownLines).join('\n');
  const at = { socket: wait.socketPath, log: lines === '' ? '' : m.logEnds({ lines }) };
  return new BerthError('DAEMON_NOT_READY', {
    message:
      ending === undefined
        ? m.notReadyTime({ ...at, ms: wait.timeoutMs })
        : m.notReadyEnds({ ...at, ...ending }),
    remedy: m.notReadyRemedy(),
    details: { socketPath: wait.socketPath, log: log.slice(-100) },
  });
}
