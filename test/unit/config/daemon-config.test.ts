import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { earlySockets } from '../../../runtime/config/early-sockets.ts';
import { parseDaemonConfig } from '../../../runtime/config/daemon-config.ts';
import { parseDaemonFlags } from '../../../runtime/config/flags.ts';
import { textLine } from '../../../runtime/daemon/log-text.ts';
import { lateKeys } from '../../../runtime/daemon/reload.ts';
import { Slots } from '../../../runtime/registry/push/slots.ts';

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
    const { registry } = parse({
      'registry-mirrors': ['https://one.example'],
      'registry-mirrors-for': {
        'ghcr.io': ['https://two.example/ghcr'],
        '*': ['http://cache:5000'],
      },
      proxies: { 'https-proxy': 'http://proxy.example:3128', 'no-proxy': 'localhost,.example' },
    });
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

describe('daemon.json: what is wrong is named with its place', () => {
  const path = '/etc/berth/daemon.json';
  const problemOf = (text: string, flags: object = {}): string => {
    try {
      parseDaemonConfig(text, path, { ...flags });
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  };

  test.each([
    [
      '{\n "debgu": true\n}',
      'line 2, column 2: "debgu": wanted a key that berth knows; did you mean "debug"?',
    ],
    ['{\n "xyz": 1\n}', 'line 2, column 2: "xyz": wanted a key that berth knows.'],
    ['{"debug": true,\n "debug": false}', 'line 2, column 2: "debug": wanted once'],
    ['{"labels": ["a=1",\n "b"]}', 'line 2, column 2: "labels.1": wanted a label such as'],
    ['{"labels": ["a=1", "a=2"]}', '"labels.1": wanted one value for each name'],
    ['{"live-restore": false}', 'column 18: "live-restore": wanted true: containers always run on'],
    ['{"storage-driver": "btrfs"}', '"storage-driver": wanted "overlay2"'],
    ['{"exec-opts": ["native.cgroupdriver=systemd"]}', '"exec-opts": wanted "native.cgroupdriver='],
    [
      '{"features": {"cdi": false, "buildkit": true}}',
      'column 41: "features.buildkit": wanted false',
    ],
    ['{"hosts": ["tcp://0.0.0.0:2375"]}', '"hosts.0": wanted "tlsverify": true, "tlscacert"'],
    ['{"hosts": ["http://x"]}', '"hosts.0": wanted unix:// and an absolute path, tcp://'],
    ['{"tls": true}', '"tls": wanted "tlsverify": true beside it'],
    ['{"metrics-addr": "0.0.0.0:9323"}', '"metrics-addr": wanted an address of loopback'],
    ['{"log-level": "loud"}', '"log-level": wanted "trace", "debug"'],
    ['{"default-shm-size": "12x"}', '"default-shm-size": wanted a number of bytes'],
    ['{"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 2, "Hard": 1}}}', 'not above the'],
    [
      '{"default-ulimits": {"core": {"Name": "nofile", "Soft": 1, "Hard": 1}}}',
      'core.Name": wanted',
    ],
    ['{"bip": 5}', '"bip": wanted a string'],
    ['[]', '"the file": wanted an object'],
  ])('%s', (text, message) => {
    expect(problemOf(text)).toContain(message);
  });

  test('all at once, in the order of the file', () => {
    const problem = problemOf('{\n"group": 5,\n"swarm-raft-election-tick": 3,\n"dns": ["x"]\n}');
    expect(problem).toMatch(
      /line 2, .*"group".*line 3, .*no swarm mode.*line 4, .*"dns.0": wanted an IP/s,
    );
  });

  test('a flag beside the key in the file is refused; a wrong flag has no place', () => {
    expect(problemOf('{"debug": true}', { debug: true })).toContain(
      'specified both as a flag and in the configuration file: debug: (from flag: true, from file: true)',
    );
    expect(problemOf('{}', { 'log-level': 'loud' })).toContain('used: "log-level": wanted');
  });
});

describe('daemon.json: what passes', () => {
  test("Docker's defaults, what asks for nothing, and null", () => {
    const config = parse({
      ...{ 'storage-driver': 'overlay2', 'live-restore': true, 'selinux-enabled': false },
      ...{
        runtimes: {},
        'default-runtime': 'io.containerd.runc.v2',
        'cpu-rt-period': 0,
        hosts: null,
        features: {},
      },
      ...{ 'authorization-plugins': [], builder: {}, experimental: false, 'init-path': '' },
    });
    expect(config.sockets).toEqual(['/run/berth/berth.sock']);
  });

  test('a log driver with its options is for containers that do not say', () => {
    const keys = { 'log-driver': 'local', 'log-opts': { 'max-size': '1m' } };
    expect(parse(keys).containers.log).toEqual({ driver: 'local', options: { 'max-size': '1m' } });
    expect(parse({}).containers.log).toEqual({ driver: 'json-file', options: {} });
  });

  test('hosts: unix, fd and tcp with certificates', () => {
    const tls = { tlsverify: true, tlscacert: '/ca.pem', tlscert: '/cert.pem', tlskey: '/key.pem' };
    const hosts = [
      'unix:///a.sock',
      'fd://',
      'tcp://[::1]:99',
      'tcp://:2377',
      'tcp://host.example',
    ];
    expect(parse({ ...tls, hosts })).toMatchObject({
      sockets: ['/a.sock'],
      tcp: [
        { host: '::1', port: 99 },
        { host: '0.0.0.0', port: 2377 },
        { host: 'host.example', port: 2376 },
      ],
      tls: { authority: '/ca.pem', certificate: '/cert.pem', key: '/key.pem' },
    });
  });

  test.each([
    [{ 'log-level': 'panic' }, 'fatal'],
    [{ 'log-level': 'error', debug: true }, 'debug'],
    [{ 'log-level': 'trace', debug: true }, 'trace'],
    [{}, 'info'],
  ])('%j logs from %s on', (keys, level) => {
    expect(parse(keys).logLevel).toBe(level);
  });

  test('a byte order mark, and sizes with units', () => {
    const text = '\uFEFF{"default-shm-size": "1.5 GiB"}';
    expect(parseDaemonConfig(text, 'x').containers.shmSizeBytes).toBe(1.5 * 1024 ** 3);
    expect(parse({ 'default-shm-size': 4096 }).containers.shmSizeBytes).toBe(4096);
  });
});

describe("berthd's flags", () => {
  test('stand for keys of daemon.json', () => {
    const args = [
      '-D',
      '-H',
      'unix:///a',
      '--host=unix:///b',
      '--label',
      'a=1',
      '--tlsverify=false',
      '-H=unix:///c',
    ];
    const more = ['--max-concurrent-downloads', '7', '--http-proxy', 'http://p:1'];
    expect(parseDaemonFlags([...args, ...more, '--config-file', '/c.json', '--validate'])).toEqual({
      configPath: '/c.json',
      validate: true,
      values: {
        ...{
          debug: true,
          hosts: ['unix:///a', 'unix:///b', 'unix:///c'],
          labels: ['a=1'],
          tlsverify: false,
        },
        ...{ 'max-concurrent-downloads': 7, proxies: { 'http-proxy': 'http://p:1' } },
      },
    });
  });

  test('stand for parts of a key, one each time', () => {
    const args = [
      ...['--default-address-pool', 'base=10.10.0.0/16,size=24'],
      ...['--default-address-pool=base=fd00::/48,size=64', '--default-ulimit=nofile=64:128'],
      ...['--default-network-opt', 'bridge=com.docker.network.driver.mtu=1400'],
      ...['--log-driver=local', '--log-opt', 'max-size=1m', '--log-opt=tag=a=b'],
    ];
    const { values } = parseDaemonFlags(args);
    expect(values).toEqual({
      'default-address-pools': [
        { base: '10.10.0.0/16', size: 24 },
        { base: 'fd00::/48', size: 64 },
      ],
      'default-ulimits': { nofile: { Name: 'nofile', Soft: 64, Hard: 128 } },
      'default-network-opts': { bridge: { 'com.docker.network.driver.mtu': '1400' } },
      ...{ 'log-driver': 'local', 'log-opts': { 'max-size': '1m', tag: 'a=b' } },
    });
    expect(() => parseDaemonConfig('{}', '/c.json', values)).not.toThrow();
    expect(() => parseDaemonFlags(['--log-opt', 'x'])).toThrow('invalid argument "x"');
    expect(() => parseDaemonFlags(['--default-ulimit', 'nofile=x'])).toThrow('"nofile=x"');
  });

  test('that nobody knows are refused', () => {
    expect(() => parseDaemonFlags(['--pib', 'x'])).toThrow(/Unknown option '--pib'/);
  });
});

describe('a reload', () => {
  test('names the keys that wait for the next start', () => {
    const running = parse({ labels: ['a=1'], group: 'berth' });
    const wanted = parse({ labels: ['a=2'], group: 'docker', 'log-format': 'text' });
    expect(lateKeys(running, wanted)).toEqual(['group', 'log-format']);
  });

  test('leaves fewer or more slots at work', async () => {
    const slots = new Slots(2);
    const { signal } = new AbortController();
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const work = [0, 1, 2, 3, 4].map((number) =>
      slots.run(() => {
        begun.push(number);
        return new Promise<void>((resolve) => ends.push(resolve));
      }, signal),
    );
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await settle();
    slots.resize(1);
    ends[0]?.();
    await settle();
    expect(begun).toEqual([0, 1]);
    slots.resize(3);
    await settle();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (let at = 0; at < 5; at += 1) {
      ends[at]?.();
      await settle();
    }
    await Promise.all(work);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });
});

test('log-format "text" is what dockerd writes', () => {
  const line = JSON.stringify({ level: 40, time: 0, keys: ['a b'], path: '/x', msg: 'say "it"' });
  expect(textLine(line)).toBe(
    'time="1970-01-01T00:00:00.000Z" level=warning msg="say \\"it\\"" keys="[\\"a b\\"]" path=/x\n',
  );
});
