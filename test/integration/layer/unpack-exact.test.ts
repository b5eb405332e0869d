import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';

import { readXattr } from './read-xattr.ts';
import { makeTar, sha256 } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';

const { folder, launcher, root, unpack, unpackEntries, at } = useUnpackFixture();

let source: string;
beforeEach(() => {
  source = join(folder(), 'source');
  mkdirSync(source);
});

/** Packs the source with GNU tar. */
function gnuTar(...options: readonly string[]): Buffer {
  return execFileSync('tar', [...options, '-cf', '-', '.'], { cwd: source, maxBuffer: 2 ** 28 });
}

/** All that is to be the same: paths, types, modes, owners, sizes, times, links, contents; of folders no size. */
function describeTree(path: string): string {
  const script = `
    find . -printf '%p %y %m %U:%G %s %T@ %n %l\\n' | LC_ALL=C sort
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    find . -type b -o -type c | LC_ALL=C sort | xargs -r stat -c '%n %t:%T'`;
  return execFileSync('sh', ['-ec', script], {
    cwd: path,
    encoding: 'latin1',
    maxBuffer: 2 ** 28,
  }).replace(/^(\S+ d \S+ \S+ )\d+/gm, '$1-');
}

/** Writes data at places of a file of 20 MiB; all else is a hole. */
function writeSparse(path: string, places: readonly number[]): void {
  const fd = openSync(path, 'w');
  for (const place of places) writeSync(fd, randomBytes(5000), 0, 5000, place);
  closeSync(fd);
  truncateSync(path, 20 * 1024 * 1024);
}

describe('sparse files', () => {
  const many = Array.from({ length: 60 }, (_, i) => 65_536 * (3 * i + 1));
  const files: Readonly<Record<string, readonly number[]>> = {
    'begins-with-data': [0, 10_000_000],
    'ends-with-data': [20 * 1024 * 1024 - 5000],
    // More parts than the header, and the blocks after it, have room for.
    'many-parts': many,
    'only-a-hole': [],
  };

  test.each([
    ['gnu', []],
    ['pax 0.0', ['--format=pax', '--sparse-version=0.0']],
    ['pax 0.1', ['--format=pax', '--sparse-version=0.1']],
    ['pax 1.0', ['--format=pax', '--sparse-version=1.0']],
  ])('in the format %s have the same content, and the same holes', async (_name, options) => {
    for (const [name, places] of Object.entries(files)) writeSparse(join(source, name), places);
    writeFileSync(join(source, 'after'), 'a file behind them');
    const tar = gnuTar('--sparse', ...options);
    expect(tar.byteLength).toBeLessThan(2_000_000);
    const { sizeBytes } = await unpack(tar, sha256(tar));
    for (const [name, places] of Object.entries(files)) {
      const made = statSync(at(name));
      expect(readFileSync(at(name)).equals(readFileSync(join(source, name)))).toBe(true);
      expect(made.size).toBe(20 * 1024 * 1024);
      expect(made.blocks * 512).toBeLessThanOrEqual(places.length * 16_384);
    }
    expect(readFileSync(at('after'), 'utf8')).toBe('a file behind them');
    expect(sizeBytes).toBe(4 * 20 * 1024 * 1024 + 18);
  });

  test('are made of large files that are mostly zeros, too', async () => {
    const content = Buffer.alloc(9_000_001);
    content.write('begin', 0);
    content.write('amid', 4_000_000);
    content.write('end', 9_000_001 - 3);
    await unpackEntries([{ name: 'zeros', content }]);
    expect(readFileSync(at('zeros')).equals(content)).toBe(true);
    expect(statSync(at('zeros')).blocks * 512).toBeLessThanOrEqual(4 * 65_536);
  });
});

describe('what GNU tar packed is the same again', () => {
  test.each(['v7', 'ustar', 'gnu', 'pax'])('in the format %s', async (format) => {
    const script = `
      mkdir -p bin dir/with/depth empty && echo one > bin/one && ln bin/one bin/two && ln -s ../bin/one dir/link
      ${format === 'v7' ? '' : 'mkfifo fifo &&'} chown 1000:100 bin/one && chmod 6711 bin/one && chmod 1777 empty && chmod 2755 dir && chown 3:4 dir/with
      touch -d '2001-02-03 04:05:06 UTC' bin/one dir/with bin empty dir . && touch -h -d '2002-02-03 UTC' dir/link`;
    execFileSync('sh', ['-ec', script], { cwd: source });
    if (format !== 'v7')
      execFileSync('sh', ['-ec', 'mknod null c 1 3; mknod disk b 7 300; touch -d @9 null disk'], {
        cwd: source,
      });
    const long = 'd'.repeat(90);
    mkdirSync(join(source, long));
    if (format !== 'v7') writeFileSync(join(source, long, 'f'.repeat(90)), 'prefix of ustar');
    if (format === 'gnu' || format === 'pax') {
      mkdirSync(join(source, 'l'.repeat(200)));
      writeFileSync(join(source, 'l'.repeat(200), 'n'.repeat(255)), 'long');
    }
    execFileSync(
      'sh',
      ['-ec', 'find . -newermt 2020-01-01 ! -type l -exec touch -d @1000000000 {} +'],
      { cwd: source },
    );
    const tar = gnuTar(`--format=${format}`);
    await unpack(tar, sha256(tar));
    expect(describeTree(root())).toBe(describeTree(source));
  });

  test('with files larger than a window, and times to the nanosecond', async () => {
    writeFileSync(join(source, 'large'), randomBytes(17_000_003));
    writeFileSync(join(source, 'exact'), randomBytes(768 * 1024));
    for (let i = 0; i < 300; i += 1) writeFileSync(join(source, `f${i}`), randomBytes(i * 37));
    const tar = gnuTar('--format=pax');
    await unpack(zstdCompressSync(tar), sha256(tar));
    expect(describeTree(root())).toBe(describeTree(source));
  });
});

test('attributes are set on files, folders and links, whatever bytes they have', async () => {
  const long = 'v'.repeat(2000);
  const xattrs = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`SCHILY.xattr.${name}`, value]),
    );
  await unpackEntries([
    {
      name: 'dir/',
      type: 'directory',
      uid: 5,
      mode: 0o750,
      pax: xattrs({ 'user.d': 'dir', 'trusted.t': 't' }),
    },
    {
      name: 'dir/f',
      content: 'x',
      uid: 5,
      mode: 0o4755,
      pax: xattrs({ 'user.a': 'a=\n\0b', 'user.long': long }),
    },
    { name: 'dir/l', type: 'symlink', linkname: 'f', pax: xattrs({ 'trusted.l': 'link' }) },
    { name: 'fifo', type: 'fifo', pax: xattrs({ 'trusted.f': 'fifo' }) },
  ]);
  const read = (path: string, name: string): Promise<string | undefined> =>
    readXattr(launcher(), at(path), name);
  expect(await read('dir', 'user.d')).toBe('dir');
  expect(await read('dir', 'trusted.t')).toBe('t');
  expect(await read('dir/f', 'user.a')).toBe('a=\n\0b');
  expect(await read('dir/f', 'user.long')).toBe(long);
  expect(await read('dir/l', 'trusted.l')).toBe('link');
  expect(await read('fifo', 'trusted.f')).toBe('fifo');
  expect(statSync(at('dir/f'))).toMatchObject({ uid: 5, mode: 0o104755 });
});

test('the folder of a data root that hands on its group or its rules hands on neither', async () => {
  execFileSync('sh', ['-ec', 'chgrp 77 . && chmod 2775 .'], { cwd: folder() });
  await unpackEntries([
    { name: 'dir/', type: 'directory', mode: 0o755 },
    { name: 'dir/file', content: '', mode: 0o640 },
    { name: 'implied/file', content: '' },
  ]);
  for (const path of ['.', 'dir', 'dir/file', 'implied', 'implied/file']) {
    expect(statSync(at(path))).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(at(path)).mode & 0o7000).toBe(0);
  }
});

test('modes are those of the archive, whatever the umask', async () => {
  const before = process.umask(0o077);
  try {
    const tar = await makeTar([{ name: 'open', content: '', mode: 0o666 }]);
    await unpack(tar, sha256(tar));
  } finally {
    process.umask(before);
  }
  expect(statSync(at('open')).mode & 0o7777).toBe(0o666);
});
