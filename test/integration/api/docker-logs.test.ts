import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { pid } from 'node:process';
import { gunzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { busyboxArchive } from './busybox-image.ts';
import { receiveDatagrams } from './datagram-receiver.ts';
import { TestDaemon } from './test-daemon.ts';
import { removeContainers } from '../../support/empty-engine.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(async () => {
  await removeContainers(daemon.socket);
  expect(daemon.problems).toEqual([]);
  expect(daemon.notices.splice(0)).toEqual([]);
});

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

/** Runs a shell script in a container, with options of `docker run`. */
const run = (
  name: string,
  options: readonly string[],
  script: string,
): ReturnType<TestDaemon['docker']> =>
  docker('run', '--network', 'none', '--name', name, ...options, 'bb', 'sh', '-c', script);

const inspect = async (name: string, format: string): Promise<string> =>
  (await docker('inspect', '--format', format, name)).stdout.trim();

const wait = { timeout: 10_000, interval: 20 };

/** Shell: waits until `goOn` is called with this name. */
const pause = (name: string): string => `until [ -e /${name} ]; do sleep 0.02; done`;
const goOn = (container: string, name: string): Promise<unknown> =>
  docker('exec', container, 'touch', `/${name}`);

const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('');

describe('json-file', () => {
  test('is rotated by size, compressed, read as one, and followed', async () => {
    const options = ['max-size=10k', 'max-file=4', 'compress=true'].flatMap((o) => [
      '--log-opt',
      o,
    ]);
    await run('turns', ['-d', ...options], `seq 1 300; ${pause('a')}; seq 301 600; sleep 100`);
    const path = await inspect('turns', '{{.LogPath}}');
    expect(await inspect('turns', '{{json .HostConfig.LogConfig}}')).toBe(
      '{"Type":"json-file","Config":{"compress":"true","max-file":"4","max-size":"10k"}}',
    );
    const following = docker('logs', '-f', 'turns');
    const names = (): string[] =>
      readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
    await vi.waitFor(() => {
      expect(names().sort()).toEqual(['', '.1.gz', '.2.gz'].map((end) => basename(path) + end));
    }, wait);
    const [first] = gunzipSync(readFileSync(`${path}.2.gz`))
      .toString()
      .split('\n');
    expect(JSON.parse(first ?? '')).toEqual({
      log: '1\n',
      stream: 'stdout',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/) as string,
    });
    expect((await docker('logs', 'turns')).stdout).toBe(numbers(1, 300));
    await goOn('turns', 'a');
    await vi.waitFor(async () => {
      expect((await docker('logs', '--tail', '2', 'turns')).stdout).toBe('599\n600\n');
    }, wait);
    await docker('kill', 'turns');
    expect((await following).stdout).toBe(numbers(1, 600));
    // Four files of ten kilobytes: the first lines are gone.
    await vi.waitFor(() => {
      expect(names()).toHaveLength(4);
    }, wait);
    const { stdout } = await docker('logs', 'turns');
    expect(stdout).toMatch(/^\d+\n(?:\d+\n)*600\n$/);
    expect(stdout.startsWith('1\n')).toBe(false);
    expect((await docker('logs', '--tail', '250', 'turns')).stdout).toBe(numbers(351, 600));
  });

  test('keeps lines whole, tells times and attributes, and selects', async () => {
    const options = ['labels=a,b', 'env-regex=^X', 'tag={{.Name}}/{{.ImageName | upper}}'];
    const given = [...options.flatMap((one) => ['--log-opt', one]), '-l', 'a=1 2', '-e', 'XY=z'];
    const script =
      'printf "no "; sleep 0.1; echo newline; sleep 0.1; echo err >&2; sleep 0.1; head -c 20000 /dev/zero; echo; printf end';
    await run('lines', given, script);
    const shown = await docker('logs', '--details', 'lines');
    expect(shown.stderr).toBe('XY=z,a=1+2,tag=lines%2FBB err\n');
    expect(shown.stdout.startsWith('XY=z,a=1+2,tag=lines%2FBB no newline\n')).toBe(true);
    const plain = await docker('logs', 'lines');
    expect(plain.stdout).toBe(`no newline\n${'\0'.repeat(20_000)}\nend`);
    const stamped = await docker('logs', '-t', '--tail', '3', 'lines');
    expect(stamped.stderr).toMatch(/^\S+Z err\n$/);
    expect(stamped.stdout).toMatch(/^\S+Z \0{20000}\n\S+Z end$/);
    const [time = ''] = stamped.stderr.split(' ');
    const before = await docker('logs', '--until', time, 'lines');
    expect(before.stdout).toBe('no newline\n');
    const after = await docker('logs', '--since', time, 'lines');
    expect(after.stdout).toBe(plain.stdout.slice('no newline\n'.length));
    expect((await docker('logs', '--since', '1h', '--until', '30m', 'lines')).stdout).toBe('');
  });

  test('a client that leaves a log leaves no file open', async () => {
    await run('left', ['-d'], 'echo up; sleep 100');
    const path = await inspect('left', '{{.LogPath}}');
    const open = (): number =>
      readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === path)
        .length;
    const stop = new AbortController();
    const url = { socketPath: daemon.socket, path: '/containers/left/logs?follow=1&stdout=1' };
    const { request } = await import('node:http');
    request({ ...url, signal: stop.signal }, (response) => response.resume())
      .on('error', () => undefined)
      .end();
    await vi.waitFor(() => {
      expect(open()).toBe(1);
    }, wait);
    stop.abort();
    await vi.waitFor(() => {
      expect(open()).toBe(0);
    }, wait);
  });

  test('goes on behind a full disk, and says that lines were lost', async () => {
    const script = `echo up; seq 1 20000; ${pause('a')}; echo again; sleep 100`;
    await docker('create', '--name', 'full', '--network', 'none', 'bb', 'sh', '-c', script);
    // Docker tells of its place with the first start only.
    const id = await inspect('full', '{{.Id}}');
    const path = join(daemon.root, 'data/containers', id, `${id}-json.log`);
    const disk = join(daemon.root, 'small');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'small', disk]);
    writeFileSync(join(disk, 'log'), '');
    execFileSync('mount', ['--bind', join(disk, 'log'), path]);
    const lost = 'output of a container could not be written to its log, and is lost';
    try {
      await docker('start', 'full');
      await vi.waitFor(() => {
        expect(daemon.notices).toContain(lost);
      }, wait);
      // The last that had room may be the beginning of a line, when the rest of it came later.
      expect((await docker('logs', 'full')).stdout).toMatch(/^up\n1\n2\n(?:\d+\n)*\d*$/);
      execFileSync('truncate', ['-s', '0', path]);
      await goOn('full', 'a');
      await vi.waitFor(async () => {
        expect((await docker('logs', 'full')).stdout).toBe('again\n');
      }, wait);
    } finally {
      await docker('kill', 'full');
      await vi.waitFor(() => execFileSync('umount', [path, disk], { stdio: 'ignore' }), wait);
    }
    expect(new Set(daemon.notices.splice(0))).toEqual(new Set([lost]));
  });
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

describe('drivers', () => {
  test('and options that there are not are refused in Docker words', async () => {
    const refused = async (driver: string, option: string): Promise<string> => {
      const args = ['--log-driver', driver, ...(option === '' ? [] : ['--log-opt', option])];
      const { exitCode, stderr } = await docker('create', ...args, 'bb');
      expect(exitCode).toBe(1);
      return stderr.trim().replace('Error response from daemon: ', '');
    };
    expect(await refused('json-file', 'x=1')).toBe("unknown log opt 'x' for json-file log driver");
    expect(await refused('local', 'x=1')).toBe("unknown log opt 'x' for log driver local");
    expect(await refused('syslog', 'x=1')).toBe("unknown log opt 'x' for syslog log driver");
    expect(await refused('odd', '')).toBe(
      'error looking up logging plugin odd: plugin "odd" not found',
    );
    expect(await refused('json-file', 'max-file=0')).toBe('max-file cannot be less than 1');
    expect(await refused('json-file', 'mode=odd')).toBe('logger: logging mode not supported: odd');
    expect(await refused('syslog', 'syslog-address=http://x')).toBe("unsupported scheme: 'http'");
    expect(await refused('json-file', 'tag={{.Nme}}')).toContain('template: log-tag:1:2: ');
    const { stderr } = await docker('run', '--log-driver', 'journald', 'bb', 'true');
    expect(stderr).toContain(
      'failed to initialize logging driver: journald is not enabled on this host',
    );
  });

  test('none keeps nothing, and shows an attached client everything', async () => {
    const result = await run('nothing', ['--log-driver', 'none'], 'seq 1 20000');
    expect(result.stdout).toBe(numbers(1, 20_000));
    expect((await docker('logs', 'nothing')).stderr).toBe(
      'Error response from daemon: configured logging driver does not support reading\n',
    );
    expect(await inspect('nothing', '{{.LogPath}}')).toBe('');
  });

  test('local is read, and those of daemon.json hold for containers that do not say', async () => {
    await daemon.down();
    daemon.defaults = { init: false, log: { driver: 'local', options: { 'max-size': '5k' } } };
    await daemon.up();
    onTestFinished(async () => {
      await daemon.down();
      daemon.defaults = { init: false };
      await daemon.up();
    });
    await run('own', ['-d'], 'seq 1 150; sleep 100');
    expect(await inspect('own', '{{json .HostConfig.LogConfig}}')).toBe(
      '{"Type":"local","Config":{"max-size":"5k"}}',
    );
    await vi.waitFor(async () => {
      expect((await docker('logs', 'own')).stdout).toBe(numbers(1, 150));
    }, wait);
    expect((await docker('info', '--format', '{{.LoggingDriver}}')).stdout).toBe('local\n');
    await docker('create', '--name', 'other', '--log-driver', 'json-file', 'bb');
    expect(await inspect('other', '{{json .HostConfig.LogConfig.Config}}')).toBe('{}');
  });
});

describe('what is sent on', () => {
  test('to a syslog server over TCP goes on where a killed berthd stopped', async () => {
    let received = '';
    const server = createServer((socket) => {
      socket.on('data', (bytes) => (received += bytes.toString())).on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const options = [
      '--log-driver',
      'syslog',
      '--log-opt',
      `syslog-address=tcp://127.0.0.1:${port}`,
    ];
    const form = ['--log-opt', 'syslog-format=rfc5424micro', '--log-opt', 'tag={{.Name}}'];
    const script = `echo one; sleep 0.1; echo two >&2; ${pause('a')}; seq 1 500; sleep 100`;
    await run('far', ['-d', ...options, ...form, '--log-opt', 'syslog-facility=local1'], script);
    await vi.waitFor(() => {
      expect(received).toMatch(/^<142>1 \S+T\S+\.\d{6}\S+ \S+ far \d+ far - one\n<139>1 .* two\n$/);
    }, wait);
    await daemon.down();
    await daemon.up();
    await goOn('far', 'a');
    await vi.waitFor(() => {
      expect(received.split('\n').map((line) => line.replace(/^.* - /, ''))).toEqual(
        `one\ntwo\n${numbers(1, 500)}`.split('\n'),
      );
    }, wait);
    expect((await docker('logs', '--tail', '1', 'far')).stdout).toBe('500\n');
  });

  test('by UDP, and by the sockets of syslogd and journald', async () => {
    const launcher = await Launcher.start();
    onTestFinished(() => launcher.stop());
    const udp = createSocket('udp4');
    const packets: string[] = [];
    udp.on('message', (message) => packets.push(message.toString()));
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      udp.close();
    });
    const sent = (name: string, options: readonly string[]): Promise<unknown> =>
      run(name, ['--rm', ...options], 'echo out; echo; echo err >&2; printf part');
    const syslog = (address: string): readonly string[] => [
      ...['--log-driver', 'syslog', '--log-opt', `syslog-address=${address}`],
      ...['--log-opt', 'syslog-format=rfc3164', '--log-opt', 'tag=t'],
    ];
    await sent('udp', syslog(`udp://127.0.0.1:${udp.address().port}`));
    const form = /^<(30|27)>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ t\[\d+\]: (out|err|part)\n$/;
    await vi.waitFor(() => {
      expect(packets.filter((packet) => form.test(packet))).toHaveLength(3);
    }, wait);
    expect(packets).toHaveLength(3);

    const place = { socket: join(daemon.root, 'log.sock'), file: join(daemon.root, 'log.got') };
    const { arrived } = await receiveDatagrams(launcher, place);
    await sent('gram', syslog(`unixgram://${place.socket}`));
    await vi.waitFor(() => {
      expect(arrived().filter((packet) => form.test(packet))).toHaveLength(3);
    }, wait);

    await daemon.down();
    daemon.journalSocket = join(daemon.root, 'journal.sock');
    const file = join(daemon.root, 'journal.got');
    const journal = { socket: daemon.journalSocket, file };
    const { arrived: entries } = await receiveDatagrams(launcher, journal);
    await daemon.up();
    const journald = [
      '--log-driver',
      'journald',
      '--log-opt',
      'labels=the.label',
      '-l',
      'the.label=x',
    ];
    await sent('jour', journald);
    await vi.waitFor(() => {
      expect(entries()).toHaveLength(4);
    }, wait);
    const [out = '', empty = '', err = '', part = ''] = entries();
    expect(out).toMatch(
      /^MESSAGE=out\nCONTAINER_ID=(\w{12})\nCONTAINER_ID_FULL=\1\w{52}\nCONTAINER_NAME=jour\nCONTAINER_TAG=\1\nIMAGE_NAME=bb\nSYSLOG_IDENTIFIER=\1\nTHE_LABEL=x\nPRIORITY=6\nSYSLOG_TIMESTAMP=\S+Z\n$/,
    );
    expect([empty, err, part].map((entry) => entry.slice(0, entry.indexOf('\n'))).sort()).toEqual([
      'MESSAGE=',
      'MESSAGE=err',
      'MESSAGE=part',
    ]);
  });
});
