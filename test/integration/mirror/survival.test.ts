import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import { isBlobDownload } from '../../support/fault-script.ts';
import { temporaryFolder } from '../layer/support.ts';
import { randomImage, startFaults, upload } from '../registry/fetch-fixture.ts';
import { makeCertificate, startRegistry } from '../registry/support.ts';
import { ask, isContent, testMirror } from './mirror-fixture.ts';

const main = resolve(import.meta.dirname, '../../../scripts/main.ts');

/** `berth mirror serve` as a process of its own. */
async function mirrorProcess(
  args: readonly string[],
): Promise<{ readonly url: string; kill(signal: NodeJS.Signals): Promise<unknown> }> {
  const all = [main, 'mirror', 'serve', '--listen', '127.0.0.1:0', '--json', ...args];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...all], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const kill = async (signal: NodeJS.Signals): Promise<unknown> => {
    child.kill(signal);
    return (await ended)[0];
  };
  onTestFinished(async () => {
    await kill('SIGKILL');
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { readonly kind: string; readonly url: string };
    if (event.kind !== 'listening') continue;
    child.stdout.resume();
    return { url: event.url, kill };
  }
  throw new Error('the mirror did not start');
}

/** A small disk of its own, for one test. */
async function smallDisk(sizeBytes: number): Promise<string> {
  const folder = await temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

describe('a mirror survives', () => {
  const image = randomImage(2_000_000, 1_500_000, 1_400_000);
  const [first = digestOf(''), second = digestOf(''), third = digestOf('')] = image.layers;
  const pathOf = (digest: string): string => `/v2/library/app/blobs/${digest}`;

  async function upstream(): Promise<Awaited<ReturnType<typeof startFaults>>> {
    const registry = await startRegistry();
    await upload(registry, image);
    return startFaults(registry);
  }

  test('being killed in the middle of a download', async () => {
    const proxy = await upstream();
    proxy.script = {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'stall', at: { part: 0.5 } } : undefined,
    };
    const dataRoot = await temporaryFolder();
    const args = [
      '--data-root',
      dataRoot,
      '--config',
      join(dataRoot, 'none.json'),
      '--upstream',
      `http://${proxy.host}`,
    ];
    const killed = await mirrorProcess(args);
    let isKilled = false;
    const answer = await ask(killed, pathOf(first), {
      onPiece: (received) => {
        if (!isKilled && received >= 999_999) {
          isKilled = true;
          void killed.kill('SIGKILL');
        }
        return 'go-on';
      },
    });
    expect(answer.end).toBe('broken');
    const folder = join(dataRoot, 'mirror');
    expect(readdirSync(join(folder, 'ingest'))).toHaveLength(1);
    proxy.script = {};
    const next = await mirrorProcess(args);
    expect(readdirSync(join(folder, 'ingest'))).toEqual([]);
    expect(isContent(await ask(next, pathOf(first)), first)).toBe(true);
    expect(await next.kill('SIGTERM')).toBe(0);
    expect(readdirSync(join(folder, 'blobs', 'sha256'))).toEqual([first.slice(7)]);
  });

  test('garbage where its content should be', async () => {
    const proxy = await upstream();
    const before = await testMirror(proxy.host);
    const { dataRoot } = before;
    await ask(before, '/v2/library/app/manifests/latest');
    for (const digest of [first, second]) await ask(before, pathOf(digest));
    await before.stop();
    const folder = join(dataRoot, 'mirror');
    const blob = (digest: string): string => join(folder, 'blobs', 'sha256', digest.slice(7));
    writeFileSync(blob(first), Buffer.alloc(2_000_000));
    writeFileSync(blob(second), 'short');
    writeFileSync(join(folder, 'blobs', 'sha256', 'no-digest'), 'x');
    mkdirSync(join(folder, 'blobs', 'sha256', 'f'.repeat(64)));
    for (const name of readdirSync(join(folder, 'names')))
      writeFileSync(join(folder, 'names', name), '{"key":');
    writeFileSync(join(folder, 'names', 'else'), 'x');
    writeFileSync(join(folder, 'scores.json'), '\0');
    const after = await testMirror(proxy.host, { dataRoot });
    expect((await ask(after, '/v2/library/app/manifests/latest')).status).toBe(200);
    for (const digest of [first, second])
      expect(isContent(await ask(after, pathOf(digest)), digest)).toBe(true);
    expect(after.events.filter(({ kind }) => kind === 'damaged')).toHaveLength(2);
    expect(digestOf(readFileSync(blob(first)))).toBe(first);
    expect(after.kept()).not.toContain('no-digest');
    expect(readdirSync(join(folder, 'names'))).toHaveLength(1);
  });

  test('a full disk: content is passed through, verified, and not kept', async () => {
    const proxy = await upstream();
    const disk = await smallDisk(1_000_000);
    const mirror = await testMirror(proxy.host, { dataRoot: disk });
    const answers = await Promise.all(
      [first, first, second].map((digest) => ask(mirror, pathOf(digest))),
    );
    expect(answers.map((answer) => answer.end)).toEqual(['clean', 'clean', 'clean']);
    expect(answers.map((answer, i) => isContent(answer, [first, first, second][i] ?? ''))).toEqual([
      true,
      true,
      true,
    ]);
    const tail = await ask(mirror, pathOf(first), { headers: { range: 'bytes=1999990-' } });
    expect(tail).toMatchObject({
      status: 206,
      headers: { 'content-range': 'bytes 1999990-1999999/2000000' },
    });
    expect(tail.body.equals(answers[0]?.body.subarray(-10) ?? Buffer.alloc(0))).toBe(true);
    expect(mirror.kept()).toEqual([]);
    proxy.script = {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'corrupt', at: { part: 0.9 } } : undefined,
    };
    expect((await ask(mirror, pathOf(third))).end).toBe('broken');
  });

  test('a disk that fills up in the middle: who reads goes on', async () => {
    const proxy = await upstream();
    const disk = await smallDisk(6_000_000);
    const mirror = await testMirror(proxy.host, { dataRoot: disk });
    let isFull = false;
    proxy.script = {
      request: (request) =>
        isBlobDownload(request) ? { kind: 'slow', bytesPerSecond: 4_000_000 } : undefined,
    };
    const answer = await ask(mirror, pathOf(first), {
      onPiece: () => {
        if (!isFull) {
          isFull = true;
          try {
            writeFileSync(join(disk, 'others'), Buffer.alloc(6_000_000));
          } catch {
            // As much as fits.
          }
        }
        return 'go-on';
      },
    });
    expect(statSync(join(disk, 'others')).size).toBeLessThan(6_000_000);
    expect(answer.end).toBe('clean');
    expect(isContent(answer, first)).toBe(true);
    expect(mirror.events.map(({ kind }) => kind)).toContain('not-kept');
    expect(mirror.kept()).toEqual([]);
    expect(readdirSync(join(disk, 'mirror', 'ingest'))).toEqual([]);
  });

  test('its own limit: what was not used for longest goes', async () => {
    const proxy = await upstream();
    const mirror = await testMirror(proxy.host, { maxBytes: 3_800_000 });
    for (const digest of [first, second, first, third]) await ask(mirror, pathOf(digest));
    expect([...mirror.kept()].sort()).toEqual([first.slice(7), third.slice(7)].sort());
    const small = await testMirror(proxy.host, { maxBytes: 1000 });
    expect(isContent(await ask(small, pathOf(first)), first)).toBe(true);
    expect(small.kept()).toEqual([]);
  });

  test('a second one on its data root, which is refused', async () => {
    const mirror = await testMirror('127.0.0.1:1');
    await expect(testMirror('127.0.0.1:1', { dataRoot: mirror.dataRoot })).rejects.toMatchObject({
      code: 'MIRROR_IN_USE',
    });
    await expect(
      testMirror('127.0.0.1:1', { port: Number(mirror.host.split(':')[1]) }),
    ).rejects.toMatchObject({
      code: 'MIRROR_LISTEN_FAILED',
    });
    await mirror.stop();
    await testMirror('127.0.0.1:1', { dataRoot: mirror.dataRoot });
  });

  test('being asked over https', async () => {
    const { certificate, key } = await makeCertificate();
    const proxy = await upstream();
    const tls = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
    const mirror = await testMirror(proxy.host, { tls });
    const { stdout } = await promisify(execFile)('curl', [
      '-s',
      '--cacert',
      certificate,
      `${mirror.url}/v2/`,
    ]);
    expect(mirror.url).toMatch(/^https:/);
    expect(stdout).toBe('{}');
  });
});
