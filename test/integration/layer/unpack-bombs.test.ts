import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

import { UnpackPool } from '../../../runtime/layer/unpack-pool.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import type { ProgramRunner } from '../../../runtime/syscall/run-image.ts';
import { Download } from './blobs.ts';
import { makeTar, sha256, temporaryFolder } from './support.ts';
import type { TarInput } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';

const { folder, launcher, unpack } = useUnpackFixture();

describe('a layer that expands without measure', () => {
  const limits = { plainBytes: 1_000_000, expansion: 10 };

  test('is refused before it is on the disk', async () => {
    const tar = await makeTar([{ name: 'zeros', content: Buffer.alloc(20_000_000) }]);
    await expect(unpack(gzipSync(tar), sha256(tar), { limits })).rejects.toMatchObject({
      code: 'LAYER_TOO_LARGE',
    });
    expect(readdirSync(folder())).toEqual([]);
    // What does not expand is not refused for its size.
    await unpack(tar, sha256(tar), { limits });
  });

  test('is refused while it arrives, by what has arrived', async () => {
    const tar = await makeTar([{ name: 'zeros', content: Buffer.alloc(20_000_000) }]);
    const stored = gzipSync(tar);
    const download = new Download(await temporaryFolder());
    const unpacking = unpack(tar, sha256(tar), { limits, blob: download.blob });
    download.grow(stored.subarray(0, stored.byteLength / 2));
    await download.judged();
    download.whole();
    await expect(unpacking).rejects.toMatchObject({ code: 'LAYER_TOO_LARGE' });
    expect(readdirSync(folder())).toEqual([]);
  });

  test('has its first gigabytes free', async () => {
    const tar = await makeTar([{ name: 'zeros', content: Buffer.alloc(20_000_000) }]);
    await unpack(gzipSync(tar), sha256(tar));
  });
});

describe('entries that no file system takes', () => {
  const sparse = (size: string, map: string): TarInput => ({
    name: 'sparse',
    content: 'x'.repeat(10),
    pax: {
      'GNU.sparse.major': '0',
      'GNU.sparse.minor': '1',
      'GNU.sparse.size': size,
      'GNU.sparse.map': map,
    },
  });
  const refused: readonly (readonly [string, TarInput, RegExp])[] = [
    ['a name of 5000 bytes', { name: 'x', pax: { path: 'n/'.repeat(2500) } }, /ENAMETOOLONG/],
    [
      'a target of 5000 bytes',
      { name: 'x', type: 'symlink', linkname: 'y', pax: { linkpath: 't'.repeat(5000) } },
      /no usable target/,
    ],
    [
      'an attribute of 100 kB',
      { name: 'x', pax: { 'SCHILY.xattr.user.a': 'v'.repeat(100_000) } },
      /attribute that no file can have/,
    ],
    [
      'an attribute with a name of 300 bytes',
      { name: 'x', pax: { [`SCHILY.xattr.user.${'a'.repeat(300)}`]: 'v' } },
      /attribute that no file can have/,
    ],
    [
      'an attribute of a class that there is not',
      { name: 'x', pax: { 'SCHILY.xattr.security.capability': 'no capability' } },
      /lsetxattr "x": EINVAL/,
    ],
    ['a sparse file of eight petabytes', sparse('9007199254740991', '0,10'), /EFBIG/],
    ['a sparse file whose parts overlap', sparse('100', '0,5,3,5'), /overlap/],
    ['a sparse file with a part behind its end', sparse('100', '95,10'), /behind its end/],
    ['a sparse file with too little data', sparse('100', '0,20'), /10 bytes of data; wanted 20/],
    ['a sparse file without numbers', sparse('100', '0,x'), /malformed/],
  ];

  test.each(refused)('%s: an error, and nothing left', async (_name, entry, message) => {
    const tar = await makeTar([{ name: 'before', content: 'x' }, entry]);
    await expect(unpack(tar, sha256(tar))).rejects.toMatchObject({
      code: 'LAYER_INVALID',
      message: expect.stringMatching(message) as unknown,
    });
    expect(readdirSync(folder())).toEqual([]);
  });
});

/** Runs programs without the capability to make device nodes, as in many a container. */
function withoutMknod(runner: ProgramRunner): ProgramRunner {
  const version3 = 0x2008_0522;
  const capMknod = 27;
  const own = BigInt(
    `0x${/^CapEff:\s+(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''}`,
  );
  const kept = own & ~(1n << BigInt(capMknod));
  const [low, high] = [Number(BigInt.asUintN(32, kept)), Number(kept >> 32n)];
  return {
    run: (program, options) => {
      if (!(program instanceof ProgramBuilder)) throw new TypeError('not a ProgramBuilder');
      const head = program.bytes(Buffer.from(Uint32Array.of(version3, 0).buffer));
      const all = [low, low, 0, high, high, 0];
      const sets = program.bytes(Buffer.from(Uint32Array.from(all).buffer));
      const args = [head, sets];
      program.steps.unshift({
        ...{ label: 'drop CAP_MKNOD', operation: 'syscall', call: 'capset', arguments: args },
        ...{ result: undefined, target: 'fail' },
      });
      return runner.run(program, options);
    },
  };
}

test('a device node where none may be made: an error that says so, and nothing left', async () => {
  const pool = new UnpackPool({ runner: withoutMknod(launcher()), idleMs: 1 });
  const node: TarInput = { name: 'null', type: 'character-device', devmajor: 1, devminor: 3 };
  const tar = await makeTar([{ name: 'fifo', type: 'fifo' }, { name: 'file', content: 'x' }, node]);
  await expect(unpack(tar, sha256(tar), { pool })).rejects.toMatchObject({
    code: 'LAYER_UNPACK_FAILED',
    message: expect.stringContaining('mknodat "null": EPERM') as unknown,
    remedy: expect.stringContaining('CAP_MKNOD') as unknown,
  });
  expect(readdirSync(folder())).toEqual([]);
  const without = await makeTar([
    { name: 'fifo', type: 'fifo' },
    { name: 'file', content: 'x' },
  ]);
  await unpack(without, sha256(without), { pool });
});
