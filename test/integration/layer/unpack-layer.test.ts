import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';

import { Download } from './blobs.ts';
import { readXattr } from './read-xattr.ts';
import { makeTar, sha256, temporaryFolder } from './support.ts';
import type { TarInput } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';

const { folder, launcher, root, unpack, unpackEntries, at } = useUnpackFixture();

describe('unpacking what GNU tar packed', () => {
  test('gives the same files, modes, owners, links, attributes and times to the nanosecond', async () => {
    const source = join(folder(), 'source');
    mkdirSync(join(source, 'bin'), { recursive: true });
    writeFileSync(join(source, 'bin/su'), 'setuid program');
    writeFileSync(join(source, 'bin/ping'), 'capable program');
    writeFileSync(join(source, 'big'), Buffer.alloc(1_000_003, 'x'));
    writeFileSync(join(source, 'empty'), '');
    mkdirSync(join(source, 'tmp'));
    const long = `${'d'.repeat(120)}/${'f'.repeat(200)}`;
    mkdirSync(join(source, 'd'.repeat(120)));
    writeFileSync(join(source, long), 'long name');
    const shell = `
      ln bin/su bin/sudo && ln -s ../big bin/link && ln -s /etc/nowhere dangling && ln dangling dangling2
      mkfifo fifo && mknod null c 1 3 && mknod disk b 259 70000
      chown 1000:2000 bin/su && chmod 4755 bin/su && chown -h 7:8 dangling && chmod 1777 tmp && chmod 2750 bin
      setcap cap_setuid+ep bin/ping
      printf x > "$(printf 'not-utf8-\\377')"
      touch -d '2001-02-03 04:05:06.123456789 UTC' bin/su && touch -h -d '1969-12-31 23:59:58.5 UTC' dangling
      touch -d '2011-01-01 00:00:00.987654321 UTC' bin tmp`;
    execFileSync('sh', ['-ec', shell], { cwd: source });
    const tar = execFileSync(
      'tar',
      [
        '--format=pax',
        '--pax-option=delete=atime,delete=ctime',
        '--xattrs',
        '--xattrs-include=*',
        '-cf',
        '-',
        '.',
      ],
      { cwd: source, maxBuffer: 2 ** 26 },
    );

    const { sizeBytes } = await unpack(tar, sha256(tar));

    const list = (where: string): string =>
      execFileSync(
        'sh',
        ['-c', 'find . -printf "%p %y %m %U:%G %s %T@ %n %l\\n" | LC_ALL=C sort; getcap -r .'],
        {
          cwd: where,
          encoding: 'latin1',
        },
      ).replace(/^(\S+ d \S+ \S+ )\d+/gm, '$1-');
    expect(list(root())).toBe(list(source));
    expect(list(root())).toContain('cap_setuid');
    execFileSync('diff', [
      '-r',
      '--no-dereference',
      '--exclude=null',
      '--exclude=disk',
      '--exclude=fifo',
      source,
      root(),
    ]);
    expect(statSync(at('disk')).rdev).toBe(statSync(join(source, 'disk')).rdev);
    // Files, and the targets of links, each once.
    expect(sizeBytes).toBe(1_000_003 + 14 + 15 + 9 + 1 + 6 + 12);
  });

  test.each(['gnu', 'ustar', 'v7'])('in the format %s', async (format) => {
    const source = join(folder(), 'source');
    mkdirSync(join(source, 'a/b'), { recursive: true });
    writeFileSync(join(source, 'a/b/file'), 'content');
    if (format === 'gnu') writeFileSync(join(source, 'x'.repeat(200)), 'long');
    const tar = execFileSync('tar', [`--format=${format}`, '-cf', '-', '.'], { cwd: source });
    await unpack(tar, sha256(tar));
    execFileSync('diff', ['-r', source, root()]);
  });
});

describe('unpacking', () => {
  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['no compression', (bytes: Buffer) => bytes],
  ])('takes %s, told by its first bytes', async (_name, compress) => {
    const tar = await makeTar([{ name: 'file', content: 'content' }]);
    await unpack(compress(tar), sha256(tar));
    expect(readFileSync(at('file'), 'utf8')).toBe('content');
  });

  test.each([7, 500, 4000])(
    'does not depend on how the blob arrives (%i bytes at a time)',
    async (size) => {
      const tar = await makeTar([
        { name: 'a/', type: 'directory' },
        { name: 'a/file', content: 'one' },
        { name: `a/${'long'.repeat(60)}`, content: 'two' },
      ]);
      const stored = size === 7 ? gzipSync(tar) : tar;
      const download = new Download(await temporaryFolder());
      const unpacking = unpack(stored, sha256(tar), { blob: download.blob });
      for (let at = 0; at < stored.byteLength; at += size) {
        download.grow(stored.subarray(at, at + size));
        await download.usedUp();
      }
      download.whole();
      await unpacking;
      expect(readFileSync(at('a/file'), 'utf8')).toBe('one');
      expect(readFileSync(at(`a/${'long'.repeat(60)}`), 'utf8')).toBe('two');
    },
  );

  test('makes folders that no entry names', async () => {
    await unpackEntries([{ name: 'a/b/c', content: 'x' }]);
    expect(statSync(at('a/b')).mode & 0o7777).toBe(0o755);
  });

  test('takes the attributes of the root and of a folder from the last entry that has them', async () => {
    await unpackEntries([
      { name: './', type: 'directory', mode: 0o700, uid: 5 },
      { name: 'a/', type: 'directory', mode: 0o700 },
      { name: 'a/f', content: '' },
      { name: 'a/', type: 'directory', mode: 0o1777 },
    ]);
    expect(statSync(root())).toMatchObject({ uid: 5 });
    expect(statSync(root()).mode & 0o7777).toBe(0o700);
    expect(statSync(at('a')).mode & 0o7777).toBe(0o1777);
  });

  test('takes many small files and large ones in one layer', async () => {
    const entries = Array.from({ length: 3000 }, (_, i): TarInput => ({
      name: `d${i % 10}/f${i}`,
      content: `file ${i}`,
    }));
    entries.splice(1500, 0, { name: 'd3/large', content: Buffer.alloc(3_000_000, 7) });
    await unpackEntries(entries);
    expect(readdirSync(at('d3'))).toHaveLength(301);
    expect(readFileSync(at('d9/f2999'), 'utf8')).toBe('file 2999');
    expect(readFileSync(at('d3/large')).equals(Buffer.alloc(3_000_000, 7))).toBe(true);
  });

  test('follows a link to a folder as in a chroot, and no further', async () => {
    await unpackEntries([
      { name: 'usr/lib/', type: 'directory' },
      { name: 'lib', type: 'symlink', linkname: '/usr/lib' },
      { name: 'lib/file', content: 'through' },
    ]);
    expect(readFileSync(at('usr/lib/file'), 'utf8')).toBe('through');
    expect(readlinkSync(at('lib'))).toBe('/usr/lib');
  });

  test('leaves out what AUFS left, and attributes that steer overlayfs', async () => {
    const redirect = { 'SCHILY.xattr.trusted.overlay.redirect': '/etc' };
    await unpackEntries([
      { name: '.wh..wh.plnk/', type: 'directory' },
      { name: 'dir/', type: 'directory', pax: { ...redirect, 'SCHILY.xattr.user.kept': 'value' } },
    ]);
    expect(readdirSync(root())).toEqual(['dir']);
    expect(await xattr(at('dir'), 'trusted.overlay.redirect')).toBeUndefined();
    expect(await xattr(at('dir'), 'user.kept')).toBe('value');
  });
});

const xattr = (path: string, name: string): Promise<string | undefined> =>
  readXattr(launcher(), path, name);

describe('whiteouts', () => {
  test('become character devices 0:0, opaque folders get the attribute', async () => {
    await unpackEntries([
      { name: 'etc/.wh.gone', content: '' },
      { name: 'opt/', type: 'directory' },
      { name: 'opt/.wh..wh..opq', content: '' },
      { name: 'opt/new', content: 'new' },
    ]);
    const whiteout = lstatSync(at('etc/gone'));
    expect([whiteout.isCharacterDevice(), whiteout.rdev]).toEqual([true, 0]);
    expect(await xattr(at('opt'), 'trusted.overlay.opaque')).toBe('y');
    expect(readdirSync(at('opt'))).toEqual(['new']);
  });

  test('mean on overlayfs what they mean in the image', async () => {
    await unpackEntries([
      { name: 'keep/.wh.gone', content: '' },
      { name: 'fresh/.wh..wh..opq', content: '' },
      { name: 'fresh/new', content: '' },
      // Replaced: hidden below, and there again. In either order.
      { name: 'first/', type: 'directory' },
      { name: '.wh.first', content: '' },
      { name: '.wh.second', content: '' },
      { name: 'second', content: 'file now' },
    ]);
    const lower = join(folder(), 'lower');
    for (const path of ['keep/gone', 'keep/stays', 'fresh/old', 'first/old', 'second/old']) {
      mkdirSync(join(lower, path, '..'), { recursive: true });
      writeFileSync(join(lower, path), '');
    }
    const merged = join(folder(), 'merged');
    mkdirSync(merged);
    execFileSync('mount', [
      '-t',
      'overlay',
      'overlay',
      '-o',
      `lowerdir=${root()}:${lower}`,
      merged,
    ]);
    onTestFinished(() => {
      execFileSync('umount', [merged]);
    });
    const seen = execFileSync('sh', ['-c', 'find . -type f | sort'], {
      cwd: merged,
      encoding: 'utf8',
    });
    expect(seen.trim().split('\n')).toEqual(['./fresh/new', './keep/stays', './second']);
    expect(readdirSync(join(merged, 'first'))).toEqual([]);
  });
});
