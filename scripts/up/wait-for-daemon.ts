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
  /** Says why it is no use to wait any longer, such as `because it ended 5 times`; asked again and again. */
  readonly hopeless?: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const pollMs = 25;
const shownLines = 8;

/** Resolves with the milliseconds it took until `/_ping` was answered. Throws DAEMON_NOT_READY, or the signal's reason. */
export async function waitForDaemon(wait: DaemonWait): Promise<number> {
  const started = wait.clock.now();
  for (;;) {
    if (await answers(wait.socketPath)) return wait.clock.now() - started;
    const waited = wait.clock.now() - started;
    if (waited >= wait.timeoutMs) throw await notReady(wait, `within ${wait.timeoutMs} ms`);
    const hopeless = await wait.hopeless?.();
    if (hopeless !== undefined) throw await notReady(wait, hopeless);
    await wait.clock.sleep(pollMs, wait.signal);
  }
}

/** Whether a daemon answers `/_ping` at `socketPath` with 200. */
export async function answers(socketPath: string): Promise<boolean> {
  try {
    const response = await requestOverSocket({
      socketPath,
      method: 'GET',
      target: '/_ping',
      signal: AbortSignal.timeout(2000),
    });
    response.body.resume();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function notReady(wait: DaemonWait, how: string): Promise<BerthError> {
  const log = ((await readTextIfExists(wait.logFile)) ?? '').trimEnd().split('\n');
  const last = log.slice(-shownLines).join('\n');
  const ending = last === '' ? '' : `; its log ends with:\n${last}\n`;
  return new BerthError('DAEMON_NOT_READY', {
    message: `no daemon answered at "${wait.socketPath}" ${how}${ending}`,
    remedy: 'Run "berth daemon" to start it in the foreground and see why.',
    details: { socketPath: wait.socketPath, log: log.slice(-100) },
  });
}
