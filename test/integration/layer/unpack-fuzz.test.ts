import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';

import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { sha256 } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';
import { removeTree } from '../../support/remove-tree.ts';

const { folder, root, unpack } = useUnpackFixture();

/** Numbers that look random and are the same each time (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Numbers = ReturnType<typeof randomNumbers>;

let layers: readonly Buffer[];
beforeEach(() => {
  const source = join(folder(), 'source');
  mkdirSync(source);
  const script = `
    mkdir -p etc usr/bin "$(printf 'd%.0s' $(seq 120))" && echo root > etc/passwd && ln etc/passwd etc/passwd-
    ln -s usr/bin bin && ln -s /etc/passwd absolute && ln -s .. up && mknod null c 1 3 && mkfifo fifo
    head -c 40000 /dev/urandom > usr/bin/program && chmod 4755 usr/bin/program && setcap cap_net_raw+ep usr/bin/program
    echo long > "$(printf 'd%.0s' $(seq 120))/$(printf 'n%.0s' $(seq 200))"
    truncate -s 300000 sparse && printf x | dd of=sparse bs=1 seek=200000 conv=notrunc status=none`;
  execFileSync('sh', ['-ec', script], { cwd: source });
  const xattrs = ['--xattrs', '--xattrs-include=*'];
  const formats = [
    ['--format=gnu', '--sparse'],
    ['--format=pax', '--sparse', '--sparse-version=1.0', ...xattrs],
    ['--format=pax', '--sparse', '--sparse-version=0.0', ...xattrs],
  ];
  layers = formats.map((options) =>
    execFileSync('tar', [...options, '-cf', '-', '.'], { cwd: source, maxBuffer: 2 ** 26 }),
  );
  removeTree(source);
  // What lies around the layer must stay as it is.
  mkdirSync(join(folder(), 'outside'));
  writeFileSync(join(folder(), 'outside/file'), 'untouched');
});

const describeTree = (path: string): string =>
  execFileSync(
    'sh',
    [
      '-ec',
      `find . -printf '%p %y %m %U:%G %s %T@ %n %l\\n' | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum`,
    ],
    {
      cwd: path,
      encoding: 'latin1',
    },
  );

/** Unpacks, and sees to it that a failure is one of berth's own and leaves nothing. */
async function outcome(stored: Buffer, diffId = sha256(stored)): Promise<'unpacked' | 'refused'> {
  let result: 'unpacked' | 'refused' = 'unpacked';
  try {
    await unpack(stored, diffId);
  } catch (error) {
    if (!isBerthError(error)) throw error;
    result = 'refused';
  }
  expect(readdirSync(folder()).sort()).toEqual(
    result === 'unpacked' ? ['fs', 'outside'] : ['outside'],
  );
  expect(readdirSync(join(folder(), 'outside'))).toEqual(['file']);
  expect(lstatSync(join(folder(), 'outside/file')).size).toBe(9);
  return result;
}

/** Sets the checksum of the header block that has this byte, so that the damage is not seen by it. */
function fixChecksum(tar: Buffer, at: number): void {
  const start = at - (at % 512);
  const block = tar.subarray(start, start + 512);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** Bytes that mean something in an archive: signs of numbers, paths, types, ends. */
const telling = [
  0, 0x20, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x35, 0x37, 0x3d, 0x0a, 0x53, 0x4c, 0x78, 0x80, 0xff,
];

function mutate(tar: Buffer, next: Numbers): Buffer {
  const changed = Buffer.from(tar);
  const end = changed.lastIndexOf('ustar') + 4096;
  for (let count = 1 + next(4); count > 0; count -= 1) {
    const at = next(Math.min(end, changed.byteLength));
    switch (next(6)) {
      case 0:
        changed[at] = next(256);
        break;
      case 1:
        changed[at] = telling[next(telling.length)] ?? 0;
        break;
      case 2:
        // Into a header, with a checksum that fits.
        changed[at - (at % 512) + next(500)] = telling[next(telling.length)] ?? 0;
        fixChecksum(changed, at);
        break;
      case 3:
        changed.write(
          ['../', '/etc', 'up/', '.wh.', '9=', 'bin/'][next(6)] ?? '',
          at - (at % 512),
          'latin1',
        );
        fixChecksum(changed, at);
        break;
      case 4:
        // A block again, somewhere else: entries twice, headers amid contents.
        changed.copy(
          changed,
          next(changed.byteLength / 512) * 512,
          at - (at % 512),
          at - (at % 512) + 512,
        );
        break;
      default:
        return changed.subarray(0, at);
    }
  }
  return changed;
}

describe('layers that were damaged at random', () => {
  test.each([1, 2, 3])(
    'are unpacked or refused, and nothing else happens (seed %i)',
    async (seed) => {
      const next = randomNumbers(seed);
      const counts = { unpacked: 0, refused: 0 };
      for (let i = 0; i < 80; i += 1) {
        const layer = layers[next(layers.length)] ?? Buffer.alloc(0);
        counts[await outcome(mutate(layer, next))] += 1;
        removeTree(root());
      }
      // Neither is all caught at the door, nor does all pass.
      expect(counts.unpacked).toBeGreaterThan(5);
      expect(counts.refused).toBeGreaterThan(5);
    },
  );

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['not at all', (bytes: Buffer) => bytes],
  ])('and that were compressed (%s) are whole or refused', async (_name, compress) => {
    const next = randomNumbers(4);
    const layer = layers[1] ?? Buffer.alloc(0);
    const diffId = sha256(layer);
    await unpack(layer, diffId);
    const whole = describeTree(root());
    removeTree(root());
    let refused = 0;
    for (let i = 0; i < 40; i += 1) {
      const stored = Buffer.from(compress(layer));
      for (let count = 1 + next(3); count > 0; count -= 1)
        stored[next(stored.byteLength)] = next(256);
      const cut = next(4) === 0 ? stored.subarray(0, next(stored.byteLength)) : stored;
      if ((await outcome(cut, diffId)) === 'refused') refused += 1;
      else expect(describeTree(root())).toBe(whole);
      removeTree(root());
    }
    expect(refused).toBeGreaterThan(30);
  });
});
