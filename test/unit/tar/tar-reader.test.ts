import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { describe, expect, onTestFinished, test } from 'vitest';

import { readTar } from '../../../runtime/tar/tar-reader.ts';
import type { TarEntry } from '../../../runtime/tar/tar-reader.ts';
import { removeTree } from '../../support/remove-tree.ts';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.byteLength; i += size) {
    await Promise.resolve();
    yield bytes.subarray(i, i + size);
  }
}

type ReadEntry = Omit<TarEntry, 'body'> & { readonly content: string };

async function read(bytes: Uint8Array, pieceSize = 700): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = [];
  for await (const { body, ...entry } of readTar(inPieces(bytes, pieceSize))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    entries.push({ ...entry, content: Buffer.concat(chunks).toString('latin1') });
  }
  return entries;
}

async function packed(
  ...entries: readonly (readonly [Parameters<ReturnType<typeof pack>['entry']>[0], string])[]
): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry(header, content);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Sets a field of the first header, and its checksum. */
function patch(archive: Buffer, offset: number, value: string | Buffer): Buffer {
  const changed = Buffer.from(archive);
  changed.set(Buffer.from(value), offset);
  changed.fill(0x20, 148, 156);
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return changed;
}

/** Where the sparse file of the tests has data. */
const parts = Array.from({ length: 40 }, (_, i) => i * 65_536);

/** A folder with a sparse file of 40 parts: more than an old GNU header and a block after it have room for. */
function sparseFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'berth-test-'));
  onTestFinished(() => {
    removeTree(folder);
  });
  const file = openSync(join(folder, 'sparse'), 'w');
  for (const [i, at] of parts.entries()) writeSync(file, `part${i}`, at);
  ftruncateSync(file, 3_000_000);
  closeSync(file);
  return folder;
}

const invalid = (message: RegExp): object => ({
  code: 'TAR_INVALID',
  message: expect.stringMatching(message) as unknown,
});

describe('reading', () => {
  test('gives entries with all that pax headers say', async () => {
    const pax = {
      mtime: '1700000000.123456789',
      uid: '3000000',
      path: `long/${'n'.repeat(300)}`,
      'SCHILY.xattr.user.name': 'value',
    };
    const archive = await packed([{ name: 'short', pax, mode: 0o4755, gid: 7 }, 'content']);
    expect(await read(archive)).toMatchObject([
      {
        type: 'file',
        name: pax.path,
        mode: 0o4755,
        uid: 3_000_000,
        gid: 7,
        mtime: { seconds: 1_700_000_000, nanoseconds: 123_456_789 },
        xattrs: new Map([['user.name', Buffer.from('value')]]),
        content: 'content',
      },
    ]);
  });

  test.each([1, 7, 511, 512, 513, 100_000])(
    'does not depend on the size of the pieces (%i)',
    async (size) => {
      const archive = await packed(
        [{ name: 'a' }, 'x'.repeat(1000)],
        [{ name: 'b/', type: 'directory' }, ''],
        [{ name: 'c' }, ''],
      );
      const entries = await read(archive, size);
      expect(entries.map(({ type, name, sizeBytes }) => [type, name, sizeBytes])).toEqual([
        ['file', 'a', 1000],
        ['directory', 'b/', 0],
        ['file', 'c', 0],
      ]);
    },
  );

  test('skips what of a body is not read', async () => {
    const archive = await packed(
      [{ name: 'a' }, 'x'.repeat(1000)],
      [{ name: 'b' }, 'y'],
      [{ name: 'c' }, 'z'.repeat(600)],
    );
    const names: string[] = [];
    for await (const entry of readTar(inPieces(archive, 300))) {
      names.push(entry.name);
      if (entry.name === 'b') continue;
      for await (const chunk of entry.body) {
        expect(chunk.byteLength).toBeGreaterThan(0);
        break;
      }
    }
    expect(names).toEqual(['a', 'b', 'c']);
  });

  test('takes a global pax header as said of all that follow', async () => {
    const archive = execFileSync('tar', [
      '--format=pax',
      '--pax-option=globexthdr.name=g,gid=4711',
      '-cf',
      '-',
      'package.json',
    ]);
    const [entry] = await read(archive);
    expect(entry).toMatchObject({ name: 'package.json', gid: 4711 });
  });

  test('reads numbers in base 256, also negative ones', async () => {
    const archive = await packed([{ name: 'a' }, '']);
    const huge = Buffer.from([0x80, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]);
    expect(await read(patch(archive, 108, huge))).toMatchObject([{ uid: 0x12345678 }]);
    const before1970 = Buffer.alloc(12, 0xff);
    expect(await read(patch(archive, 136, before1970))).toMatchObject([{ mtime: { seconds: -1 } }]);
  });

  test('joins the prefix of ustar, but not what GNU keeps there', async () => {
    const archive = await packed([{ name: 'a' }, '']);
    expect(await read(patch(archive, 345, 'prefix'))).toMatchObject([{ name: 'prefix/a' }]);
    const gnu = patch(patch(archive, 345, '14523600'), 257, 'ustar  \0');
    expect(await read(gnu)).toMatchObject([{ name: 'a' }]);
  });

  test('takes a name with a slash at its end for a folder, as before there were folders', async () => {
    expect(await read(await packed([{ name: 'd/' }, '']))).toMatchObject([{ type: 'directory' }]);
  });

  test('keeps names that are not UTF-8', async () => {
    const archive = await packed([{ name: 'abc' }, '']);
    const [entry] = await read(patch(archive, 0, Buffer.from([0xff, 0xfe, 0x41])));
    expect(Buffer.from(entry?.name ?? '', 'latin1')).toEqual(Buffer.from([0xff, 0xfe, 0x41]));
  });

  test('ignores a size of what has no content, and reads the source to its end', async () => {
    const archive = patch(
      await packed([{ name: 'd', type: 'directory' }, '']),
      124,
      '00000001000\0',
    );
    let ended = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield* inPieces(Buffer.concat([archive, Buffer.alloc(10_000)]), 512);
      ended = true;
    };
    const types: string[] = [];
    for await (const { type } of readTar(source())) types.push(type);
    expect([types, ended]).toEqual([['directory'], true]);
  });

  test('gives the holes of a sparse file as zeros', async () => {
    const pax = {
      'GNU.sparse.major': '0',
      'GNU.sparse.minor': '1',
      'GNU.sparse.name': 'real-name',
      'GNU.sparse.size': '200000',
      'GNU.sparse.map': '3,4,100000,3,200000,0',
    };
    const archive = await packed([{ name: 'a', pax }, 'dataend'], [{ name: 'b' }, 'next']);
    for (const size of [1, 513, 100_000]) {
      const [sparse, next] = await read(archive, size);
      const content = `\0\0\0data${'\0'.repeat(99_993)}end${'\0'.repeat(99_997)}`;
      expect(sparse).toMatchObject({ name: 'real-name', sizeBytes: 200_000, type: 'file' });
      expect(sparse?.content === content).toBe(true);
      expect(next).toMatchObject({ name: 'b', content: 'next' });
    }
  });

  test.each([1, 512, 700, 100_000])(
    'reads what GNU tar makes of a sparse file in pieces of any size (%i)',
    async (size) => {
      const options = ['--sparse', '--format=pax', '-C', sparseFolder(), '-cf', '-', 'sparse'];
      for (const version of ['0.0', '0.1', '1.0', 'gnu']) {
        const format = version === 'gnu' ? '--format=gnu' : `--sparse-version=${version}`;
        const [entry] = await read(
          execFileSync('tar', [...options.slice(0, 2), format, ...options.slice(2)]),
          size,
        );
        expect(entry).toMatchObject({ name: 'sparse', sizeBytes: 3_000_000 });
        expect([...(entry?.content.matchAll(/part\d+/g) ?? [])].map(({ index }) => index)).toEqual(
          parts,
        );
      }
    },
  );

  test('gives nothing for an empty source', async () => {
    expect(await read(Buffer.alloc(0))).toEqual([]);
    expect(await read(Buffer.alloc(1024))).toEqual([]);
  });

  test('closes its source when the reader goes away', async () => {
    let closed = false;
    const archive = await packed([{ name: 'a' }, 'x'.repeat(10_000)]);
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* inPieces(archive, 512);
      } finally {
        closed = true;
      }
    };
    for await (const entry of readTar(source())) if (entry.name === 'a') break;
    expect(closed).toBe(true);
  });
});

const sparse10 = {
  'GNU.sparse.major': '1',
  'GNU.sparse.minor': '0',
  'GNU.sparse.realsize': '9',
};

describe('what is no archive is refused', () => {
  test.each([
    ['a wrong checksum', 0, /wrong checksum/],
    ['text', -1, /wrong checksum/],
  ])('%s', async (_name, position, message) => {
    const archive = await packed([{ name: 'a' }, '']);
    const broken =
      position === -1
        ? Buffer.from('x'.repeat(2000))
        : Buffer.concat([Buffer.from('b'), archive.subarray(1)]);
    await expect(read(broken)).rejects.toMatchObject(invalid(message));
  });

  test.each([
    ['a size in letters', 124, 'letters     ', /sizeBytes is not a number/],
    ['a negative size', 124, Buffer.alloc(12, 0xff), /negative size/],
    ['a type that nobody knows', 156, 'Z', /entry type "Z" is not supported/],
    ['an owner below zero', 108, Buffer.alloc(8, 0xff), /uid is not a number/],
  ])('%s', async (_name, offset, value, message) => {
    await expect(
      read(patch(await packed([{ name: 'a' }, '']), offset, value)),
    ).rejects.toMatchObject(invalid(message));
  });

  test.each([
    [{ size: '-1' }, /size is not a number/],
    [{ mtime: 'yesterday' }, /mtime is not a time/],
    [{ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' }, /has no GNU.sparse.realsize/],
    [sparse10, /map of a sparse file is malformed/],
    [{ 'GNU.sparse.map': '0,0', 'GNU.sparse.size': '-1' }, /GNU.sparse.size is not a number/],
    [{ 'GNU.sparse.map': '0,1,2', 'GNU.sparse.size': '9' }, /map of a sparse file is malformed/],
    [{ 'GNU.sparse.map': '0,7', 'GNU.sparse.size': '9' }, /has 0 bytes of data; wanted 7/],
    [{ 'GNU.sparse.major': '2' }, /sparse files of format "2" are not supported/],
  ])('pax says %j', async (pax, message) => {
    await expect(read(await packed([{ name: 'a', pax }, '']))).rejects.toMatchObject(
      invalid(message),
    );
  });

  test('a pax header that is malformed', async () => {
    const archive = await packed([{ name: 'a', pax: { comment: 'abc' } }, '']);
    const at = archive.indexOf(' comment=abc');
    archive.write('99', at - 2, 'latin1');
    await expect(read(archive)).rejects.toMatchObject(invalid(/malformed/));
  });

  test('global headers that take too much memory together', async () => {
    const archive = await packed([{ name: 'a', pax: { comment: 'x'.repeat(600_000) } }, '']);
    const headers = patch(archive, 156, 'g');
    const second = Buffer.from(headers.subarray(0, headers.byteLength - 1536));
    second.write('commenX', second.indexOf('comment'), 'latin1');
    await expect(read(Buffer.concat([second, headers]))).rejects.toMatchObject(
      invalid(/global headers are longer than 1 MiB/),
    );
  });

  test('a name that takes too much memory', async () => {
    const archive = patch(await packed([{ name: 'a' }, '']), 124, '77777777777\0');
    await expect(read(patch(archive, 156, 'L'))).rejects.toMatchObject(
      invalid(/longer than 1 MiB/),
    );
  });

  test('everything that ends within a header, a file or its padding', async () => {
    const archive = await packed(
      [{ name: 'n'.repeat(200) }, 'x'.repeat(700)],
      [{ name: 'b' }, 'y'],
    );
    const whole = archive.byteLength - 1024;
    const boundaries = new Set<number>();
    for (let length = 1; length < whole; length += 13) {
      const outcome = await read(archive.subarray(0, length)).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'TAR_INVALID' });
      else boundaries.add(length);
    }
    // Only just before a header can an archive end unnoticed.
    expect([...boundaries].filter((length) => length % 512 !== 0)).toEqual([]);
  });
});
