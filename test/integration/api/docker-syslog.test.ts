import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';

import { makeCertificates } from '../daemon/certificates.ts';
import { busyboxArchive } from './busybox-image.ts';
import { startLogServer } from './log-servers.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

/** Runs a shell script whose output goes to a syslog server; options are those of the driver. */
const run = (
  name: string,
  options: readonly string[],
  script: string,
): ReturnType<TestDaemon['docker']> => {
  const given = options.flatMap((option) => ['--log-opt', `syslog-${option}`]);
  const driver = ['--network', 'none', '--log-driver', 'syslog', '--log-opt', 'tag={{.Name}}'];
  return docker('run', '-d', '--name', name, ...driver, ...given, 'bb', 'sh', '-c', script);
};

const wait = { timeout: 10_000, interval: 20 };

/** More than a connection holds that nobody reads: a million bytes, in numbered lines. */
const flood = (from: number): string =>
  `i=${from}; while [ $i -lt ${from + 2000} ]; do printf "%d %0500d\\n" $i 0; i=$((i+1)); done`;

const numbersOf = (received: string): readonly number[] =>
  [...received.matchAll(/: (\d+) 0{500}\n/g)].map(([, number]) => Number(number));

const upTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index);

test('over TLS, to a server that wants a certificate, with the length before each message', async () => {
  const certificates = makeCertificates(join(daemon.root, 'certificates'));
  const others = makeCertificates(join(daemon.root, 'others'));
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => `${certificates}/${name}.pem`);
  const [caText, certText, keyText] = [ca, cert, key].map((path = '') => readFileSync(path));
  const own = { ca: caText, cert: certText, key: keyText };
  const server = await startLogServer(0, { ...own, requestCert: true, rejectUnauthorized: true });
  onTestFinished(() => server.stop());
  const address = `address=tcp+tls://127.0.0.1:${server.port()}`;
  const client = [`tls-cert=${cert}`, `tls-key=${key}`];
  const refused = async (name: string, options: readonly string[]): Promise<string> => {
    const { exitCode, stderr } = await run(name, [address, ...options], 'true');
    expect(exitCode).toBe(125);
    expect(stderr).toContain('failed to initialize logging driver: ');
    return stderr;
  };
  expect(await refused('unsure', client)).toContain('certificate');
  expect(await refused('fooled', [...client, `tls-ca-cert=${others}/ca.pem`])).toContain(
    'certificate',
  );
  // With TLS 1.3 the server says so only when the client thinks that it is connected.
  expect(await refused('unknown', [`tls-ca-cert=${ca}`])).toContain('certificate required');

  const trusting = [...client, 'tls-skip-verify=1', 'format=rfc3164'];
  await run('trusting', [address, ...trusting, 'facility=local7'], 'echo lines');
  const sure = [...client, `tls-ca-cert=${ca}`, 'format=rfc5424micro', 'facility=mail'];
  await run('sure', [address, ...sure], 'echo ç; echo two >&2');
  const received = (): string => server.connections().filter(Boolean).sort().join('');
  await vi.waitFor(() => {
    for (const text of [': lines\n', ' - ç', ' - two']) expect(received()).toContain(text);
  }, wait);
  expect(received()).toMatch(/<190>\w{3} [ \d]\d \d\d:\d\d:\d\d \S+ trusting\[\d+\]: lines\n/);
  const frames = received().replace(/<190>.*\n/, '');
  const lengths = [...frames.matchAll(/(\d+) (<(?:22|19)>1 \S+ \S+ sure \d+ sure - (?:ç|two))/g)];
  expect(lengths).toHaveLength(2);
  for (const [, length, message = ''] of lengths)
    expect(Number(length)).toBe(Buffer.byteLength(message));
  expect(lengths.map(([frame]) => frame).join('')).toBe(frames);
  await docker('rm', '-f', 'unsure', 'fooled', 'unknown', 'trusting', 'sure');
  expect(daemon.problems).toEqual([]);
});

test('a server that goes away, or does not read, keeps no container waiting, and gets everything later', async () => {
  const path = join(daemon.root, 'stream.sock');
  let server = await startLogServer(path);
  onTestFinished(() => server.stop());
  await run(
    'far',
    [`address=unix://${path}`],
    `echo up; until [ -e /a ]; do sleep 0.02; done; ${flood(0)}; sleep 100`,
  );
  const lastLine = async (name: string, wanted: number): Promise<void> => {
    await vi.waitFor(async () => {
      const { stdout } = await docker('logs', '--tail', '1', name);
      expect(stdout).toMatch(new RegExp(`^${wanted} 0`));
    }, wait);
  };
  await vi.waitFor(() => {
    expect(server.connections().join('')).toMatch(/: up\n$/);
  }, wait);
  await server.stop();
  await docker('exec', 'far', 'touch', '/a');
  await lastLine('far', 1999);
  await vi.waitFor(() => {
    expect(daemon.notices).toContain('the log of a container cannot be sent, and is tried again');
  }, wait);
  server = await startLogServer(path);
  server.reads = false;
  await vi.waitFor(() => {
    expect(server.connections()).toHaveLength(1);
  }, wait);
  // A berthd that is stopped does not wait for it either.
  await daemon.down();
  await daemon.up();
  await vi.waitFor(() => {
    expect(server.connections()).toHaveLength(2);
  }, wait);
  server.resume();
  await vi.waitFor(() => {
    const all = server.connections().flatMap(numbersOf);
    expect(all.at(-1)).toBe(1999);
    expect([...new Set(all)].sort((a, b) => a - b)).toEqual(upTo(2000));
  }, wait);
  for (const connection of server.connections()) {
    const [first = 0, ...rest] = numbersOf(connection);
    expect(rest).toEqual(rest.map((_, index) => first + index + 1));
  }

  // Nor does one that removes a container.
  server.reads = false;
  await run('unheard', [`address=unix://${path}`], flood(0));
  await docker('wait', 'unheard');
  await lastLine('unheard', 1999);
  expect((await docker('rm', '-f', 'unheard', 'far')).stderr).toBe('');
  expect(daemon.problems).toEqual([]);
}, 60_000);
