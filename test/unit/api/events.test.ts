import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';

import { ApiRequest } from '../../../runtime/api/http/api-request.ts';
import { eventRoutes } from '../../../runtime/api/routes/events.ts';
import type { ApiServices } from '../../../runtime/api/services.ts';
import { EventLog } from '../../../runtime/api/system/event-log.ts';
import { volumeMessage } from '../../../runtime/api/system/event-message.ts';
import { systemClock } from '../../../runtime/host/clock.ts';

const message = volumeMessage({ action: 'create', name: 'v', attributes: {}, timeMs: 0 });

test('who asks for events and does not read them is told of no more at some time, and fills no memory', async () => {
  const events = new EventLog();
  const exchange = { id: '1', signal: new AbortController().signal };
  const request = new ApiRequest({
    ...{ version: '1.51', parameters: {}, query: '', exchange },
    request: new IncomingMessage(new Socket()),
  });
  const services = { events, clock: systemClock } as unknown as ApiServices;
  const response = await eventRoutes[0]?.handle(request, services);
  if (response?.kind !== 'stream') throw new Error('no stream');
  const chunks = response.chunks[Symbol.asyncIterator]();
  const first = chunks.next();
  events.publish(message);
  expect((await first).value).toContain('"create"');
  // From here on nobody reads.
  for (let count = 0; count < 9000; count += 1) events.publish(message);
  expect(events.listenerCount).toBe(1);
  for (let count = 0; count < 2000; count += 1) events.publish(message);
  expect(events.listenerCount).toBe(0);
  expect((await chunks.next()).done).toBe(true);
});
