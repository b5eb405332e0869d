import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { time } from '../../../checks/time.ts';
import { askHttp } from '../../../runtime/host/ask-http.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { makeAuthority } from '../registry/tls-fixture.ts';
import { realContext } from './real-context.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const http = async (listener: RequestListener): Promise<string> =>
  `http://${await listen(createHttp(listener))}/`;
const ask = (url: string, certificates: 'any' | 'verified' = 'verified') =>
  askHttp({ url, timeoutMs: 500, certificates });

describe('askHttp', () => {
  it("tells the status and the server's time, with the age that a cache adds", async () => {
    const url = await http((_request, response) => {
      response.writeHead(404, { date: 'Sun, 06 Nov 1994 08:49:37 GMT', age: '60' }).end();
    });
    expect(await ask(url)).toMatchObject({
      kind: 'answer',
      status: 404,
      dateMs: Date.UTC(1994, 10, 6, 8, 50, 37),
    });
  });

  it('gives up on a server that never answers', async () => {
    const url = await http(() => undefined);
    expect(await ask(url)).toMatchObject({ kind: 'error', code: 'ETIMEDOUT' });
  });

  it('tells that nobody is there', async () => {
    const url = await http(() => undefined);
    const [server] = servers.splice(0);
    server?.close();
    expect(await ask(url)).toMatchObject({ kind: 'error', code: 'ECONNREFUSED' });
  });

  it('does not throw for what is no URL', async () => {
    expect(await ask('http://')).toMatchObject({ kind: 'error' });
  });

  it('refuses an unknown certificate, and takes it where nothing is trusted', async () => {
    const issued = await (await makeAuthority('berth test')).issue('server');
    const [cert, key] = [issued.certificate, issued.key].map((path) => readFileSync(path));
    const server = createHttps({ cert, key }, (_request, response) => response.end());
    const url = `https://${await listen(server)}/`;
    expect(await ask(url)).toMatchObject({
      kind: 'error',
      code: expect.stringMatching(/SIGN|CERT/) as string,
    });
    expect(await ask(url, 'any')).toMatchObject({ kind: 'answer', status: 200 });
  });
});

describe('time, by a real server', () => {
  it.each([
    [0, 'pass'],
    [365 * 86_400_000, 'warn'],
  ])('with a clock that is %i ms off: %s', async (offMs, status) => {
    const url = await http((_request, response) => response.end());
    const real = realContext(new Launcher(), { dataRoot: '/var/tmp', apiSocket: '/run/x.sock' });
    const outcome = await time.probe({
      ...real,
      clock: { ...real.clock, now: () => Date.now() + offMs },
      // The only server there is: none beyond this machine is asked.
      askHttp: (question) => askHttp({ ...question, url }),
    });
    expect(outcome.status).toBe(status);
  });
});
