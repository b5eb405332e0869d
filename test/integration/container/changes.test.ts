import { readdirSync } from 'node:fs';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { CommitRequest } from '../../../runtime/container/changes/commit-container.ts';
import { noFilters } from '../../../runtime/container/query/filters.ts';
import { parseTagTarget } from '../../../runtime/image/reference.ts';
import { busyboxArchive } from '../api/busybox-image.ts';
import { TestDaemon } from '../api/test-daemon.ts';
import type { CommandResult } from '../api/test-daemon.ts';
import { removeTree } from '../../support/remove-tree.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await TestDaemon.start();
});
afterAll(() => daemon.destroy());
beforeEach(async () => {
  await docker('load', '-i', busyboxArchive(daemon.root));
});
afterEach(async () => {
  const all = await daemon.engine.list({ scope: 'all', limit: 0, filters: noFilters });
  for (const { id } of all)
    await daemon.engine.remove(id, { mode: 'kill-first', volumes: 'remove' });
  expect(daemon.problems).toEqual([]);
});

const docker = (...args: readonly string[]): Promise<CommandResult> => daemon.docker(args);

/** Runs a container of the image to its end. */
async function run(name: string, script: string): Promise<void> {
  const command = ['--network', 'none', '--name', name, 'bb', 'sh', '-ec', script];
  expect(await docker('run', ...command)).toMatchObject({ exitCode: 0, stderr: '' });
}

function commit(name: string, request: Partial<CommitRequest> = {}): Promise<string> {
  const asked = { author: '', comment: '', changes: [], processes: 'running' } as const;
  return daemon.engine.commit(name, { ...asked, ...request });
}

/** All content of the store, and what is being received. */
function stored(): readonly string[] {
  const images = join(daemon.root, 'data/images');
  return [...readdirSync(join(images, 'blobs/sha256')), ...readdirSync(join(images, 'ingest'))];
}

/** The writable folder of a container. */
function upperOf(name: string): string {
  return join(daemon.root, 'data/containers', daemon.engine.find(name).id, 'upper');
}

describe('what a container has changed', () => {
  test('is nothing of what berth mounts things on, even in an image that has none of it', async () => {
    await docker('run', '--network', 'none', '--name', 'hello', 'hello-world');
    expect(readdirSync(upperOf('hello'))).toEqual([]);
    expect(await daemon.engine.changes('hello')).toEqual([]);
    const image = await daemon.images.inspect(await commit('hello'));
    expect(image.layers).toHaveLength(1);
    expect(image.raw.history?.at(-1)).toMatchObject({ empty_layer: true });
  });

  test('is what it puts into those places, all the same', async () => {
    await run('own', 'true');
    mkdirSync(join(upperOf('own'), 'sys/own'), { recursive: true });
    mkdirSync(join(upperOf('own'), 'etc'));
    writeFileSync(join(upperOf('own'), 'etc/hosts'), 'changed by hand\n');
    expect(await daemon.engine.changes('own')).toEqual([
      { path: '/etc', kind: 'modified' },
      { path: '/etc/hosts', kind: 'modified' },
      { path: '/sys', kind: 'modified' },
      { path: '/sys/own', kind: 'added' },
    ]);
  });

  test('is in order, and a file that was only touched back is none of it', async () => {
    const script = `busybox touch -r /etc/plain /tmp/time; echo x >> /etc/plain
      busybox truncate -s 11 /etc/plain; busybox touch -r /tmp/time /etc/plain
      busybox rm /tmp/time; echo y > /z; echo y > /a; busybox mkdir /m; echo y > /m/n
      busybox rm -r /tmp; busybox chmod 750 /bin`;
    await run('order', script);
    const changes = await daemon.engine.changes('order');
    expect(changes).toEqual([
      { path: '/a', kind: 'added' },
      { path: '/bin', kind: 'modified' },
      { path: '/m', kind: 'added' },
      { path: '/m/n', kind: 'added' },
      { path: '/tmp', kind: 'deleted' },
      { path: '/z', kind: 'added' },
    ]);
  });
});

test('an export of a container that is removed meanwhile does not end as if it were whole', async () => {
  await run('going', 'busybox dd if=/dev/zero of=/big bs=1M count=20 2> /dev/null');
  const { signal } = new AbortController();
  const chunks = daemon.engine.export('going', signal)[Symbol.asyncIterator]();
  expect((await chunks.next()).done).toBe(false);
  await daemon.engine.remove('going', { mode: 'stopped-only', volumes: 'remove' });
  const drain = async (): Promise<void> => {
    while ((await chunks.next()).done !== true);
  };
  await expect(drain()).rejects.toMatchObject({ code: 'CONTAINER_BEING_REMOVED' });
});

describe('a commit', () => {
  test('that fails leaves nothing', async () => {
    await run('trick', 'echo x > /fine; echo x > /.wh.trick');
    const before = stored();
    await expect(commit('trick')).rejects.toMatchObject({ code: 'LAYER_PACK_FAILED' });
    expect(stored()).toEqual(before);
    await expect(commit('trick', { changes: ['RUN x'] })).rejects.toMatchObject({
      code: 'CONFIG_CHANGE_INVALID',
    });
    const signal = AbortSignal.abort(new Error('gone'));
    await run('gone', 'echo x > /fine');
    await expect(commit('gone', { signal })).rejects.toThrow('gone');
    expect(stored()).toEqual(before);
  });

  test('of a container that has changed its root folder keeps that, also the next one', async () => {
    await run('root', 'busybox chmod 711 /; busybox chown 5:6 /');
    const seen = async (image: string, name: string): Promise<string> => {
      const options = ['--network', 'none', '--name', name, image];
      return (await docker('run', ...options, 'busybox', 'stat', '-c', '%a %u:%g', '/')).stdout;
    };
    await commit('root', { name: parseTagTarget('root', 'one') });
    expect(await seen('root:one', 'second')).toBe('711 5:6\n');
    await commit('second', { name: parseTagTarget('root', 'two') });
    expect(await seen('root:two', 'third')).toBe('711 5:6\n');
  });

  test('of a container whose image is gone is refused', async () => {
    await run('orphan', 'echo x > /file');
    await docker('rmi', '-f', 'bb');
    await expect(commit('orphan')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    expect(await daemon.engine.changes('orphan')).toEqual([{ path: '/file', kind: 'added' }]);
  });

  test('goes on while garbage is collected and others commit the same', async () => {
    await run('busy', 'busybox dd if=/dev/urandom of=/random bs=1M count=8 2> /dev/null');
    const names = ['one', 'two', 'three'].map((tag) => parseTagTarget('busy', tag));
    const commits = names.map((name) => commit('busy', { name }));
    const collections = names.map(() => daemon.images.collectGarbage());
    const ids = await Promise.all(commits);
    await Promise.all(collections);
    await daemon.images.collectGarbage();
    const images = await Promise.all(ids.map((id) => daemon.images.inspect(id)));
    const layers = new Set(images.map((image) => image.layers.at(-1)));
    expect(layers.size).toBe(1);
    for (const tag of ['one', 'two', 'three']) {
      const seen = ['--rm', '--network', 'none', `busy:${tag}`, 'busybox', 'wc', '-c', '/random'];
      expect((await docker('run', ...seen)).stdout).toBe(`${8 * 1024 * 1024} /random\n`);
    }
  });

  test('takes its configuration from the request, completed from the container', async () => {
    const options = ['--network', 'none', '--name', 'conf', '-e', 'A=1', '-e', 'B=2'];
    await docker('create', ...options, '--label', 'l=1', '--user', 'app', 'bb', 'true');
    const body = JSON.stringify({ Cmd: ['given'], Env: ['B=3'], Labels: { m: '2' } });
    const { stdout } = await daemon.command('curl', [
      ...['-s', '--unix-socket', daemon.socket, '-H', 'Content-Type: application/json'],
      ...[
        '-d',
        body,
        'http://x/v1.43/commit?container=conf&changes=WORKDIR%20/w&changes=ENV%20C=4',
      ],
    ]);
    const { Id } = JSON.parse(stdout) as { readonly Id: string };
    const { config, raw } = await daemon.images.inspect(Id);
    expect(config).toMatchObject({
      Cmd: ['given'],
      Env: ['B=3', 'C=4', 'A=1', 'PATH=/bin'],
      Labels: { m: '2', l: '1', origin: 'image' },
      User: 'app',
      WorkingDir: '/w',
    });
    expect(config).not.toHaveProperty('Hostname');
    expect(raw.history?.at(-1)).toMatchObject({ created_by: 'true' });
  });

  test('is stored so that skopeo reads it', async () => {
    await run('copied', 'echo x > /file');
    await commit('copied', { name: parseTagTarget('made', 'skopeo'), author: 'a', comment: 'c' });
    const target = mkdtempSync(join(daemon.root, 'skopeo-'));
    const source = `oci:${join(daemon.root, 'data/images')}:docker.io/library/made:skopeo`;
    const copied = await daemon.command('skopeo', ['copy', source, `dir:${target}`]);
    expect(copied).toMatchObject({ exitCode: 0 });
    removeTree(target);
  });
});
