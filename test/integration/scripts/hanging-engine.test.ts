import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiClient } from '../../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../../runtime/cli/client/endpoint.ts';
import { systemClock as clock } from '../../../runtime/host/clock.ts';
import { places } from '../../../scripts/host/places.ts';
import { readStatus } from '../../../scripts/status/status.ts';
import { makeTempHost } from './support/temp-host.ts';

let host: Awaited<ReturnType<typeof makeTempHost>>;
let server: Server;
let socketPath: string;
const connections: Socket[] = [];

/** Accepts, and says nothing: as the kernel does for a daemon that was stopped by SIGSTOP. */
beforeEach(async () => {
  host = await makeTempHost();
  socketPath = host.path(places.apiSocket);
  await mkdir(dirname(socketPath), { recursive: true });
  server = createServer((socket) => connections.push(socket)).listen(socketPath);
  await once(server, 'listening');
});
afterEach(async () => {
  for (const each of connections.splice(0)) each.destroy();
  server.close();
  await host.remove();
});

describe('an engine that hangs', () => {
  test('is given up when the caller gives up, also before its first answer', async () => {
    const client = new ApiClient(parseEndpoint(`unix://${socketPath}`));
    const signal = AbortSignal.timeout(50);
    const call = client.json({ method: 'GET', path: '/info', signal });
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('is what "berth status" says of it', async () => {
    const { engine } = await readStatus(host, { clock, signal: new AbortController().signal });
    expect(engine).toMatchObject({
      state: 'unreachable',
      why: 'it has said nothing for 5 seconds; "berth report" looks closer',
    });
  });

  test('does not keep "berth status" from ending on Ctrl-C', async () => {
    const signal = AbortSignal.timeout(50);
    const status = readStatus(host, { clock, signal });
    await expect(status).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
