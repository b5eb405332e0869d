import { Wakeup } from '../../container/events/wakeup.ts';
import { parseLogTime } from '../../container/logs/log-time.ts';
import { refuseUnknownFilters } from '../../container/query/filters.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { jsonLine } from '../http/api-response.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { isAtLeast } from '../http/api-version.ts';
import type { Query } from '../http/query.ts';
import { get } from '../route.ts';
import type { Route } from '../route.ts';
import type { ApiServices } from '../services.ts';
import { eventFilters, eventView, isWanted } from '../system/event-message.ts';
import type { EventMessage } from '../system/event-message.ts';

/** More than this many unread events, and the reader hears of no more instead of filling memory. */
const maximumUnread = 10_000;

/** Before this version nobody is told that an image was made. */
const imageCreateSince = '1.46';

/** What a client wants to hear of. */
interface Wanted {
  /** Milliseconds since 1970, with a fraction; absent: what happens from now on. */
  readonly sinceMs: number | undefined;
  /** Absent: without end. */
  readonly untilMs: number | undefined;
  readonly holds: (message: EventMessage) => boolean;
}

/** Milliseconds since 1970. @throws API_REQUEST_INVALID */
function timeOf(query: Query, name: 'since' | 'until'): number | undefined {
  const text = query.text(name);
  if (text === '') return undefined;
  const time = parseLogTime(text);
  if (time !== undefined) return time.seconds * 1000 + time.nanoseconds / 1e6;
  throw new BerthError('API_REQUEST_INVALID', {
    message: `query parameter "${name}" is "${text}", wanted seconds since 1970, such as "1700000000.5"`,
    remedy: `Correct "${name}".`,
    details: { parameter: name, value: text },
  });
}

/** @throws API_REQUEST_INVALID, FILTER_INVALID */
function wantedOf({ query, version }: ApiRequest): Wanted {
  const filters = query.filters();
  refuseUnknownFilters(filters, eventFilters);
  const [sinceMs, untilMs] = [timeOf(query, 'since'), timeOf(query, 'until')];
  if (sinceMs !== undefined && untilMs !== undefined && untilMs < sinceMs) {
    throw new BerthError('API_REQUEST_INVALID', {
      message: `\`since\` time (${query.text('since')}) cannot be after \`until\` time (${query.text('until')})`,
      remedy: 'Exchange the two.',
    });
  }
  const knowsCreate = isAtLeast(version, imageCreateSince);
  return {
    ...{ sinceMs, untilMs },
    holds: (message) => {
      if (!knowsCreate && message.type === 'image' && message.action === 'create') return false;
      return isWanted(message, filters);
    },
  };
}

/** Those that are kept of the time that is asked for; none when that is only what is to come. */
function pastEvents({ events }: ApiServices, wanted: Wanted): EventMessage[] {
  const { sinceMs, untilMs, holds } = wanted;
  if (sinceMs === undefined && untilMs === undefined) return [];
  const [from, to] = [sinceMs ?? 0, untilMs ?? Infinity];
  return events.past.filter((event) => event.timeMs >= from && event.timeMs <= to && holds(event));
}

async function* eventLines(
  services: ApiServices,
  wanted: Wanted,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { events, clock } = services;
  const { untilMs } = wanted;
  const unread = pastEvents(services, wanted);
  const wakeup = new Wakeup();
  const ended = new AbortController();
  const stop = events.listen((message) => {
    if (wanted.holds(message)) unread.push(message);
    if (unread.length > maximumUnread) {
      // At once: the loop below waits for a reader that may never come back.
      stop();
      unread.length = 0;
      ended.abort();
    }
    wakeup.poke();
  });
  const over = AbortSignal.any([signal, ended.signal]);
  over.addEventListener('abort', wakeup.poke, { once: true });
  const waitMs = untilMs === undefined ? undefined : untilMs - clock.now();
  if (waitMs !== undefined) {
    const end = (): void => {
      ended.abort();
    };
    if (waitMs <= 0) end();
    else clock.sleep(waitMs, over).then(end, () => undefined);
  }
  try {
    for (;;) {
      wakeup.clear();
      const batch = unread.splice(0);
      if (batch.length > 0) yield batch.map((event) => jsonLine(eventView(event))).join('');
      else if (over.aborted) return;
      else await wakeup.wait();
      if (signal.aborted) return;
    }
  } finally {
    stop();
    ended.abort();
  }
}

/** What has happened, as far as it is kept, and what happens, as it happens. */
export const eventRoutes: readonly Route[] = [
  get('/events', (request, services) => ({
    kind: 'stream',
    headers: 'at-once',
    contentType: 'application/json',
    chunks: eventLines(services, wantedOf(request), request.signal),
  })),
];
