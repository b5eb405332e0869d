import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { earlySockets } from '../../../runtime/config/early-sockets.ts';
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
    [{ init: 'yes' }, '"init": wanted true or false'],
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

describe('daemon.json as text', () => {
  const path = '/etc/berth/daemon.json';

  test('may have comments', () => {
    const text = '// ours\n{ "debug": true, /* "hosts": [] */ "group": "x//y" }';
    expect(parseDaemonConfig(text, path)).toMatchObject({ logLevel: 'debug', group: 'x//y' });
  });

  test('its sockets are found early with comments, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-config-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'daemon.json');
    await writeFile(file, '{\n// mine\n"hosts": ["unix:///tmp/a.sock"] }');
    expect(await earlySockets(file)).toEqual(['/tmp/a.sock']);
  });

  test.each([
    ['{\n  "debug": true,\n}', /no JSON \(line 3, column 1: a name in double quotes is missing/],
    ['{\n  "debug": yes\n}', /no JSON \(line 2, column 12: this is no word of JSON\)/],
    ['{ /* "debug": true }', /no JSON \(line 1, column 3: a comment does not end\)/],
    ['{"a": "b}', /no JSON \(line 1, column 7: a string does not end\)/],
  ])('says the line and the column of what is wrong: %j', (text, message) => {
    expect(() => parseDaemonConfig(text, path)).toThrow(
      expect.objectContaining({
        code: 'DAEMON_CONFIG_INVALID',
        message: expect.stringMatching(message) as unknown,
      }) as Error,
    );
  });
});
