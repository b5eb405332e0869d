import type { Clock } from '../host/clock.ts';
import { requestOverSocket } from '../host/http-client.ts';
import type { NotifyService } from './service-manager.ts';

/** What the watchdog is fed with. */
export interface WatchdogFeed {
  /** The service manager's patience, in milliseconds. */
  readonly watchdogMs: number;
  /** Whether berthd does its work now; rejects or gives false when it does not. */
  readonly isAlive: (signal: AbortSignal) => Promise<boolean>;
  readonly notify: NotifyService;
  readonly clock: Clock;
  /** Ends the feeding. */
  readonly stop: AbortSignal;
}

/** A sign of life is due this often within the patience: one that is late, or lost, is no reason to be restarted. */
const signsOfLife = 4;

/**
 * Says that berthd lives for as long as it really does. Not a bare timer, which would tick in a daemon that answers
 * nobody: each sign is preceded by a request that went all the way through the API, and is sent by the launcher, so an
 * engine without one is not taken for a healthy one either.
 */
export async function feedWatchdog(feed: WatchdogFeed): Promise<void> {
  const { watchdogMs, notify, clock, stop } = feed;
  const intervalMs = watchdogMs / signsOfLife;
  while (!stop.aborted) {
    if (await alive(feed, intervalMs)) await notify({ WATCHDOG: '1' });
    await clock.sleep(intervalMs, stop).catch(() => undefined);
  }
}

async function alive({ isAlive, stop }: WatchdogFeed, timeoutMs: number): Promise<boolean> {
  try {
    return await isAlive(AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]));
  } catch {
    return false;
  }
}

/** Whether the engine behind a socket answers. Not by `/_ping`, which is answered before there is an engine. */
export async function answersVersion(socketPath: string, signal: AbortSignal): Promise<boolean> {
  const answer = await requestOverSocket({ socketPath, method: 'GET', target: '/version', signal });
  answer.body.resume();
  return answer.status === 200;
}
