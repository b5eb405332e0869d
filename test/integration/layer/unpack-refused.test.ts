import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';

import { Download } from './blobs.ts';
import { makeTar, sha256, temporaryFolder } from './support.ts';
import type { TarInput } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';

const { folder, unpack } = useUnpackFixture();

describe('a layer that would reach outside, or is no layer', () => {
  const link = (name: string, linkname: string): TarInput => ({ name, type: 'symlink', linkname });
  const invalid: readonly (readonly [string, readonly TarInput[], RegExp])[] = [
    ['an absolute name', [{ name: '/etc/passwd', content: 'x' }], /"\/etc\/passwd" is absolute/],
    ['".." in a name', [{ name: 'a/../../x', content: 'x' }], /has ".." in its name/],
    ['".." alone', [{ name: '..', type: 'directory' }], /has ".." in its name/],
    [
      'a link out of the root and a file through it',
      [link('a', '../../../etc'), { name: 'a/x', content: '' }],
      /out of the layer's root/,
    ],
    [
      'a link to a link out of the root',
      [link('d/b', '../..'), link('a', 'd/b'), { name: 'a/x', content: '' }],
      /out of the layer's root/,
    ],
    [
      'links in a circle',
      [link('a', 'b'), link('b', 'a'), { name: 'a/x', content: '' }],
      /too many links/,
    ],
    [
      'a hard link with ".."',
      [{ name: 'h', type: 'link', linkname: '../../etc/passwd' }],
      /has ".." in its name/,
    ],
    [
      'a hard link to a host path',
      [{ name: 'h', type: 'link', linkname: '/etc/passwd' }],
      /is absolute/,
    ],
    [
      'a hard link to nothing',
      [{ name: 'h', type: 'link', linkname: 'nothing' }],
      /leads to "nothing"/,
    ],
    [
      'a hard link to a folder',
      [
        { name: 'd/', type: 'directory' },
        { name: 'h', type: 'link', linkname: 'd' },
      ],
      /leads to "d"/,
    ],
    ['a link without a target', [link('l', '')], /no usable target/],
    [
      'two files of one name',
      [
        { name: 'a', content: '1' },
        { name: './a', content: '2' },
      ],
      /two entries for "a"/,
    ],
    [
      'a folder and a file of one name',
      [
        { name: 'a/', type: 'directory' },
        { name: 'a', content: '' },
      ],
      /two entries/,
    ],
    [
      'a file below a file',
      [
        { name: 'a', content: '' },
        { name: 'a/b', content: '' },
      ],
      /below "a", which is no folder/,
    ],
    ['a whiteout of nothing', [{ name: '.wh.', content: '' }], /names no file/],
    ['a whiteout of ".."', [{ name: 'd/.wh...', content: '' }], /names no file/],
    ['a root that is a file', [{ name: './.', content: '' }], /root is not a folder/],
    ['a name that is too long', [{ name: 'n'.repeat(300), content: '' }], /ENAMETOOLONG/],
    [
      'a file by that cannot be an owner',
      [{ name: 'a', content: '', pax: { uid: '4294967295' } }],
      /has owner/,
    ],
  ];

  test.each(invalid)('%s: an error, and nothing left', async (_name, entries, message) => {
    const tar = await makeTar(entries);
    await expect(unpack(tar, sha256(tar))).rejects.toMatchObject({
      code: 'LAYER_INVALID',
      message: expect.stringMatching(message) as unknown,
    });
    expect(readdirSync(folder())).toEqual([]);
  });

  test('a wrong DiffID: an error, and nothing left', async () => {
    const tar = await makeTar([{ name: 'file', content: 'content' }]);
    await expect(unpack(tar, sha256(Buffer.from('other')))).rejects.toMatchObject({
      code: 'LAYER_DIFF_ID_MISMATCH',
      details: { actual: sha256(tar) },
    });
    expect(readdirSync(folder())).toEqual([]);
  });

  test.each([300, 512, 1000, 1100])(
    'a stream that ends after %i bytes: an error, and nothing left',
    async (length) => {
      const tar = await makeTar([{ name: 'file', content: 'content'.repeat(100) }]);
      await expect(unpack(tar.subarray(0, length), sha256(tar))).rejects.toMatchObject({
        code: 'LAYER_INVALID',
      });
      await expect(unpack(gzipSync(tar).subarray(0, 60), sha256(tar))).rejects.toMatchObject({
        code: 'LAYER_INVALID',
      });
      expect(readdirSync(folder())).toEqual([]);
    },
  );

  test('xz: an error that says what to do', async () => {
    const xz = Buffer.concat([
      Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
      Buffer.alloc(100),
    ]);
    await expect(unpack(xz, sha256(xz))).rejects.toMatchObject({ code: 'COMPRESSION_UNSUPPORTED' });
    expect(readdirSync(folder())).toEqual([]);
  });

  test('what ends the download is passed on as it is', async () => {
    const tar = await makeTar([{ name: 'file', content: 'content' }]);
    const download = new Download(await temporaryFolder());
    const unpacking = unpack(tar, sha256(tar), { blob: download.blob });
    download.grow(gzipSync(tar).subarray(0, 40));
    await download.usedUp();
    download.fail(new Error('connection lost'));
    await expect(unpacking).rejects.toThrow('connection lost');
    expect(readdirSync(folder())).toEqual([]);
  });

  test('an abort stops it, and nothing is left', async () => {
    const tar = await makeTar([{ name: 'file', content: 'content' }]);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(unpack(tar, sha256(tar), { signal })).rejects.toThrow('stop');
    expect(readdirSync(folder())).toEqual([]);
  });
});

test('a full disk is reported as such, and nothing is left', async () => {
  const small = join(folder(), 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
  onTestFinished(() => {
    execFileSync('umount', [small]);
  });
  const tar = await makeTar([
    { name: 'inline', content: Buffer.alloc(40_000, 1) },
    { name: 'inline2', content: Buffer.alloc(40_000, 1) },
  ]);
  await expect(unpack(tar, sha256(tar), { root: join(small, 'fs') })).rejects.toMatchObject({
    code: 'LAYER_UNPACK_FAILED',
    details: { errno: 'ENOSPC' },
  });
  expect(readdirSync(small)).toEqual([]);
});
