import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { ask, askBytes } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';
import { removeTree } from '../../support/remove-tree.ts';

let daemon: TestDaemon;
let work: string;

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

async function fine(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await docker(...args);
  expect(exitCode, `${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout.trim();
}

/** Runs a script in a container. */
const inside = (name: string, script: string): Promise<string> =>
  fine('exec', name, '/bin/busybox', 'sh', '-c', script);

beforeAll(async () => {
  daemon = await TestDaemon.start();
  work = mkdtempSync(join(tmpdir(), 'berth-cp-'));
  await fine('load', '-i', busyboxArchive(daemon.root));
});
afterAll(async () => {
  removeTree(work);
  await daemon.destroy();
  expect(daemon.problems).toEqual([]);
});

describe('a running container', () => {
  beforeAll(async () => {
    mkdirSync(join(work, 'bound'));
    mkdirSync(join(work, 'locked'));
    const mounts = [
      ...['-v', 'kept:/kept', '-v', 'kept:/locked-volume:ro'],
      ...['-v', `${work}/bound:/bound`, '--tmpfs', '/memory'],
    ];
    await fine('run', '-d', '--name', 'up', '--network', 'none', ...mounts, 'bb', 'sleep', '1000');
  });

  test('takes and gives files of all kinds, byte by byte', async () => {
    const tree = join(work, 'tree');
    mkdirSync(join(tree, 'deep/er'), { recursive: true });
    writeFileSync(join(tree, 'empty'), '');
    writeFileSync(join(tree, 'new\nline'), 'odd name\n');
    writeFileSync(join(tree, 'deep/er/tool'), '#!/bin/sh\n', { mode: 0o755 });
    chmodSync(join(tree, 'deep/er/tool'), 0o4755);
    symlinkSync('deep/er/tool', join(tree, 'link'));
    execFileSync('ln', [join(tree, 'new\nline'), join(tree, 'same')]);
    execFileSync('truncate', ['-s', '50M', join(tree, 'sparse')]);
    execFileSync('mkfifo', [join(tree, 'pipe')]);
    execFileSync('mknod', [join(tree, 'device'), 'c', '1', '3']);
    execFileSync('chown', ['-h', '1000:2000', join(tree, 'link'), join(tree, 'empty')]);
    execFileSync('touch', ['-d', '2001-02-03T04:05:06', join(tree, 'empty'), join(tree, 'deep')]);
    await fine('cp', '-a', tree, 'up:/copied');
    // What is sparse takes no room there either.
    expect(
      Number(await inside('up', 'busybox du -k /copied/sparse | busybox cut -f1')),
    ).toBeLessThan(1000);
    const status = await inside(
      'up',
      'cd /copied; busybox stat -c %a:%u:%g:%h:%Y deep/er/tool same empty link device',
    );
    expect(status.split('\n')).toMatchObject([
      expect.stringMatching(/^4755:0:0:1:/),
      expect.stringMatching(/^644:0:0:2:/),
      '644:1000:2000:1:981173106',
      expect.stringMatching(/^777:1000:2000:1:/),
      expect.stringMatching(/^644:0:0:1:/),
    ]);
    await fine('cp', '-a', 'up:/copied', join(work, 'back'));
    const list = (folder: string): string =>
      execFileSync('find', ['.', '-printf', '%p %y %m %s %n %Ts %l\\n'], { cwd: folder })
        .toString()
        // The kernel says of folders how large it wants them.
        .replace(/^(\S+ d \d+) \d+/gm, '$1')
        .split('\n')
        .sort()
        .join('\n');
    expect(list(join(work, 'back'))).toBe(list(tree));
    expect(readFileSync(join(work, 'back/new\nline'), 'utf8')).toBe('odd name\n');
    expect(statSync(join(work, 'back/sparse')).size).toBe(50 * 1024 * 1024);
  });

  test('is seen with its volumes, binds and memory file systems, as it sees itself', async () => {
    for (const folder of ['kept', 'bound', 'memory']) {
      await inside('up', `echo "in ${folder}" > /${folder}/file`);
      await fine('cp', `up:/${folder}/file`, join(work, folder));
      expect(readFileSync(join(work, folder === 'bound' ? 'bound/file' : folder), 'utf8')).toBe(
        `in ${folder}\n`,
      );
      await fine('cp', join(work, 'tree/deep'), `up:/${folder}/`);
      expect(await inside('up', `cat /${folder}/deep/er/tool`)).toBe('#!/bin/sh');
    }
    // Of the kernel's own there is nothing, as with Docker.
    const root = daemon.command('sh', ['-c', 'docker cp up:/proc - | tar t']);
    expect((await root).stdout).toBe('proc/\n');
  });

  test("says in Docker's words what cannot be", async () => {
    const failing = async (...args: readonly string[]): Promise<string> => {
      const { exitCode, stderr } = await docker('cp', ...args);
      expect(exitCode).toBe(1);
      return stderr;
    };
    expect(await failing('up:/missing', work)).toContain(
      'Could not find the file /missing in container up',
    );
    expect(await failing(join(work, 'tree/empty'), 'up:/locked-volume')).toContain(
      'mounted volume is marked read-only',
    );
    const path = '/containers/up/archive?path=%2Fetc%2Fpasswd';
    const put = await ask(daemon.socket, { method: 'PUT', path });
    expect([put.status, JSON.parse(put.body)]).toMatchObject([
      400,
      { message: 'extraction point is not a directory' },
    ]);
    const none = await ask(daemon.socket, { path: '/containers/up/archive' });
    expect([none.status, JSON.parse(none.body)]).toMatchObject([
      400,
      { message: 'bad parameter: pathcannot be empty' },
    ]);
    await inside('up', 'busybox mkdir -p /here/tree');
    writeFileSync(join(work, 'plain'), '');
    const archive = execFileSync('tar', ['-C', work, '--transform=s/plain/tree/', '-c', 'plain']);
    const refused = await ask(daemon.socket, {
      method: 'PUT',
      path: '/containers/up/archive?path=%2Fhere&noOverwriteDirNonDir=true',
      body: archive.toString('latin1'),
    });
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      500,
      { message: 'cannot overwrite directory "/here/tree" with non-directory "/here"' },
    ]);
  });

  test('compresses what it sends for who takes that', async () => {
    const archive = async (accept?: string): Promise<readonly [unknown, Buffer]> => {
      const headers = accept === undefined ? {} : { 'accept-encoding': accept };
      const path = '/containers/up/archive?path=%2Fetc%2Fpasswd';
      const answer = await askBytes(daemon.socket, { path, headers });
      return [answer.headers['content-encoding'], answer.bytes];
    };
    const [none, plain] = await archive();
    expect([none, plain.length % 512]).toEqual([undefined, 0]);
    for (const accept of ['identity', 'br', 'gzip;q=0, deflate;q=0'])
      expect(await archive(accept)).toEqual([undefined, plain]);
    for (const accept of ['gzip', '*', 'deflate, gzip', 'deflate;q=0.5, gzip;q=0.8']) {
      const [encoding, bytes] = await archive(accept);
      expect([encoding, gunzipSync(bytes)]).toEqual(['gzip', plain]);
    }
    const [encoding, bytes] = await archive('deflate;q=1.0, gzip;q=0.5');
    expect([encoding, inflateRawSync(bytes)]).toEqual(['deflate', plain]);
  });

  test('links lead nowhere but inside, and are told of', async () => {
    await inside('up', 'busybox ln -s /etc/passwd /to-file; busybox ln -s /etc /to-folder');
    await fine('cp', 'up:/to-file', join(work, 'as-link'));
    expect(readlinkSync(join(work, 'as-link'))).toBe('/etc/passwd');
    await fine('cp', '-L', 'up:/to-file', join(work, 'followed'));
    expect(readFileSync(join(work, 'followed'), 'utf8')).toContain('app:x:1000');
    await fine('cp', join(work, 'plain'), 'up:/to-folder');
    expect(await inside('up', 'ls /etc/plain')).toBe('/etc/plain');
    const { headers } = await ask(daemon.socket, {
      method: 'HEAD',
      path: '/containers/up/archive?path=%2Fto-file',
    });
    const header = String(headers['x-docker-container-path-stat']);
    expect(JSON.parse(Buffer.from(header, 'base64').toString())).toMatchObject({
      name: 'to-file',
      mode: 2 ** 27 + 0o777,
      linkTarget: '/etc/passwd',
    });
  });

  test('an upload that breaks off is given up, and so is one to a container that is removed', async () => {
    await fine('run', '-d', '--name', 'going', '--network', 'none', 'bb', 'sleep', '1000');
    const part = execFileSync('tar', ['-C', work, '-c', 'tree'], { maxBuffer: 2 ** 27 });
    const { fileUses } = daemon.engine.find('going');
    const path = '/containers/going/archive?path=%2Ftmp';
    const upload = (): ClientRequest => {
      const call = request({ socketPath: daemon.socket, method: 'PUT', path });
      // All but its end, which never comes.
      call.write(part.subarray(0, part.indexOf('odd name')));
      return call;
    };
    const first = upload();
    first.on('error', () => undefined);
    await expect.poll(() => inside('going', 'ls /tmp'), { timeout: 10_000 }).toContain('tree');
    expect(fileUses.isEmpty).toBe(false);
    first.destroy();
    await expect.poll(() => fileUses.isEmpty, { timeout: 10_000 }).toBe(true);
    const second = upload();
    const answered = new Promise((resolve) => {
      second.on('response', ({ statusCode }) => {
        resolve(statusCode);
      });
      second.on('error', resolve);
    });
    await expect.poll(() => fileUses.isEmpty, { timeout: 10_000 }).toBe(false);
    await fine('rm', '-f', 'going');
    expect(await answered).toBe(409);
    second.destroy();
  });
});

describe('a container that does not run', () => {
  test('has its files and volumes before its first start, and what was copied afterwards', async () => {
    await fine(
      'create',
      '--name',
      'new',
      '--network',
      'none',
      '-v',
      'other:/data/inner',
      '--user',
      'app',
      'bb',
      'cat',
      '/data/inner/plain',
      '/tmp/plain',
    );
    writeFileSync(join(work, 'plain'), 'copied\n');
    await fine('cp', join(work, 'plain'), 'new:/data/inner/');
    await fine('cp', '-a', join(work, 'plain'), 'new:/tmp/plain');
    expect(await fine('start', '-a', 'new')).toBe('copied\ncopied');
    const owners = daemon.command('sh', [
      '-c',
      'docker cp new:/tmp/plain - | tar tv --numeric-owner; docker cp new:/data - | tar t',
    ]);
    expect((await owners).stdout).toMatch(
      /^-rw-r--r-- 1000\/1000 [^\n]* plain\ndata\/\ndata\/inner\/\ndata\/inner\/plain\n$/,
    );
  });

  test('with a read-only root takes nothing but into volumes', async () => {
    await fine(
      'create',
      '--name',
      'locked',
      '--read-only',
      '--network',
      'none',
      '-v',
      'free:/free',
      'bb',
      'true',
    );
    const { stderr } = await docker('cp', join(work, 'plain'), 'locked:/tmp/');
    expect(stderr).toContain('container rootfs is marked read-only');
    await fine('cp', join(work, 'plain'), 'locked:/free/');
  });
});
