import type { Clock } from '../host/clock.ts';
import { messageOf } from '../errors/berth-error.ts';
import type { Launcher } from '../syscall/launcher.ts';
import { notifyProgram } from '../syscall/notify-program.ts';
import type { ServiceWishes } from './service-wishes.ts';

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
