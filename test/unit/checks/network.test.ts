import { describe, expect, it } from 'vitest';
import { dns } from '../../../checks/dns.ts';
import { sysctlForward } from '../../../checks/sysctl.forward.ts';
import type { DnsAnswer } from '../../../runtime/host/dns.ts';
import { fakeContext } from './fake-context.ts';

const answer = (elapsedMs: number): DnsAnswer => ({
  kind: 'addresses',
  addresses: ['192.0.2.7'],
  elapsedMs,
});
const servers = (...addresses: readonly string[]): Record<string, string> => ({
  '/etc/resolv.conf': addresses.map((one) => `nameserver ${one}\n`).join(''),
});

describe('dns', () => {
  it('passes with fast servers', async () => {
    const files = servers('192.0.2.1', '192.0.2.2');
    const outcome = await dns.probe(
      fakeContext({ files, dns: { '192.0.2.1': answer(3), '192.0.2.2': answer(999) } }),
    );
    expect(outcome.status).toBe('pass');
  });

  it('names the slow server among fast ones', async () => {
    const files = servers('192.0.2.1', '192.0.2.2');
    const outcome = await dns.probe(
      fakeContext({ files, dns: { '192.0.2.1': answer(3000), '192.0.2.2': answer(3) } }),
    );
    expect(outcome).toMatchObject({ status: 'warn' });
    expect(outcome).toHaveProperty('remedy', expect.stringMatching(/faster.*"192\.0\.2\.1"\.$/));
  });

  it('names the dead server among live ones, even when something must be downloaded', async () => {
    const files = servers('192.0.2.1', '192.0.2.2');
    const outcome = await dns.probe(
      fakeContext({ files, dns: { '192.0.2.2': answer(3) }, download: 'needed' }),
    );
    expect(outcome.status).toBe('warn');
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('replace "192.0.2.1"'));
  });

  it.each([
    ['none', 'warn'],
    ['needed', 'fail'],
  ] as const)('when nothing answers and the download is %s: %s', async (download, status) => {
    const outcome = await dns.probe(fakeContext({ files: servers('192.0.2.1'), download }));
    expect(outcome.status).toBe(status);
    expect(outcome.seen).toContain('"192.0.2.1" did not answer');
  });

  it('tells a server that does not know the name from a dead one', async () => {
    const outcome = await dns.probe(
      fakeContext({
        files: servers('192.0.2.1'),
        dns: { '192.0.2.1': { kind: 'error', code: 'ENOTFOUND', elapsedMs: 5 } },
      }),
    );
    expect(outcome.seen).toContain('does not know the name');
  });

  it.each([
    ['no file', {}],
    ['no server in it', { '/etc/resolv.conf': '# empty\nsearch example.org\n' }],
  ])('warns with %s', async (_what, files) => {
    expect((await dns.probe(fakeContext({ files }))).status).toBe('warn');
  });

  it('notes a stub on loopback and the servers behind it', async () => {
    const files = {
      ...servers('127.0.0.53'),
      '/run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.9\n',
    };
    const outcome = await dns.probe(fakeContext({ files, dns: { '127.0.0.53': answer(1) } }));
    expect(outcome).toMatchObject({
      status: 'pass',
      details: { loopback: ['127.0.0.53'], upstream: ['192.0.2.9'] },
    });
    expect(outcome).toHaveProperty('note', expect.stringContaining('loopback'));
  });
});

describe('sysctl.forward', () => {
  const set = (ipv4: string, ipv6: string): Record<string, string> => ({
    '/proc/sys/net/ipv4/ip_forward': `${ipv4}\n`,
    '/proc/sys/net/ipv6/conf/all/forwarding': `${ipv6}\n`,
  });
  const route = (destination: string, flags: string): string =>
    `${destination} 00 ${'0'.repeat(32)} 00 fe800000000000000000000000000001 00000400 00000000 00000000 ${flags}     eth0\n`;
  const learnedRoute = route('0'.repeat(32), '00450003');

  it('passes with both', async () => {
    expect((await sysctlForward.probe(fakeContext({ files: set('1', '1') }))).status).toBe('pass');
  });

  it('passes without IPv6', async () => {
    const files = { '/proc/sys/net/ipv4/ip_forward': '1\n' };
    expect((await sysctlForward.probe(fakeContext({ files }))).status).toBe('pass');
  });

  it('fails without IPv4 forwarding and fixes it', async () => {
    expect(await sysctlForward.probe(fakeContext({ files: set('0', '1') }))).toMatchObject({
      status: 'fail',
      fix: [{ kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' }],
    });
  });

  it('warns without IPv6 forwarding and fixes it', async () => {
    const files = { ...set('1', '0'), '/proc/net/ipv6_route': route('0'.repeat(32), '00000003') };
    expect(await sysctlForward.probe(fakeContext({ files }))).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'sysctl', key: 'net.ipv6.conf.all.forwarding', value: '1' }],
    });
  });

  it('fixes both at once', async () => {
    const outcome = await sysctlForward.probe(fakeContext({ files: set('0', '0') }));
    expect(outcome).toMatchObject({
      status: 'fail',
      fix: [
        { kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' },
        { kind: 'sysctl', key: 'net.ipv6.conf.all.forwarding', value: '1' },
      ],
    });
  });

  it("leaves IPv6 alone when that would take the host's own route away", async () => {
    const files = { ...set('1', '0'), '/proc/net/ipv6_route': learnedRoute };
    const outcome = await sysctlForward.probe(fakeContext({ files }));
    expect(outcome.status).toBe('warn');
    expect(outcome).not.toHaveProperty('fix');
    expect(outcome).toHaveProperty(
      'remedy',
      expect.stringContaining('net.ipv6.conf.eth0.accept_ra=2'),
    );
  });

  it('fails on a kernel without IPv4', async () => {
    const outcome = await sysctlForward.probe(fakeContext());
    expect(outcome.status).toBe('fail');
    expect(outcome).not.toHaveProperty('fix');
  });
});
