import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../layer/support.ts';
import { startServer } from '../registry/support.ts';
import { ask, testMirror } from './mirror-fixture.ts';

/** A package host: serves a folder with Last-Modified, and remembers what it was asked. */
interface PackageHost {
  readonly host: string;
  readonly folder: string;
  readonly requests: { readonly path: string; readonly status: number }[];
  /** Instead of the folder. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
}

async function packageHost(): Promise<PackageHost> {
  const folder = await temporaryFolder();
  const requests: PackageHost['requests'] = [];
  const found: Pick<PackageHost, 'answer'> = { answer: undefined };
  const host = await startServer((request, response) => {
    const path = request.url ?? '';
    if (found.answer !== undefined) {
      found.answer(request, response);
      return;
    }
    const file = join(folder, decodeURIComponent(path));
    const modified = statSync(file, { throwIfNoEntry: false })?.mtime.toUTCString();
    const isSame = modified !== undefined && request.headers['if-modified-since'] === modified;
    const status = modified === undefined ? 404 : isSame ? 304 : 200;
    requests.push({ path, status });
    const body = status === 200 ? readFileSync(file) : Buffer.alloc(0);
    response.writeHead(status, {
      ...(modified === undefined ? {} : { 'last-modified': modified }),
      'content-type': 'application/octet-stream',
      ...(status === 304 ? {} : { 'content-length': body.byteLength }),
    });
    response.end(body);
  });
  return Object.assign(found, { host, folder, requests });
}

/** A flat repository with a package, as `dpkg-scanpackages` makes it. */
function makeRepository(folder: string, version: string): string {
  const tree = join(folder, '..', `tree-${version}-${Math.random()}`);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const fields = `Package: berth-test\nVersion: ${version}\nArchitecture: all\nMaintainer: berth <berth@example.org>\nDescription: test\n`;
  writeFileSync(join(tree, 'DEBIAN', 'control'), fields);
  const name = `berth-test_${version}_all.deb`;
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', tree, join(folder, name)], {
    stdio: 'ignore',
  });
  execFileSync('rm', ['-r', tree]);
  const index = execFileSync('dpkg-scanpackages', ['--multiversion', '.'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  writeFileSync(join(folder, 'Packages'), index);
  return name;
}

/** apt with a configuration and state of its own: nothing of this machine's is read or written. */
async function privateApt(
  source: string,
): Promise<
  (...args: readonly string[]) => Promise<{ readonly output: string; readonly folder: string }>
> {
  const folder = await temporaryFolder();
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'etc', 'download'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'etc', 'sources.list'), `deb [trusted=yes] ${source} ./\n`);
  writeFileSync(join(folder, 'state', 'status'), '');
  const config = [
    `Dir::Etc "${join(folder, 'etc')}";`,
    'Dir::Etc::Parts "none"; Dir::Etc::Main "none"; Dir::Etc::SourceList "sources.list"; Dir::Etc::SourceParts "none";',
    `Dir::State "${join(folder, 'state')}"; Dir::State::status "${join(folder, 'state', 'status')}";`,
    `Dir::Cache "${join(folder, 'cache')}"; Dir::Log "${folder}";`,
    'APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::http::Proxy "false";',
  ];
  writeFileSync(join(folder, 'apt.conf'), config.join('\n'));
  return async (...args) => {
    const { stdout, stderr } = await promisify(execFile)('apt-get', [...args], {
      cwd: join(folder, 'download'),
      env: { ...process.env, APT_CONFIG: join(folder, 'apt.conf'), LC_ALL: 'C' },
    });
    return { output: stdout + stderr, folder };
  };
}

describe('packages through a mirror', () => {
  test('apt-get updates and downloads; a second host costs only the question whether indexes are the same', async () => {
    const upstream = await packageHost();
    const name = makeRepository(upstream.folder, '1.0+a~b');
    const mirror = await testMirror('127.0.0.1:1', {
      allowedPackageHosts: [`http://${upstream.host}`],
    });
    const source = `${mirror.url}/packages/${upstream.host}`;
    const asked: string[][] = [];
    for (let host = 0; host < 2; host += 1) {
      const apt = await privateApt(source);
      await apt('update');
      const { folder } = await apt('download', 'berth-test');
      const [deb = ''] = readdirSync(join(folder, 'download'));
      expect(
        readFileSync(join(folder, 'download', deb)).equals(
          readFileSync(join(upstream.folder, name)),
        ),
      ).toBe(true);
      asked.push(
        upstream.requests
          .splice(0)
          .map(({ path, status }) => `${status} ${decodeURIComponent(path)}`),
      );
    }
    expect(asked[0]).toContain('200 /Packages');
    expect(asked[0]).toContain(`200 /${name}`);
    expect(asked[1]).toContain('304 /Packages');
    expect(asked[1]?.filter((line) => line.startsWith('200'))).toEqual([]);
  });

  test('an index that has changed is fetched anew, and old while its host is away', async () => {
    const upstream = await packageHost();
    const file = join(upstream.folder, 'Packages');
    const mirror = await testMirror('127.0.0.1:1', {
      allowedPackageHosts: [`http://${upstream.host}`],
    });
    const get = async (): Promise<unknown> => {
      const { status, body, headers } = await ask(mirror, `/packages/${upstream.host}/Packages`);
      return [status, body.toString(), headers.warning];
    };
    writeFileSync(file, 'one');
    expect([await get(), await get()]).toEqual([
      [200, 'one', undefined],
      [200, 'one', undefined],
    ]);
    writeFileSync(file, 'two');
    execFileSync('touch', ['-d', '2001-01-01', file]);
    expect(await get()).toEqual([200, 'two', undefined]);
    upstream.answer = (_request, response) => response.writeHead(503).end();
    expect(await get()).toEqual([200, 'two', '111 berth "Revalidation Failed"']);
    upstream.answer = (_request, response) => response.writeHead(404).end();
    expect(((await get()) as unknown[])[0]).toBe(404);
    expect(upstream.requests.map(({ status }) => status)).toEqual([200, 304, 200]);
  });

  test('ten at once ask once; what is named by its hash has to have it', async () => {
    const upstream = await packageHost();
    const content = Buffer.alloc(2_000_000, 'deb');
    const hex = createHash('sha256').update(content).digest('hex');
    const byHash = join(upstream.folder, 'by-hash', 'SHA256');
    mkdirSync(byHash, { recursive: true });
    writeFileSync(join(byHash, hex), content);
    writeFileSync(join(byHash, '0'.repeat(64)), content);
    writeFileSync(join(upstream.folder, 'a.deb'), content);
    const mirror = await testMirror('127.0.0.1:1', {
      allowedPackageHosts: [`http://${upstream.host}`],
    });
    for (const path of ['a.deb', `by-hash/SHA256/${hex}`]) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => ask(mirror, `/packages/${upstream.host}/${path}`)),
      );
      expect(answers.every(({ body, end }) => end === 'clean' && body.equals(content))).toBe(true);
      // A second time from the cache, without a question.
      expect((await ask(mirror, `/packages/${upstream.host}/${path}`)).body.equals(content)).toBe(
        true,
      );
    }
    expect(upstream.requests).toHaveLength(2);
    const wrong = await ask(mirror, `/packages/${upstream.host}/by-hash/SHA256/${'0'.repeat(64)}`);
    expect(wrong.end).toBe('broken');
    expect(mirror.kept()).toEqual([hex]);
    const part = await ask(mirror, `/packages/${upstream.host}/a.deb`, {
      headers: { range: 'bytes=10-' },
    });
    expect(part).toMatchObject({ status: 206 });
    expect(part.body.equals(content.subarray(10))).toBe(true);
  });

  test('what comes without a length is kept when it fits, and passed on when it does not', async () => {
    const upstream = await packageHost();
    upstream.answer = (_request, response) => {
      response.writeHead(200);
      for (let i = 0; i < 30; i += 1) response.write(Buffer.alloc(100_000, String(i)));
      response.end();
    };
    const allowedPackageHosts = [`http://${upstream.host}`];
    for (const [maxBytes, kept] of [
      [10_000_000, 1],
      [1_500_000, 0],
    ] as const) {
      const mirror = await testMirror('127.0.0.1:1', { allowedPackageHosts, maxBytes });
      const answer = await ask(mirror, `/packages/${upstream.host}/a.deb`);
      expect(answer.headers['content-length']).toBeUndefined();
      expect({ end: answer.end, size: answer.body.byteLength }).toEqual({
        end: 'clean',
        size: 3_000_000,
      });
      expect(mirror.kept()).toHaveLength(kept);
    }
  });

  test('a package that came wrong is asked for again by who says no-cache', async () => {
    const upstream = await packageHost();
    writeFileSync(join(upstream.folder, 'a.deb'), 'wrong');
    const mirror = await testMirror('127.0.0.1:1', {
      allowedPackageHosts: [`http://${upstream.host}`],
    });
    const path = `/packages/${upstream.host}/a.deb`;
    expect((await ask(mirror, path)).body.toString()).toBe('wrong');
    writeFileSync(join(upstream.folder, 'a.deb'), 'right');
    execFileSync('touch', ['-d', '2001-01-01', join(upstream.folder, 'a.deb')]);
    expect((await ask(mirror, path)).body.toString()).toBe('wrong');
    expect(
      (await ask(mirror, path, { headers: { 'cache-control': 'no-cache' } })).body.toString(),
    ).toBe('right');
    expect((await ask(mirror, path)).body.toString()).toBe('right');
  });

  test('nothing but what is allowed is asked: other hosts, other folders, redirects', async () => {
    const upstream = await packageHost();
    const other = await packageHost();
    cpSync(upstream.folder, other.folder, { recursive: true });
    writeFileSync(join(other.folder, 'a.deb'), 'secret');
    const mirror = await testMirror('127.0.0.1:1', {
      allowedPackageHosts: [`http://${upstream.host}`],
    });
    const status = async (path: string): Promise<number> => (await ask(mirror, path)).status;
    for (const host of [
      other.host,
      '127.0.0.1',
      'localhost:80',
      '169.254.169.254',
      '[::1]',
      'deb.debian.org',
    ])
      expect(await status(`/packages/${host}/a.deb`)).toBe(host === '[::1]' ? 400 : 403);
    for (const path of [
      '../../etc/passwd',
      '%2e%2e/%2e%2e/etc/passwd',
      'a%2f..%2fb',
      'a%5cb',
      'a%00b',
      'a%zz',
    ])
      expect(await status(`/packages/${upstream.host}/${path}`), path).toBe(400);
    expect(await status(`/packages/${upstream.host}/${'a'.repeat(2000)}`)).toBe(400);
    expect(await status(`/packages/${upstream.host}/a.deb?token=x`)).toBe(400);
    for (const location of [
      `http://${other.host}/a.deb`,
      'http://localhost/a',
      'file:///etc/passwd',
      '//169.254.169.254/x',
    ]) {
      upstream.answer = (_request, response) => response.writeHead(302, { location }).end();
      expect(await status(`/packages/${upstream.host}/a.deb`), location).toBe(403);
    }
    upstream.answer = (_request, response) => response.writeHead(302, { location: '/a.deb' }).end();
    expect(await status(`/packages/${upstream.host}/a.deb`)).toBe(502);
    upstream.answer = undefined;
    expect(await status(`/packages/${upstream.host}//${other.host}/a.deb`)).toBe(404);
    expect(other.requests).toEqual([]);
    expect(upstream.requests.map(({ path }) => decodeURIComponent(path))).toEqual([
      `/${other.host}/a.deb`,
    ]);
  });
});
