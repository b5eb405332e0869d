import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;
/** Five megabytes: every byte, every pair of bytes that can be half of a character, and no end of a line for long. */
const noise = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  randomBytes(4_000_000),
  Buffer.alloc(1_000_000, 0xff),
  Buffer.from('\r\n\0\n'),
]);

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  writeFileSync(join(daemon.root, 'noise'), noise);
});
afterAll(() => daemon.destroy());

const start = (...args: readonly string[]): ChildProcess =>
  spawn('docker', ['run', '--network', 'none', ...args], { env: daemon.environment });

/** What a command writes until it has ended, as bytes. */
async function outputOf(command: ChildProcess, input?: Buffer): Promise<Output> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  command.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  command.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  command.stdout?.resume();
  command.stdin?.end(input);
  const exitCode = await new Promise<number | null>((resolve) => command.once('close', resolve));
  return {
    exitCode,
    stdout: Buffer.concat(chunks.stdout),
    stderr: Buffer.concat(chunks.stderr),
  };
}

interface Output {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** A difference of megabytes is nothing to print. */
const digest = (bytes: Buffer): string =>
  `${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;

const wait = { timeout: 20_000, interval: 50 };

const mounted = (): readonly string[] => ['-v', `${join(daemon.root, 'noise')}:/noise:ro`];

test('both outputs of an attached run are what the program wrote, byte for byte, and so is its log', async () => {
  const ran = await outputOf(
    start('--name', 'both', ...mounted(), 'bb', 'sh', '-c', 'cat /noise & cat /noise >&2; wait'),
  );
  expect(ran.exitCode).toBe(0);
  expect([ran.stdout, ran.stderr].map(digest)).toEqual([noise, noise].map(digest));
  const log = spawn('docker', ['logs', 'both'], { env: daemon.environment });
  const logged = await outputOf(log);
  expect([logged.stdout, logged.stderr].map(digest)).toEqual([noise, noise].map(digest));
  await daemon.docker(['rm', 'both']);
});

test('input comes out of the other end of a pipe, byte for byte', async () => {
  const { exitCode, stdout, stderr } = await outputOf(start('-i', '--rm', 'bb', 'cat'), noise);
  expect([exitCode, stderr.toString()]).toEqual([0, '']);
  expect(digest(stdout)).toBe(digest(noise));
});

test('with a terminal, all but line feeds are as they were', async () => {
  const shown = async (name: string, script: string, wanted: Buffer): Promise<void> => {
    // When its session ends, the kernel throws away what is left in a terminal: it goes on until all has been read.
    const stays = `${script}; sleep 1000`;
    const client = start('-t', '--rm', '--name', name, ...mounted(), 'bb', 'sh', '-c', stays);
    let length = 0;
    client.stdout?.on('data', (chunk: Buffer) => (length += chunk.length));
    const output = outputOf(client);
    await vi.waitFor(() => {
      expect(length).toBeGreaterThanOrEqual(wanted.length);
    }, wait);
    await daemon.docker(['kill', name]);
    const { stdout, stderr } = await output;
    expect([digest(stdout), stderr.toString()]).toEqual([digest(wanted), '']);
  };
  const latin = noise.toString('latin1');
  await shown('cooked', 'cat /noise', Buffer.from(latin.replaceAll('\n', '\r\n'), 'latin1'));
  await shown('raw', 'stty -opost; cat /noise', noise);
});

test('a client that stops reading stops neither the program nor its log', async () => {
  const client = start(
    '--name',
    'unread',
    ...mounted(),
    'bb',
    'sh',
    '-c',
    'cat /noise; echo end >&2',
  );
  // Nobody reads its pipe, so it stops when that is full.
  client.stdout?.pause();
  onTestFinished(() => {
    client.kill('SIGKILL');
  });
  await vi.waitFor(async () => {
    const { stdout } = await daemon.docker(['inspect', '-f', '{{.State.Status}}', 'unread']);
    expect(stdout).toBe('exited\n');
  }, wait);
  expect(client.exitCode).toBeNull();
  const logged = await outputOf(spawn('docker', ['logs', 'unread'], { env: daemon.environment }));
  expect([logged.stdout, logged.stderr].map(digest)).toEqual(
    [noise, Buffer.from('end\n')].map(digest),
  );
  // Once it reads again it gets all of it.
  const late = await outputOf(client);
  expect(digest(late.stdout)).toBe(digest(noise));
  expect(late.stderr.toString()).toBe('end\n');
  expect(readFileSync(join(daemon.root, 'noise')).equals(noise)).toBe(true);
  await daemon.docker(['rm', 'unread']);
  expect(daemon.problems).toEqual([]);
  expect(daemon.notices).toEqual([]);
});
