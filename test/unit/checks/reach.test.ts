import { describe, expect, it } from 'vitest';
import { dns } from '../../../checks/dns.ts';
import { mirrorReach } from '../../../checks/mirror.reach.ts';
import { readPackageSources } from '../../../checks/probes/package-sources.ts';
import { proxy } from '../../../checks/proxy.ts';
import { routes } from '../../../checks/routes.ts';
import type { HttpAnswer } from '../../../runtime/host/ask-http.ts';
import { fakeContext } from './fake-context.ts';

const answers = (status: number): HttpAnswer => ({ kind: 'answer', status, elapsedMs: 12 });
const daemonJson = (config: object): Record<string, string> => ({
  '/etc/berth/daemon.json': `// mine\n${JSON.stringify(config)}\n`,
});

describe('dns, where the own servers are dead', () => {
  it('names others that answer from here, the fastest first', async () => {
    const outcome = await dns.probe(
      fakeContext({
        files: { '/etc/resolv.conf': 'nameserver 192.0.2.1\n' },
        dns: {
          '1.1.1.1': { kind: 'addresses', addresses: ['192.0.2.7'], elapsedMs: 40 },
          '223.5.5.5': { kind: 'addresses', addresses: ['192.0.2.7'], elapsedMs: 70 },
        },
      }),
    );
    expect(outcome).toHaveProperty(
      'remedy',
      expect.stringMatching(/"1\.1\.1\.1" \(40 ms\), "223\.5\.5\.5" \(70 ms\)\.$/),
    );
  });
});

describe('dns, behind a proxy', () => {
  const dead = { files: { '/etc/resolv.conf': 'nameserver 192.0.2.1\n' } };
  const HTTPS_PROXY = 'http://proxy.example:3128';

  it('says that downloads need no name server', async () => {
    const outcome = await dns.probe(
      fakeContext({ ...dead, environment: { HTTPS_PROXY }, download: 'needed' }),
    );
    expect(outcome).toMatchObject({ status: 'warn' });
    expect(outcome).toHaveProperty('remedy', expect.stringMatching(/^Downloads need none/));
  });

  it.each([
    ['registries are excepted from it', { HTTPS_PROXY, NO_PROXY: '*.docker.io' }],
    ['it is no URL', { HTTPS_PROXY: 'http://:::' }],
    ['it is for plain http only', { HTTP_PROXY: HTTPS_PROXY }],
  ])('does not when %s', async (_what, environment) => {
    const outcome = await dns.probe(fakeContext({ ...dead, environment, download: 'needed' }));
    expect(outcome).toMatchObject({ status: 'fail' });
  });
});

describe('mirror.reach', () => {
  const apt = { '/etc/apt/sources.list': 'deb http://deb.example/debian bookworm main\n' };

  it('passes when one of each answers', async () => {
    const outcome = await mirrorReach.probe(
      fakeContext({
        files: { ...apt, ...daemonJson({ 'registry-mirrors': ['https://m.example/'] }) },
        http: { 'deb.example': answers(200), 'm.example': answers(401) },
      }),
    );
    expect(outcome.status).toBe('pass');
  });

  it.each([
    [
      'no index',
      { 'deb.example': answers(404), 'registry-1.docker.io': answers(401) },
      /up --mirror/,
    ],
    [
      'no registry',
      { 'deb.example': answers(200), 'registry-1.docker.io': answers(403) },
      /registry/,
    ],
    ['nothing at all', {}, /Choose mirrors/],
  ])('warns when there is %s', async (_what, http, remedy) => {
    const outcome = await mirrorReach.probe(fakeContext({ files: apt, http }));
    expect(outcome.status).toBe('warn');
    expect(outcome).toHaveProperty('remedy', expect.stringMatching(remedy));
  });

  const remedyOf = async (host: Parameters<typeof fakeContext>[0]): Promise<string> => {
    const outcome = await mirrorReach.probe(fakeContext(host));
    return 'remedy' in outcome ? outcome.remedy : '';
  };

  it('tells of HTTPS_PROXY where nobody answers', async () => {
    expect(await remedyOf({ files: apt })).toMatch(/HTTPS_PROXY=http:\/\/HOST:PORT/);
  });

  it.each([
    ['one is set already', { files: apt, environment: { https_proxy: 'http://p.example:1' } }],
    ['somebody answers', { files: apt, http: { 'deb.example': answers(404) } }],
  ])('tells nothing of proxies when %s', async (_what, host) => {
    expect(await remedyOf(host)).not.toContain('PROXY');
  });

  it.each([
    ['/etc/environment', 'PATH="/bin"\nhttps_proxy="http://u:secret@p.example:3128"\n'],
    ['/etc/apt/apt.conf.d/90proxy', 'Acquire::http::Proxy "http://u:secret@p.example:3128";\n'],
    ['/etc/dnf/dnf.conf', '[main]\nproxy=http://u:secret@p.example:3128\n'],
  ])('names the proxy that %s has, without its password', async (path, text) => {
    const remedy = await remedyOf({ files: { ...apt, [path]: text } });
    expect(remedy).toContain(`${path} names the proxy "http://***@p.example:3128"`);
  });

  it.each([
    ['/etc/environment', 'https_proxy="http://u:se cr#e/t@p.example:3128"\n'],
    ['/etc/environment', 'https_proxy=http://u:se/cr@et@p.example:3128\n'],
    ['/etc/dnf/dnf.conf', '[main]\nproxy=http://u:se cr#e/t@p.example:3128\n'],
  ])('names that of %s when nothing in its password is encoded', async (path, text) => {
    const remedy = await remedyOf({ files: { ...apt, [path]: text } });
    expect(remedy).toContain(`${path} names the proxy "http://***@p.example:3128"`);
  });

  it('takes none for a proxy where there is to be none', async () => {
    const files = { '/etc/apt/apt.conf.d/1': 'Acquire::http::Proxy "DIRECT";\n' };
    expect(await remedyOf({ files })).toContain('HTTPS_PROXY=http://HOST:PORT');
  });

  it('asks for no packages on a host without sources', async () => {
    const http = { 'registry-1.docker.io': answers(200) };
    expect((await mirrorReach.probe(fakeContext({ http }))).status).toBe('pass');
  });
});

describe('the sources of packages', () => {
  it.each([
    [
      'one line each',
      '/etc/apt/sources.list',
      '# deb http://old.example/ x y\ndeb [arch=amd64 signed-by=/x] https://a.example/debian/ bookworm main\ndeb-src http://src.example/debian bookworm main\ndeb cdrom:[disc]/ bookworm main\n',
      ['https://a.example/debian/dists/bookworm/InRelease'],
    ],
    [
      'deb822',
      '/etc/apt/sources.list.d/debian.sources',
      'Types: deb\nURIs: http://a.example/debian http://b.example/debian\nSuites: trixie trixie-updates\n\nEnabled: no\nURIs: http://off.example/\nSuites: x\n',
      [
        'http://a.example/debian/dists/trixie/InRelease',
        'http://b.example/debian/dists/trixie/InRelease',
      ],
    ],
    [
      'yum',
      '/etc/yum.repos.d/base.repo',
      '[base]\nbaseurl=https://a.example/rocky/$releasever/BaseOS/\nenabled=1\n[debug]\nenabled = 0\nbaseurl=https://off.example/\n',
      ['https://a.example/rocky/'],
    ],
    [
      'apk',
      '/etc/apk/repositories',
      'https://a.example/alpine/v3.20/main\n/media/cdrom\n',
      ['https://a.example/alpine/v3.20/main'],
    ],
    [
      'pacman',
      '/etc/pacman.d/mirrorlist',
      '#Server = http://off.example/$repo\nServer = https://a.example/$repo/os/$arch\n',
      ['https://a.example/'],
    ],
  ])('are read from files of %s', async (_what, path, text, urls) => {
    const { files } = fakeContext({ files: { [path]: text } });
    expect(await readPackageSources(files)).toEqual(urls);
  });
});

describe('proxy', () => {
  const alive = { 'proxy.example:3128': answers(400) };
  const url = 'http://user:secret@proxy.example:3128';
  const near = { NO_PROXY: '172.16.0.0/12,10.0.0.0/8' };
  const probe = (
    environment: Record<string, string>,
    more: Parameters<typeof fakeContext>[0] = {},
  ): ReturnType<typeof proxy.probe> =>
    proxy.probe(fakeContext({ environment, http: alive, ...more }));

  it('is skipped without one', async () => {
    expect((await probe({ NO_PROXY: '*' })).status).toBe('skip');
  });

  it('passes when it answers, and shows no password', async () => {
    const outcome = await probe({ HTTP_PROXY: url, HTTPS_PROXY: url, ...near });
    expect(outcome.status).toBe('pass');
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  it.each([
    ['is dead', { HTTPS_PROXY: 'http://dead.example:1', ...near }, 'does not resolve'],
    ['is no URL by its password', { HTTPS_PROXY: 'http://u:sec/secret#@x', ...near }, '***@x'],
    ['is no URL', { HTTPS_PROXY: 'socks9://user:secret@x', ...near }, 'no proxy URL'],
    [
      'is another in small letters',
      { HTTPS_PROXY: url, https_proxy: 'http://b', ...near },
      'differ',
    ],
    ['is asked for containers', { HTTPS_PROXY: url }, '172.17.0.0/16'],
  ])('warns when it %s', async (_what, environment, seen) => {
    const outcome = await probe(environment);
    expect(outcome).toMatchObject({ status: 'warn' });
    expect(outcome.seen).toContain(seen);
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });

  it('warns when the daemon uses another, and when a mirror nearby is asked through it', async () => {
    const files = daemonJson({
      proxies: { 'https-proxy': 'http://other.example:1' },
      'registry-mirrors': ['http://10.1.2.3:5000', 'http://192.168.7.7:5000'],
    });
    const outcome = await probe({ HTTPS_PROXY: url, ...near }, { files });
    expect(outcome.seen).toContain('"https-proxy" is "http://other.example:1"');
    expect(outcome.seen).toContain('NO_PROXY leaves out 192.168.7.7');
  });
});

describe('routes', () => {
  const head =
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  const row = (device: string, destination: string, mask: string): string =>
    `${device}\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`;
  const table = (...rows: readonly string[]): Record<string, string> => ({
    '/proc/net/route': head + row('eth0', '00000000', '00000000') + rows.join(''),
  });
  const probe = (files: Record<string, string>): ReturnType<typeof routes.probe> =>
    routes.probe(fakeContext({ files }));

  it('passes with a default route alone, and the halves of a VPN', async () => {
    const outcome = await probe(table(row('tun0', '00000080', '00000080')));
    expect(outcome).toMatchObject({ status: 'pass', details: { networks: 31, free: 31 } });
    expect(outcome).not.toHaveProperty('note');
  });

  it('passes with some taken, and names them', async () => {
    const outcome = await probe(table(row('docker0', '000011AC', '0000FFFF')));
    expect(outcome).toMatchObject({ status: 'pass', details: { free: 30 } });
    expect(outcome).toHaveProperty('note', expect.stringContaining('172.17.0.0/16 (docker0)'));
  });

  it('fails when all are taken', async () => {
    const taken = table(row('eth1', '000010AC', '0000F0FF'), row('eth2', '0000A8C0', '0000FFFF'));
    expect(await probe(taken)).toMatchObject({ status: 'fail', details: { free: 0 } });
  });

  it.each([
    ['overlaps a route', '10.1.2.1/24'],
    ['is no network', '10.1.2.1'],
  ])('fails when "bip" %s', async (_what, bip) => {
    const files = { ...table(row('eth1', '0000010A', '0000FFFF')), ...daemonJson({ bip }) };
    const outcome = await probe(files);
    expect(outcome.status).toBe('fail');
    expect(outcome.seen).toContain(bip);
  });

  it("does not take berth's own bridge for a stranger", async () => {
    const files = {
      ...table(row('berth0', '0002010A', '00FFFFFF')),
      ...daemonJson({ bip: '10.1.2.1/24' }),
    };
    expect((await probe(files)).status).toBe('pass');
  });

  it('fails for pools that are none', async () => {
    const pools = { 'default-address-pools': [{ base: '300.1.1.1/8', size: 24 }] };
    expect((await probe({ ...table(), ...daemonJson(pools) })).status).toBe('fail');
  });
});
