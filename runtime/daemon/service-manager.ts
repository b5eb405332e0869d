import type { Clock } from '../host/clock.ts';
import { messageOf } from '../errors/berth-error.ts';
import type { Launcher } from '../syscall/launcher.ts';
import { notifyProgram } from '../syscall/notify-program.ts';

/** What a service manager has asked of the process it started, by variables (sd_notify(3), sd_watchdog_enabled(3)). */
export interface ServiceWishes {
  /** Where it wants to hear from the service. */
  readonly notifySocket?: string;
  /** It restarts a service that it has not heard of for so long, in milliseconds. */
  readonly watchdogMs?: number;
}

type Environment = Record<string, string | undefined>;

/** Takes the variables out of the environment: no child may take itself for the service. */
export function takeServiceWishes(env: Environment): ServiceWishes {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: micros, WATCHDOG_PID: pid } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) {
    Reflect.deleteProperty(env, name);
  }
  const isMine = pid === undefined || Number(pid) === process.pid;
  const watchdogMs = isMine ? Number(micros ?? 0) / 1000 : 0;
  return {
    ...(socket !== undefined && /^[/@]/.test(socket) && { notifySocket: socket }),
    ...(watchdogMs > 0 && { watchdogMs }),
  };
}

/** What a service says of itself: names and values of sd_notify(3). */
export interface ServiceNews {
  readonly READY?: '1';
  readonly RELOADING?: '1';
  readonly STOPPING?: '1';
  readonly WATCHDOG?: '1';
  /** One line for people; `systemctl status` shows it. */
  readonly STATUS?: string;
  /** CLOCK_MONOTONIC, in microseconds: wanted with `RELOADING`. */
  readonly MONOTONIC_USEC?: string;
  /** Microseconds from now in which the service manager shall not lose patience. */
  readonly EXTEND_TIMEOUT_USEC?: string;
}

/** Tells the service manager something. Never throws: a service whose words do not arrive goes on. */
export type NotifyService = (news: ServiceNews) => Promise<void>;

/** Makes what tells the service manager; where none listens, it does nothing. `report` hears of what could not be told. */
export function serviceNotifier(
  wishes: ServiceWishes,
  using: { readonly launcher: Launcher; readonly report: (problem: string) => void },
): NotifyService {
  const { notifySocket: socket } = wishes;
  if (socket === undefined) return () => Promise.resolve();
  return async (news) => {
    const text = Object.entries(news)
      .map(([name, value]) => `${name}=${String(value).replaceAll('\n', ' ')}`)
      .join('\n');
    try {
      await using.launcher.run(notifyProgram({ socket, text, sender: process.pid }), {
        timeoutMs: 10_000,
      });
    } catch (error) {
      using.report(messageOf(error));
    }
  };
}

/** A start that has not ended yet asks for this much more, and so often, in milliseconds. */
const patience = { everyMs: 20_000, forMs: 60_000 } as const;

/**
 * Asks the service manager for patience until `work` has ended: a start may take long on a slow disk with thousands of
 * containers, and one that was killed half-way would only begin again. A daemon whose event loop hangs asks for nothing.
 */
export async function whileStarting<T>(
  using: { readonly notify: NotifyService; readonly clock: Clock },
  work: Promise<T>,
): Promise<T> {
  const over = new AbortController();
  void askForPatience(using, over.signal);
  try {
    return await work;
  } finally {
    over.abort(new Error('started'));
  }
}

async function askForPatience(
  { notify, clock }: { readonly notify: NotifyService; readonly clock: Clock },
  over: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(patience.everyMs, over).catch(() => undefined);
    if (over.aborted) return;
    await notify({ EXTEND_TIMEOUT_USEC: String(patience.forMs * 1000) });
  }
}
