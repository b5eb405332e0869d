import {
  cpSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { packageProbe } from '../../../scripts/mirrors/packages/probe-packages.ts';
import { race } from '../../../scripts/mirrors/race.ts';
import type { Verdict } from '../../../scripts/mirrors/verdict.ts';
import type { PackageRepository } from '../../../scripts/repositories/package-repository.ts';
import { makeAptRepository } from '../../support/mirrors/apt-repository.ts';
import { serve, serveFolder, type TestServer } from '../../support/mirrors/file-server.ts';
import { SigningKey } from '../../support/mirrors/signing-key.ts';
import { removeTree } from '../../support/remove-tree.ts';

const day = 24 * 60 * 60 * 1000;
let base: string;
let key: SigningKey;
let stranger: SigningKey;
const servers: TestServer[] = [];

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'berth-mirrors-'));
  key = new SigningKey();
  stranger = new SigningKey('stranger@example.com');
  makeAptRepository({
    folder: join(base, 'good'),
    key,
    date: new Date(),
    packages: [
      { name: 'docker-ce-cli', version: '5:28.5.2-1~debian.12~bookworm', sizeBytes: 400_000 },
      { name: 'docker-ce-cli', version: '5:9.9.9-1~debian.12~bookworm', sizeBytes: 1000 },
      { name: 'docker-buildx-plugin', version: '0.29.1-1~debian.12~bookworm', sizeBytes: 300_000 },
      { name: 'unwanted', version: '1', sizeBytes: 10 },
    ],
  });
});
afterAll(() => {
  key.remove();
  stranger.remove();
  removeTree(base);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const repositoryAt = (root: string): PackageRepository => ({
  id: 'docker-ce',
  title: 'test',
  baseUrl: `${root}/linux/debian`,
  suite: 'bookworm',
  components: ['stable'],
  architectures: ['amd64'],
  keyUrl: `${root}/linux/debian/gpg`,
  keyFingerprints: [key.fingerprint],
});

async function verdictOf(server: TestServer): Promise<Verdict> {
  servers.push(server);
  const url = `http://${server.host}`;
  const probe = packageProbe({ repositories: [repositoryAt(url)], clock: systemClock });
  const candidates = [{ name: 'x', kind: 'packages', url, role: 'mirror', probe } as const];
  const [ranked] = await race(candidates, {
    clock: systemClock,
    signal: new AbortController().signal,
    deadlineMs: 4000,
    until: 'all',
  });
  if (ranked === undefined) throw new Error('no verdict');
  return ranked.verdict;
}

let copies = 0;
/** A copy of the good mirror, changed. */
async function changed(change: (debian: string) => void): Promise<Verdict> {
  copies += 1;
  const folder = join(base, `copy-${copies}`);
  cpSync(join(base, 'good'), folder, { recursive: true });
  change(join(folder, 'linux/debian'));
  return verdictOf(await serveFolder(folder));
}

const release = 'dists/bookworm/InRelease';
const pool = 'dists/bookworm/pool/stable/amd64';
const poolFile = (debian: string, part: string): string =>
  join(debian, pool, readdirSync(join(debian, pool)).find((name) => name.includes(part)) ?? '');

describe('a mirror of packages', () => {
  test('is good when everything is right, by one real package', async () => {
    const server = await serveFolder(join(base, 'good'));
    const verdict = await verdictOf(server);
    expect(verdict).toMatchObject({
      standing: 'good',
      proved: ['key', 'index', 'package-list', 'package'],
      release: 0,
    });
    expect(verdict.bytesPerSecond).toBeGreaterThan(0);
    // Every package that matters in its newest version, and the smallest of them whole: no GET of the front page.
    expect(
      server.requests
        .filter((each) => each.startsWith('HEAD'))
        .map((each) => each.split('/').at(-1)),
    ).toEqual([
      expect.stringContaining('docker-buildx-plugin_0.29.1'),
      expect.stringContaining('docker-ce-cli_28.5.2'),
    ]);
    expect(server.requests.at(-1)).toMatch(/^GET .*docker-buildx-plugin_0\.29\.1/);
    expect(server.requests).not.toContain('GET /');
  });

  test('lies when its index was signed by someone else, changed, or not at all', async () => {
    const other = (debian: string): string =>
      readFileSync(join(debian, release), 'utf8')
        .replace(/^-----BEGIN PGP SIGNED[^]*?\n\n/, '')
        .replace(/-----BEGIN PGP SIGNATURE[^]*$/, '');
    expect(
      await changed((debian) => {
        writeFileSync(join(debian, release), stranger.clearsign(other(debian)));
      }),
    ).toMatchObject({ standing: 'wrong', reason: { is: 'bad-signature' }, proved: [] });
    expect(
      await changed((debian) => {
        const text = readFileSync(join(debian, release), 'utf8');
        writeFileSync(join(debian, release), text.replace('Origin: Docker', 'Origin: Dokcer'));
      }),
    ).toMatchObject({ standing: 'wrong', reason: { is: 'bad-signature' } });
    expect(
      await changed((debian) => {
        writeFileSync(join(debian, release), other(debian));
      }),
    ).toMatchObject({ standing: 'wrong', reason: { is: 'unsigned' } });
  });

  test('lies when it serves another key', async () => {
    const verdict = await changed((debian) => {
      writeFileSync(join(debian, 'gpg'), stranger.publicKey());
    });
    expect(verdict).toMatchObject({ standing: 'wrong', reason: { is: 'wrong-key' } });
  });

  test('is half synchronised: the newest package answers 404, or has no bytes', async () => {
    expect(
      await changed((debian) => {
        rmSync(poolFile(debian, 'docker-ce-cli_28'));
      }),
    ).toMatchObject({ standing: 'partial', reason: { is: 'missing', status: 404 } });
    expect(
      await changed((debian) => {
        truncateSync(poolFile(debian, 'docker-ce-cli_28'), 0);
      }),
    ).toMatchObject({ standing: 'partial', reason: { is: 'size', actual: 0 } });
  });

  test('is half synchronised: the list of packages is another one than InRelease names', async () => {
    const verdict = await changed((debian) => {
      writeFileSync(
        join(debian, 'dists/bookworm/stable/binary-amd64/Packages.gz'),
        gzipSync('Package: docker-ce-cli\nVersion: 1\nFilename: x\nSize: 1\nSHA256: 0\n'),
      );
    });
    expect(verdict).toMatchObject({
      standing: 'wrong',
      reason: { is: 'damaged', part: 'package-list' },
    });
  });

  test('lies when the package is another one of the same size', async () => {
    const verdict = await changed((debian) => {
      const path = poolFile(debian, 'docker-buildx');
      const bytes = readFileSync(path);
      bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
      writeFileSync(path, bytes);
    });
    expect(verdict).toMatchObject({
      standing: 'wrong',
      reason: { is: 'digest', part: 'package' },
      proved: ['key', 'index', 'package-list'],
    });
  });

  test('is of no use when its index has ceased to hold', async () => {
    const folder = join(base, 'expired');
    makeAptRepository({
      folder,
      key,
      date: new Date(Date.now() - 20 * day),
      validUntil: new Date(Date.now() - day),
      packages: [{ name: 'docker-ce-cli', version: '1', sizeBytes: 10 }],
    });
    expect(await verdictOf(await serveFolder(folder))).toMatchObject({
      standing: 'partial',
      reason: { is: 'expired' },
    });
  });

  test('is none when a page for people comes with status 200, or nothing is there', async () => {
    const page = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!DOCTYPE html><title>Please log in</title>');
    });
    expect(await verdictOf(page)).toMatchObject({ standing: 'no-mirror', reason: { is: 'html' } });
    const disguised = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end('\n<html><body>moved</body></html>');
    });
    expect(await verdictOf(disguised)).toMatchObject({ reason: { is: 'html' } });
    const empty = await serve((_request, response) => {
      response.writeHead(404);
      response.end();
    });
    expect(await verdictOf(empty)).toMatchObject({
      standing: 'no-mirror',
      reason: { is: 'status', status: 404 },
    });
  });

  test('refuses: 403, 429 with its wait', async () => {
    const answering = (status: number, headers: Record<string, string> = {}) =>
      serve((_request, response) => {
        response.writeHead(status, headers);
        response.end('no\u001b[31m');
      });
    expect(await verdictOf(await answering(403))).toMatchObject({
      standing: 'refused',
      reason: { is: 'forbidden', said: 'no [31m' },
    });
    expect(await verdictOf(await answering(429, { 'retry-after': '60' }))).toMatchObject({
      standing: 'limited',
      reason: { is: 'limited', retryAfter: '60' },
    });
  });
});
