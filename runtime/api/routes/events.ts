import { Wakeup } from '../../container/events/wakeup.ts';
import { refuseUnknownFilters } from '../../container/query/filters.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { parseLogTime } from '../../container/logs/log-time.ts';
import type { Clock } from '../../host/clock.ts';
import { jsonLine } from '../http/api-response.ts';
import type { Query } from '../http/query.ts';
import { get } from '../route.ts';
import type { Route } from '../route.ts';
import type { ApiServices } from '../services.ts';
import {
  containerMessage,
  daemonMessage,
  eventView,
  imageMessage,
  isWanted,
  volumeMessage,
} from '../system/event-message.ts';
import type { EventMessage } from '../system/event-message.ts';

const knownFilters = ['container', 'daemon', 'event', 'image', 'label', 'type', 'scope', 'volume'];

/** More than this many unread events, and the reader is told off instead of filling memory. */
const maximumUnread = 10_000;

/** Events do not go back in time: berth keeps none. @throws UNSUPPORTED_FIELD */
function refuseSince(query: Query, clock: Clock): void {
  const since = parseLogTime(query.text('since'));
  if (since === undefined || since.seconds * 1000 >= clock.now() - 1000) return;
  throw new BerthError('UNSUPPORTED_FIELD', {
    message: 'query parameter "since" asks for past events, which berth does not keep yet',
    remedy: 'Leave "--since" out.',
    details: { field: 'since' },
  });
}

async function* eventLines(
  { containers, images, clock, daemonEvents }: ApiServices,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const filters = query.filters();
  const unread: EventMessage[] = [];
  const wakeup = new Wakeup();
  const hear = (message: EventMessage): void => {
    if (isWanted(message, filters)) unread.push(message);
    wakeup.poke();
  };
  const stops = [
    containers.onEvent((event) => {
      hear(containerMessage(event));
    }),
    containers.volumes.events.add((event) => {
      hear(volumeMessage(event));
    }),
    ...(daemonEvents === undefined
      ? []
      : [
          daemonEvents.add((event) => {
            hear(daemonMessage(event));
          }),
        ]),
    images.onEvent((event) => {
      hear(imageMessage(event, clock.now()));
    }),
  ];
  const until = parseLogTime(query.text('until'));
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  over.addEventListener('abort', wakeup.poke, { once: true });
  if (until !== undefined) {
    const waitMs = Math.max(0, until.seconds * 1000 - clock.now());
    clock.sleep(waitMs, over).then(
      () => {
        ended.abort();
      },
      () => undefined,
    );
  }
  try {
    while (!over.aborted && unread.length < maximumUnread) {
      wakeup.clear();
      const batch = unread.splice(0);
      if (batch.length > 0) yield batch.map((event) => jsonLine(eventView(event))).join('');
      else await wakeup.wait();
    }
  } finally {
    for (const stop of stops) stop();
    ended.abort();
  }
}

/** What happens, as it happens. */
export const eventRoutes: readonly Route[] = [
  get('/events', ({ query, signal }, services) => {
    refuseUnknownFilters(query.filters(), knownFilters);
    refuseSince(query, services.clock);
    return {
      kind: 'stream',
      headers: 'at-once',
      contentType: 'application/json',
      chunks: eventLines(services, query, signal),
    };
  }),
];
