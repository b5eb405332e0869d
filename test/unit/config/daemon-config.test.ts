import { describe, expect, test } from 'vitest';

import { parseDaemonConfig } from '../../../runtime/config/daemon-config.ts';

const parse = (config: unknown): ReturnType<typeof parseDaemonConfig> =>
  parseDaemonConfig(JSON.stringify(config), '/etc/berth/daemon.json');

describe('daemon.json: how registries are reached', () => {
  test('without a key, the defaults of Docker', () => {
    expect(parse({}).registry).toEqual({
      registryMirrors: [],
      registryMirrorsFor: {},
      insecureRegistries: [],
      maxConcurrentDownloads: 3,
      maxConcurrentUploads: 5,
      maxDownloadAttempts: 5,
      proxies: {},
    });
  });

  test('takes mirrors of any registry, and proxies', () => {
    const { registry, ignoredKeys } = parse({
      'registry-mirrors': ['https://one.example'],
      'registry-mirrors-for': {
        'ghcr.io': ['https://two.example/ghcr'],
        '*': ['http://cache:5000'],
      },
      proxies: { 'https-proxy': 'http://proxy.example:3128', 'no-proxy': 'localhost,.example' },
    });
    expect(ignoredKeys).toEqual([]);
    expect(registry).toMatchObject({
      registryMirrors: ['https://one.example'],
      registryMirrorsFor: { 'ghcr.io': ['https://two.example/ghcr'], '*': ['http://cache:5000'] },
      proxies: { httpsProxy: 'http://proxy.example:3128', noProxy: 'localhost,.example' },
    });
  });

  test.each([
    [{ 'registry-mirrors': 'https://one.example' }, '"registry-mirrors": wanted a list of URLs'],
    [{ 'registry-mirrors': ['one.example'] }, '"registry-mirrors.0": wanted http:// or https://'],
    [{ 'registry-mirrors': ['https://x/?a=1'] }, 'neither query nor fragment'],
    [{ 'registry-mirrors-for': { a: ['ftp://x'] } }, '"registry-mirrors-for.a.0": wanted http'],
    [{ 'registry-mirrors-for': [] }, 'wanted lists of URLs by registry'],
    [{ 'max-concurrent-uploads': 0 }, '"max-concurrent-uploads": wanted at least 1'],
    [{ 'max-download-attempts': 'x' }, '"max-download-attempts": wanted a whole number'],
    [{ proxies: { 'http-proxy': 'proxy:3128' } }, '"proxies.http-proxy": wanted an http'],
    [{ proxies: { ftp: 'x' } }, '"proxies": wanted an object with'],
  ])('refuses %j', (config, message) => {
    expect(() => parse(config)).toThrow(
      expect.objectContaining({
        code: 'DAEMON_CONFIG_INVALID',
        message: expect.stringContaining(message) as unknown,
      }) as Error,
    );
  });
});
