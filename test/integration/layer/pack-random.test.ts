import { renameSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { archiveEnd, encodeHeader, paddingFor } from '../../../runtime/tar/write-header.ts';
import type { TarHeaderInput } from '../../../runtime/tar/write-header.ts';
import { describeTree, hashOf, pack } from './pack-fixture.ts';
import { sha256 } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';
import { removeTree } from '../../support/remove-tree.ts';

const { folder, launcher, root, unpack } = useUnpackFixture();

/** A file of a random layer, before it has a place. */
interface Sketch {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'fifo' | 'hard-link' | 'whiteout' | 'opaque';
  readonly parent: number;
  readonly mode: number;
  readonly uid: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly size: number;
  readonly attribute: string;
}

const nameByte = fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x2f);
const sketch: fc.Arbitrary<Sketch> = fc.record({
  name: fc
    .array(nameByte, { minLength: 1, maxLength: 60 })
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .filter((name) => name !== '.' && name !== '..' && !name.startsWith('.wh.')),
  type: fc.constantFrom(
    ...(['file', 'file', 'directory', 'directory', 'symlink', 'fifo'] as const),
    ...(['hard-link', 'whiteout', 'opaque'] as const),
  ),
  parent: fc.nat(),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.constantFrom(0, 1, 1000, 0xfffffffe),
  seconds: fc.integer({ min: -1_000_000_000, max: 2 ** 33 }),
  nanoseconds: fc.constantFrom(0, 1, 999_999_999, 500_000_000),
  size: fc.constantFrom(0, 1, 511, 512, 513, 70_000, 300_000),
  attribute: fc.string({ maxLength: 40 }),
});

/** Turns sketches into the archive of a valid layer: each name once, below folders that are there. */
function layerOf(sketches: readonly Sketch[]): Buffer {
  const folders = [''];
  const files: string[] = [];
  const taken = new Set<string>();
  const parts: Uint8Array[] = [];
  for (const item of sketches) {
    const parent = folders[item.parent % folders.length] ?? '';
    const path = `${parent}${item.name}`;
    const isMark = item.type === 'whiteout' || item.type === 'opaque';
    if (taken.has(path) || path.length > 1000) continue;
    const link = files[item.parent % Math.max(files.length, 1)];
    if (item.type === 'hard-link' && link === undefined) continue;
    if (item.type === 'opaque' && (parent === '' || taken.has(`${parent}.wh..wh..opq`))) continue;
    taken.add(item.type === 'opaque' ? `${parent}.wh..wh..opq` : path);
    const header: TarHeaderInput = {
      type: item.type === 'whiteout' || item.type === 'opaque' ? 'file' : item.type,
      name: nameOf(item, parent),
      linkName: item.type === 'hard-link' ? (link ?? '') : item.name,
      mode: item.mode,
      uid: item.uid,
      gid: item.uid,
      sizeBytes: item.type === 'file' ? item.size : 0,
      mtime: { seconds: item.seconds, nanoseconds: item.nanoseconds },
      xattrs: new Map(
        item.attribute !== '' && (item.type === 'file' || item.type === 'directory')
          ? [['user.test', Buffer.from(item.attribute)]]
          : [],
      ),
    };
    parts.push(encodeHeader({ ...header, ...(linkless.has(item.type) ? { linkName: '' } : {}) }));
    if (item.type === 'file') {
      parts.push(Buffer.alloc(item.size, item.name, 'latin1'), paddingFor(item.size));
      files.push(path);
    }
    if (item.type === 'directory' && !isMark) folders.push(`${path}/`);
  }
  return Buffer.concat([...parts, archiveEnd]);
}

const linkless: ReadonlySet<Sketch['type']> = new Set([
  'file',
  'directory',
  'fifo',
  'whiteout',
  'opaque',
]);

function nameOf({ type, name }: Sketch, parent: string): string {
  if (type === 'opaque') return `${parent}.wh..wh..opq`;
  if (type === 'whiteout') return `${parent}.wh.${name}`;
  return type === 'directory' ? `${parent}${name}/` : `${parent}${name}`;
}

test('any layer, unpacked and packed, unpacks to the same and packs to the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sketch, { maxLength: 60 }), async (sketches) => {
      const once = join(folder(), 'once');
      for (const path of [once, root()]) removeTree(path);
      const archive = layerOf(sketches);
      await unpack(archive, sha256(archive));
      const packed = await pack(launcher(), root());
      renameSync(root(), once);
      await unpack(packed, sha256(packed));
      expect(hashOf(await pack(launcher(), root()))).toBe(hashOf(packed));
      expect(withoutWhiteouts(describeTree(root()))).toBe(withoutWhiteouts(describeTree(once)));
    }),
    { numRuns: 30 },
  );
}, 120_000);

/** Whiteouts have no time of their own. */
function withoutWhiteouts(tree: string): string {
  return tree.replace(/ c 600 0:0 0 \S+/g, ' c');
}
