import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { race } from '../../../scripts/mirrors/race.ts';
import { registryProbe } from '../../../scripts/mirrors/registry/probe-registry.ts';
import { fakeRegistry, randomContent } from '../../support/mirrors/fake-registry.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A name server on loopback that answers nothing, or that no name is there (RFC 1035, section 4.1.1: RCODE 3). */
async function nameServer(kind: 'silent' | 'no-such-name'): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    if (kind === 'silent') return;
    const answer = Buffer.from(query);
    answer.writeUInt16BE(0x8183, 2);
    socket.send(answer, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  stops.push(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

async function verdicts(server: string): Promise<Record<string, string>> {
  const good = await fakeRegistry(randomContent(1000));
  stops.push(() => good.stop());
  const urls = [
    ...Array.from({ length: 10 }, (_none, index) => `https://m${index}.mirror.test`),
    `http://${good.host}`,
  ];
  const image = { repository: 'library/busybox', tag: 'latest' };
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const ranked = await race(
    urls.map((url) => ({
      ...{ name: url, url, kind: 'registry', role: 'mirror' },
      probe: registryProbe({ url, image, architecture }),
    })),
    {
      clock: systemClock,
      signal: new AbortController().signal,
      deadlineMs: 4000,
      until: 'first',
      names: { servers: [server], hostsFile: '/nonexistent' },
    },
  );
  expect(ranked[0]).toMatchObject({ url: `http://${good.host}`, verdict: { standing: 'good' } });
  return Object.fromEntries(
    ranked.map(({ url, verdict: { reason } }) => [
      url,
      reason?.is === 'unreachable' ? reason.problem : (reason?.is ?? 'good'),
    ]),
  );
}

describe('mirrors whose names have no address', () => {
  test('are dead, with the name server’s word', async () => {
    const found = await verdicts(await nameServer('no-such-name'));
    expect(found['https://m0.mirror.test']).toBe('ENOTFOUND m0.mirror.test');
  });

  test('do not keep the others waiting when the name server says nothing', async () => {
    const begun = performance.now();
    const found = await verdicts(await nameServer('silent'));
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(found['https://m9.mirror.test']).toMatch(/overtaken|ETIMEOUT/);
  });
});
