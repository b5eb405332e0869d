import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { LayerFiles } from '../../../runtime/container/spec/layer-files.ts';
import { LayeredRootfs } from '../../../runtime/container/spec/layered-rootfs.ts';
import { resolveUser } from '../../../runtime/container/spec/resolve-user.ts';

describe('resolveUser', () => {
  const database = {
    passwd:
      '# comment\nroot:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:\nbroken\nneg:x:-1:0::/:\n',
    group: 'root:x:0:\nwheel:x:10:app,other\nextra:x:2000:\n',
  };

  test.each([
    ['', [], { uid: 0, gid: 0, additionalGids: [0], home: '/root' }],
    ['app', [], { uid: 1000, gid: 1000, additionalGids: [1000, 10], home: '/home/app' }],
    ['1000', [], { uid: 1000, gid: 1000, additionalGids: [1000, 10], home: '/home/app' }],
    ['77', [], { uid: 77, gid: 0, additionalGids: [0], home: '/' }],
    ['app:extra', [], { uid: 1000, gid: 2000, additionalGids: [2000], home: '/home/app' }],
    ['app:5', ['wheel', '7'], { uid: 1000, gid: 5, additionalGids: [5, 10, 7], home: '/home/app' }],
  ])('"%s" with %j', (user, groupAdd, expected) => {
    expect(resolveUser(user, groupAdd, database)).toEqual(expected);
  });

  test.each([
    ['ghost', [], 'unable to find user ghost'],
    ['neg', [], 'unable to find user neg'],
    ['99999999999', [], 'unable to find user 99999999999'],
    ['app:ghosts', [], 'unable to find group ghosts'],
    ['app', ['ghosts'], 'unable to find group ghosts'],
  ])('refuses "%s" with %j', (user, groupAdd, message) => {
    expect(() => resolveUser(user, groupAdd, database)).toThrow(message);
  });
});

describe('LayeredRootfs', () => {
  let folder: string;
  let opaque: readonly string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-layers-'));
    opaque = [];
    for (const name of ['upper/etc', 'top/etc', 'base/etc', 'outside']) {
      await mkdir(join(folder, name), { recursive: true });
    }
    await writeFile(join(folder, 'base/etc/passwd'), 'base');
    await writeFile(join(folder, 'outside/secret'), 'secret');
    onTestFinished(() => rm(folder, { recursive: true }));
  });

  const read = (path: string): Promise<string | undefined> => {
    const lower = [join(folder, 'top'), join(folder, 'base')];
    const rootfs = { type: 'overlay', upper: join(folder, 'upper'), lower, work: '' } as const;
    const isOpaque = (path: string): Promise<boolean> =>
      Promise.resolve(opaque.includes(path.slice(folder.length + 1)));
    return new LayeredRootfs(rootfs, new LayerFiles(isOpaque)).readText(path);
  };

  test('asks the layers of images once, and what the container writes each time', async () => {
    const lower = [join(folder, 'top'), join(folder, 'base')];
    const rootfs = { type: 'overlay', upper: join(folder, 'upper'), lower, work: '' } as const;
    const layers = new LayerFiles(() => Promise.resolve(false));
    const readAgain = (): Promise<string | undefined> =>
      new LayeredRootfs(rootfs, layers).readText('/etc/passwd');
    expect(await readAgain()).toBe('base');
    await writeFile(join(folder, 'base/etc/passwd'), 'never');
    expect(await readAgain()).toBe('base');
    await writeFile(join(folder, 'upper/etc/passwd'), 'own');
    expect(await readAgain()).toBe('own');
  });

  test('reads the topmost file', async () => {
    expect(await read('/etc/passwd')).toBe('base');
    await writeFile(join(folder, 'top/etc/passwd'), 'top');
    expect(await read('/etc/passwd')).toBe('top');
  });

  test('heeds whiteouts and opaque folders', async () => {
    opaque = ['top/etc'];
    expect(await read('/etc/passwd')).toBeUndefined();
    opaque = [];
    execFileSync('mknod', [join(folder, 'top/etc/passwd'), 'c', '0', '0']);
    expect(await read('/etc/passwd')).toBeUndefined();
  });

  test('follows links within the root only', async () => {
    await symlink('../../../../..//etc/passwd', join(folder, 'base/etc/up'));
    expect(await read('/etc/up')).toBe('base');
    await symlink(join(folder, 'outside/secret'), join(folder, 'base/etc/out'));
    expect(await read('/etc/out')).toBeUndefined();
    await symlink('/etc', join(folder, 'top/alias'));
    expect(await read('/alias/passwd')).toBe('base');
    await symlink('loop', join(folder, 'base/etc/loop'));
    expect(await read('/etc/loop')).toBeUndefined();
  });

  test('does not open what is no regular file', async () => {
    execFileSync('mkfifo', [join(folder, 'upper/etc/group')]);
    expect(await read('/etc/group')).toBeUndefined();
    expect(await read('/etc')).toBeUndefined();
  });
});
