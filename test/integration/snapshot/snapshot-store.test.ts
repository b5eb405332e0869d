import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { LayerSource } from '../../../runtime/image/layer-stacks.ts';
import type { RootfsMount } from '../../../runtime/snapshot/rootfs-mount.ts';
import type { SnapshotStore } from '../../../runtime/snapshot/snapshot-store.ts';
import { sha256, temporaryFolder } from '../layer/support.ts';
import { useStore } from './store-fixture.ts';

const fixture = useStore();
const { open, layer, snapshots } = fixture;
let dataRoot: string;
let store: SnapshotStore;
beforeEach(() => {
  dataRoot = fixture.dataRoot();
  store = fixture.store();
});

const diffIds = (layers: readonly LayerSource[]): readonly Digest[] =>
  layers.map(({ diffId }) => diffId);

/** What a container has beyond an image without any. */
const ownFolders = ['.dockerenv', 'dev', 'etc', 'proc', 'sys'];

/** Mounts a root file system where the test can look at it. */
async function mounted(rootfs: RootfsMount): Promise<string> {
  if (rootfs.type !== 'overlay') throw new Error('not an overlay');
  const where = await temporaryFolder();
  const { lower, upper, work } = rootfs;
  const options = `lowerdir=${lower.join(':')},upperdir=${upper},workdir=${work}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, where]);
  onTestFinished(() => {
    execFileSync('umount', [where]);
  });
  return where;
}

describe('layers', () => {
  test('are unpacked once, and shared by the images that have them', async () => {
    const base = await layer({ name: 'base', content: '12345' });
    const one = await layer({ name: 'one', content: '1' });
    const two = await layer({ name: 'two', content: '22' });
    const first = await store.ensure([base, one]);
    const second = await store.ensure([base, two]);
    expect([base.reads(), one.reads(), two.reads()]).toEqual([1, 1, 1]);
    expect(first.lower[1]).toBe(second.lower[1]);
    expect(first.lower.map((path) => readdirSync(path))).toEqual([['one'], ['base']]);
    expect(first.lower[1]).toBe(join(dataRoot, 'snapshots', hexOf(base.diffId), 'fs'));
    // ChainID: the digest of "<ChainID of those below> <DiffID>".
    expect(first.chainId).toBe(sha256(Buffer.from(`${base.diffId} ${one.diffId}`)));
    expect(await store.sizeOf(diffIds([base, two]))).toBe(7);
    expect(snapshots()).toHaveLength(3);
  });

  test('that several want at the same time are still unpacked once', async () => {
    const base = await layer({ name: 'base', content: 'x' });
    const tops = await Promise.all(
      [1, 2, 3, 4].map((i) => layer({ name: `top${i}`, content: 'x' })),
    );
    await Promise.all(tops.map((top) => store.ensure([base, top])));
    expect(base.reads()).toBe(1);
    expect(snapshots()).toHaveLength(5);
  });

  test('are there after a restart, without being read again', async () => {
    const base = await layer({ name: 'base', content: 'x' });
    await store.ensure([base]);
    const again = await open();
    await again.ensure([base]);
    expect(base.reads()).toBe(1);
  });

  test('leave nothing behind when one of them is bad, and the good ones are not kept either', async () => {
    const good = await layer({ name: 'good', content: 'x' });
    const bad = { diffId: sha256(Buffer.from('other')), blob: good.blob };
    await expect(store.ensure([good, bad])).rejects.toMatchObject({
      code: 'LAYER_DIFF_ID_MISMATCH',
    });
    expect(snapshots()).toEqual([]);
    expect((await store.ensure([good])).lower).toHaveLength(1);
  });

  test('that were left half-done by a power cut are cleared away when the store opens', async () => {
    const base = await layer({ name: 'base', content: 'x' });
    await store.ensure([base]);
    mkdirSync(join(dataRoot, 'snapshots', `${hexOf(base.diffId)}.1.tmp/fs`), { recursive: true });
    await open();
    expect(snapshots()).toEqual([hexOf(base.diffId)]);
  });

  test('whose record is lost are unpacked again', async () => {
    const base = await layer({ name: 'base', content: 'x' });
    await store.ensure([base]);
    rmSync(join(dataRoot, 'snapshots', hexOf(base.diffId), 'layer.json'));
    const again = await open();
    const { lower } = await again.ensure([base]);
    expect(base.reads()).toBe(2);
    expect(readFileSync(join(lower[0] ?? '', 'base'), 'utf8')).toBe('x');
  });

  test('of an image without layers are one empty folder', async () => {
    const { lower } = await store.ensure([]);
    expect(lower).toHaveLength(1);
    expect(readdirSync(lower[0] ?? '')).toEqual([]);
    expect(await store.sizeOf([])).toBe(0);
  });
});

describe('a container', () => {
  test('has two folders over the layers of its image, and overlayfs takes them', async () => {
    const base = await layer({ name: 'etc/motd', content: 'base' }, { name: 'gone', content: '' });
    const top = await layer(
      { name: '.wh.gone', content: '' },
      { name: './', type: 'directory', mode: 0o711, uid: 3 },
    );
    const { chainId } = await store.ensure([base, top]);
    const rootfs = await store.createContainer('c1', chainId);
    expect(readdirSync(join(dataRoot, 'containers/c1')).sort()).toEqual(['lower', 'upper', 'work']);
    const where = await mounted(rootfs);
    expect(readdirSync(where).sort()).toEqual(ownFolders);
    expect(statSync(where)).toMatchObject({ uid: 3 });
    expect(statSync(where).mode & 0o7777).toBe(0o711);
    writeFileSync(join(where, 'etc/motd'), 'changed');
    expect(readFileSync(join(dataRoot, 'containers/c1/upper/etc/motd'), 'utf8')).toBe('changed');
    expect(
      readFileSync(join((await store.ensure([base])).lower[0] ?? '', 'etc/motd'), 'utf8'),
    ).toBe('base');
  });

  test('has places to mount things on, in a layer that all of an image share', async () => {
    const image = await layer(
      { name: 'etc/hosts', content: 'the image’s' },
      { name: 'sys', type: 'symlink', linkname: 'elsewhere' },
      { name: 'dev', type: 'symlink', linkname: 'elsewhere' },
    );
    const { chainId, release } = await store.ensure([image]);
    const [first, second] = [
      await store.createContainer('c1', chainId),
      await store.createContainer('c2', chainId),
    ];
    const where = await mounted(first);
    expect(readdirSync(join(where, 'etc')).sort()).toEqual([
      'hostname',
      'hosts',
      'mtab',
      'resolv.conf',
    ]);
    expect(readFileSync(join(where, 'etc/hosts'), 'utf8')).toBe('the image’s');
    expect(['sys', 'dev'].map((name) => readlinkSync(join(where, name)))).toEqual([
      'elsewhere',
      'elsewhere',
    ]);
    expect(readdirSync(join(dataRoot, 'containers/c1/upper'))).toEqual([]);
    if (first.type !== 'overlay' || second.type !== 'overlay') throw new Error('not an overlay');
    expect(second.lower).toEqual(first.lower);
    release();
    await store.removeContainer('c1');
    await store.removeContainer('c2');
    await store.collectGarbage([]);
    expect(snapshots()).toEqual([]);
  });

  test('is found again after a restart', async () => {
    const { chainId } = await store.ensure([await layer({ name: 'a', content: 'a' })]);
    const rootfs = await store.createContainer('c1', chainId);
    const again = await open();
    expect(await again.containerRootfs('c1')).toEqual(rootfs);
  });

  test('of an image without layers can be mounted', async () => {
    const { chainId } = await store.ensure([]);
    const where = await mounted(await store.createContainer('c1', chainId));
    expect(readdirSync(where).sort()).toEqual(ownFolders);
    expect(readlinkSync(join(where, 'etc/mtab'))).toBe('/proc/mounts');
  });

  test('has a table of mounts, in a folder that is as the image has it', async () => {
    const folder = { type: 'directory', mode: 0o2750, uid: 7, gid: 9 } as const;
    const base = await layer({ name: 'etc/', ...folder }, { name: 'etc/mtab', content: 'old' });
    const of = async (id: string, ...layers: readonly LayerSource[]): Promise<string> => {
      const { chainId } = await store.ensure(layers);
      return join(await mounted(await store.createContainer(id, chainId)), 'etc');
    };
    const etc = await of('c1', base, await layer({ name: 'other', content: '' }));
    expect(readlinkSync(join(etc, 'mtab'))).toBe('/proc/mounts');
    expect(statSync(etc)).toMatchObject({ uid: 7, gid: 9 });
    expect(statSync(etc).mode & 0o7777).toBe(0o2750);
    const gone = await of('c2', base, await layer({ name: '.wh.etc', content: '' }));
    expect(statSync(gone)).toMatchObject({ uid: 0, gid: 0 });
    expect(readlinkSync(join(gone, 'mtab'))).toBe('/proc/mounts');
    const link = await of('c3', await layer({ name: 'etc', type: 'symlink', linkname: 'usr' }));
    expect(readlinkSync(link)).toBe('usr');
  });

  test('leaves other things in its folder alone when it is removed', async () => {
    const { chainId } = await store.ensure([await layer({ name: 'a', content: 'a' })]);
    await store.createContainer('c1', chainId);
    writeFileSync(join(dataRoot, 'containers/c1/state.json'), '{}');
    await store.removeContainer('c1');
    await store.removeContainer('c1');
    expect(readdirSync(join(dataRoot, 'containers/c1'))).toEqual(['state.json']);
    await expect(store.containerRootfs('c1')).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });
  });

  test('of layers that are gone cannot be made, and nothing is left of the attempt', async () => {
    await expect(store.createContainer('c1', sha256(Buffer.from('x')))).rejects.toMatchObject({
      code: 'SNAPSHOT_MISSING',
    });
    expect(existsSync(join(dataRoot, 'containers/c1'))).toBe(false);
  });
});

describe('garbage collection', () => {
  test('keeps what images and containers need, and returns the rest topmost first', async () => {
    const base = await layer({ name: 'base', content: '' });
    const kept = await layer({ name: 'kept', content: '' });
    const used = await layer({ name: 'used', content: '' });
    const garbage = await layer({ name: 'garbage', content: '' });
    const more = await layer({ name: 'more', content: '' });
    for (const stack of [
      [base, kept],
      [base, used],
      [garbage, more],
    ])
      (await store.ensure(stack)).release();
    const chainId = sha256(Buffer.from(`${base.diffId} ${used.diffId}`));
    await store.createContainer('c1', chainId);

    const removed = await store.collectGarbage([diffIds([base, kept])]);
    expect(removed).toEqual([
      sha256(Buffer.from(`${garbage.diffId} ${more.diffId}`)),
      garbage.diffId,
    ]);
    expect(snapshots()).toHaveLength(3);

    await store.removeContainer('c1');
    expect(await store.collectGarbage([])).toHaveLength(3);
    expect(snapshots()).toEqual([]);
  });

  test('leaves alone what an import in progress holds', async () => {
    const held = await store.ensure([await layer({ name: 'a', content: '' })]);
    expect(await store.collectGarbage([])).toEqual([]);
    held.release();
    expect(await store.collectGarbage([])).toHaveLength(1);
  });
});
